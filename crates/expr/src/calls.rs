//! Delayed values: calls of functions, and the ways between values and arrays.
//!
//! A delayed value is a node like any other, without dtype, shape or chunks: it carries those of a number, which
//! nothing looks at, and [`Kind::is_value`] tells it from an array.

use std::any::Any;
use std::collections::HashSet;
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::{Block, DType, Grid};
use chunkwise_plan::{Function, SharedFn, Value};
use smallvec::SmallVec;

use crate::Expr;
use crate::hash::BuildFast;
use crate::node::{Kind, MetaRef, Node};

impl Expr {
    #[track_caller]
    fn value_node(kind: Kind, inputs: SmallVec<[Arc<Node>; 2]>) -> Expr {
        let (dtype, meta) = (DType::U8, MetaRef::SCALAR);
        Expr(Arc::new(Node { kind, inputs, dtype, meta, location: Location::caller() }))
    }

    /// A value that is there already. `guard` is dropped with it.
    #[track_caller]
    pub fn value(value: Value, guard: Option<Arc<dyn Any + Send + Sync>>) -> Expr {
        Self::value_node(Kind::Value { value, guard }, SmallVec::new())
    }

    /// A call of a function on values and arrays; arrays come to it whole.
    #[track_caller]
    pub fn call(function: Function, inputs: impl IntoIterator<Item = Expr>) -> Expr {
        let inputs = inputs.into_iter();
        let mut nodes = SmallVec::with_capacity(inputs.size_hint().0);
        for input in inputs {
            nodes.push(input.0);
        }
        Self::value_node(Kind::Call(function), nodes)
    }

    /// An array whose chunks are values, in row-major order, one per chunk of the grid; `see` shows one as a block.
    /// A block of another shape is an error of the computation.
    #[track_caller]
    pub fn from_values(values: Vec<Expr>, dtype: DType, grid: Grid, see: fn(&Value) -> Block) -> Expr {
        debug_assert_eq!(values.len(), grid.count());
        let inputs = values.into_iter().map(|value| value.0).collect();
        let meta = MetaRef::new(grid);
        Expr(Arc::new(Node {
            kind: Kind::FromValues(see),
            inputs,
            dtype,
            meta,
            location: Location::caller(),
        }))
    }

    /// What messages call it: the operation, or the function that a call calls.
    pub fn name(&self) -> &str {
        self.0.kind.name()
    }

    /// Whether this is a delayed value, not an array.
    pub fn is_value(&self) -> bool {
        self.0.kind.is_value()
    }

    /// The function of a call.
    pub fn function(&self) -> Option<&Function> {
        match &self.0.kind {
            Kind::Call(function) => Some(function),
            _ => None,
        }
    }

    /// Calls `f` with the function of every call that some expressions depend on.
    pub fn for_functions(roots: &[Expr], mut f: impl FnMut(&Function)) {
        let mut seen: HashSet<*const Node, BuildFast> = HashSet::default();
        let mut stack: Vec<&Arc<Node>> = roots.iter().map(|root| &root.0).collect();
        while let Some(node) = stack.pop() {
            // Nodes with one holder cannot be met twice.
            if Arc::strong_count(node) > 1 && !seen.insert(Arc::as_ptr(node)) {
                continue;
            }
            if let Kind::Call(function) = &node.kind {
                f(function);
            }
            stack.extend(&node.inputs);
        }
    }

    /// The value, if it is there already.
    pub fn constant(&self) -> Option<&Value> {
        match &self.0.kind {
            Kind::Value { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The call with what `change` makes of its function. A call that others hold stays as it is, and gets a reader
    /// that passes its value on under the changed function's name and bytes.
    #[track_caller]
    pub fn with_function(mut self, pass_on: Function, change: impl FnOnce(&Function) -> SharedFn) -> Expr {
        if let Some(Node { kind: Kind::Call(function), .. }) = Arc::get_mut(&mut self.0) {
            *function = Function::Shared(Arc::new(change(function)));
            return self;
        }
        let changed = Function::Shared(Arc::new(change(&pass_on)));
        Self::call(changed, [self])
    }
}
