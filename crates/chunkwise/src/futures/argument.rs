//! Handles as arguments of delayed functions.

use std::any::Any;
use std::sync::Arc;

use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallFn, CallResult, Function, SharedFn, Sources};

use super::TaskHandle;
use super::cell::Cell;
use crate::delayed::{Data, Delayed, IntoArg};
use crate::{Error, Result};

/// The function whose value is the result of a task.
struct Awaited(Arc<Cell>);

impl CallFn for Awaited {
    fn call(&self, _: Args) -> CallResult {
        self.0.wait().map_err(|error| error.into())
    }

    fn stands_for(&self) -> Option<&(dyn Any + Send + Sync)> {
        Some(&self.0)
    }
}

impl<T: Data> TaskHandle<T> {
    /// The result as a delayed value. A computation of it waits for the task first; one that is
    /// [submitted](super::Client::submit) begins when the task is done.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let one = Client::new().submit(|| 1);
    /// assert_eq!(*(one.to_delayed() + 1).compute()?, 2);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn to_delayed(&self) -> Delayed<T> {
        let cell = self.cell().clone();
        if let Some(Ok(value)) = cell.outcome() {
            return Delayed::from_expr(Expr::value(value, None));
        }
        let function =
            SharedFn { name: cell.name.clone(), bytes: 0, pure: false, run: Arc::new(Awaited(cell)) };
        Delayed::from_expr(Expr::call(Function::Shared(Arc::new(function)), []))
    }
}

impl<T: Data> IntoArg<T> for TaskHandle<T> {
    #[track_caller]
    fn into_arg(self) -> Delayed<T> {
        self.to_delayed()
    }
}

impl<T: Data> IntoArg<T> for &TaskHandle<T> {
    #[track_caller]
    fn into_arg(self) -> Delayed<T> {
        self.to_delayed()
    }
}

/// The task that a function waits for.
fn task(function: &Function) -> Option<&Arc<Cell>> {
    function.stands_for()?.downcast_ref()
}

/// The tasks whose results some expressions read, each once.
pub(super) fn awaited(roots: &[Expr]) -> Vec<Arc<Cell>> {
    let mut cells: Vec<Arc<Cell>> = Vec::new();
    Expr::for_functions(roots, |function| cells.extend(task(function).cloned()));
    cells.sort_unstable_by_key(|cell| Arc::as_ptr(cell).addr());
    cells.dedup_by(|a, b| Arc::ptr_eq(a, b));
    cells
}

/// Waits for the tasks whose results a plan reads.
///
/// # Errors
/// The error of the first that failed.
pub(crate) fn settle(sources: &Sources) -> Result<()> {
    let mut cells = sources.functions.iter().filter_map(task);
    cells.try_for_each(|cell| cell.wait().map(drop).map_err(Error::Submitted))
}
