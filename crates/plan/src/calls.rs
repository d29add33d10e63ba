//! Calls of the user's functions: what is called with what, and running the tasks that do it.
//!
//! A call reads the values of other calls, constants, or whole arrays, which it gathers into one block, and makes
//! one value that nothing here looks into.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chunkwise_core::BoxError;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{ArrayId, Cause, Origin, Runner, StageInfo, TaskId, TaskOutput};

/// A value of any type.
pub type Value = Arc<dyn Any + Send + Sync>;

/// The arguments of a call. A value that nobody else will read is held by its argument alone.
pub type Args = SmallVec<[Value; 2]>;

/// The value of a call, or the error of the function.
pub type CallResult = Result<Value, BoxError>;

/// A function that calls can be made of.
pub trait CallFn: Send + Sync + 'static {
    /// Calls it. An array that was an input comes as a [`Block`](chunkwise_core::Block), row-major over the whole
    /// of a `Vec`'s buffer.
    ///
    /// # Errors
    /// Whatever the function returns as one.
    fn call(&self, args: Args) -> CallResult;

    /// What the function stands for, where its value is not computed but comes from elsewhere.
    fn stands_for(&self) -> Option<&(dyn Any + Send + Sync)> {
        None
    }
}

/// A function without captures that lives as long as the program, as an operator does.
#[derive(Debug)]
pub struct StaticFn {
    /// What messages call it.
    pub name: &'static str,
    /// Bytes of its value, as far as is known.
    pub bytes: u64,
    /// The function.
    pub run: fn(Args) -> CallResult,
}

/// A function that its calls share.
pub struct SharedFn {
    /// What messages call it.
    pub name: String,
    /// Bytes of its value, as far as is known.
    pub bytes: u64,
    /// Whether equal inputs give equal values, so that two calls with the same inputs are one.
    pub pure: bool,
    /// The function.
    pub run: Arc<dyn CallFn>,
}

/// A handle on a function.
#[derive(Clone)]
pub enum Function {
    /// An operator.
    Static(&'static StaticFn),
    /// A user's function.
    Shared(Arc<SharedFn>),
}

impl Function {
    /// What messages call it.
    pub fn name(&self) -> &str {
        match self {
            Function::Static(function) => function.name,
            Function::Shared(function) => &function.name,
        }
    }

    /// Bytes of its value, as far as is known.
    pub fn bytes(&self) -> u64 {
        match self {
            Function::Static(function) => function.bytes,
            Function::Shared(function) => function.bytes,
        }
    }

    /// Whether two calls with the same inputs are one.
    pub fn is_pure(&self) -> bool {
        match self {
            Function::Static(_) => false,
            Function::Shared(function) => function.pure,
        }
    }

    /// The address of what the handle points at: equal for clones.
    pub fn address(&self) -> usize {
        match self {
            Function::Static(function) => std::ptr::from_ref(*function).addr(),
            Function::Shared(function) => Arc::as_ptr(function).addr(),
        }
    }

    /// What the function stands for; see [`CallFn::stands_for`].
    pub fn stands_for(&self) -> Option<&(dyn Any + Send + Sync)> {
        match self {
            Function::Static(_) => None,
            Function::Shared(function) => function.run.stands_for(),
        }
    }

    fn call(&self, args: Args) -> CallResult {
        match self {
            Function::Static(function) => (function.run)(args),
            Function::Shared(function) => function.run.call(args),
        }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({})", self.name())
    }
}

/// What a call is given as one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operand {
    /// The value of an input of the task, by position.
    Input(u32),
    /// A value that is there from the start: its number in [`Sources`](crate::Sources).
    Constant(u32),
    /// A whole array that tasks compute.
    Array(ArrayId),
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Number of the function within the stage.
    pub function: u32,
    /// The arguments.
    pub operands: SmallVec<[Operand; 2]>,
    /// Bytes of the value, as far as is known.
    pub bytes: u64,
    /// Where the user made the call.
    pub origin: Origin,
}

/// Calls, one task each. A call may read those before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallStage {
    /// For messages about all of them.
    pub info: StageInfo,
    /// Names of the functions.
    pub names: Vec<String>,
    /// Number of the first of the functions in [`Sources`](crate::Sources); the others follow.
    pub first: u32,
    /// One per task.
    pub calls: Vec<Call>,
}

impl Runner<'_> {
    pub(crate) fn run_call(
        &self,
        stage: &CallStage,
        id: TaskId,
        inputs: &mut [TaskOutput],
    ) -> Result<TaskOutput, Cause> {
        let call = &stage.calls[self.plan.tasks[id as usize].unit as usize];
        let mut args = Args::with_capacity(call.operands.len());
        for (i, operand) in call.operands.iter().enumerate() {
            let value = match *operand {
                Operand::Input(input) => match std::mem::take(&mut inputs[input as usize]) {
                    TaskOutput::Value(value) => value,
                    // Taken by an earlier operand that is the same value.
                    TaskOutput::Nothing | TaskOutput::Tiles(_) => {
                        let first = call.operands[..i].iter().position(|other| other == operand);
                        args[first.expect("the inputs of calls are values")].clone()
                    }
                },
                Operand::Constant(number) => self.sources.values[number as usize].clone(),
                Operand::Array(array) => Arc::new(self.gather(id, array, inputs)?),
            };
            args.push(value);
        }
        let function = &self.sources.functions[(stage.first + call.function) as usize];
        function.call(args).map(TaskOutput::Value).map_err(Cause::Call)
    }

    /// Which input of a task each of some tasks is.
    pub(crate) fn positions(&self, id: TaskId) -> HashMap<TaskId, usize> {
        self.plan.graph.inputs(id).iter().enumerate().map(|(position, &task)| (task, position)).collect()
    }
}
