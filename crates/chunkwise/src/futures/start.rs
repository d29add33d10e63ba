//! Starting a computation that nobody waits for.
//!
//! One job of the pool plans it and computes it. The job is spawned when the last of the tasks whose results it reads
//! is done, on the thread that finished that task, so that no job waits for another.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chunkwise_exec::{CancelToken, ExecError};
use chunkwise_plan::{RootResult, Value};

use super::argument::awaited;
use super::cell::{Cell, Outcome};
use crate::{Config, Error, Roots, engine};

/// Makes the result of a task of the values of its roots.
type Finish = Box<dyn FnOnce(Vec<RootResult>) -> Value + Send>;

/// A computation on its way.
struct Task {
    cell: Arc<Cell>,
    roots: Roots,
    /// Taken when the computation is done.
    finish: Option<Finish>,
    config: Config,
}

/// Starts the computation of some roots.
pub(super) fn start(name: String, roots: Roots, finish: Finish, config: &Config) -> Arc<Cell> {
    let cancel = match &config.options().cancel {
        Some(token) => token.child(),
        None => CancelToken::new(),
    };
    let cell = Cell::new(name, cancel.clone());
    let inputs = awaited(roots.exprs());
    let task =
        Task { cell: cell.clone(), roots, finish: Some(finish), config: config.clone().cancel(&cancel) };
    if inputs.is_empty() {
        task.spawn();
    } else {
        task.spawn_after(inputs);
    }
    cell
}

impl Task {
    /// Has a thread of the pool compute, or fails if there is none.
    fn spawn(self) {
        let (config, cell) = (self.config.clone(), self.cell.clone());
        let spawned = config.executor().and_then(|executor| {
            let job = move || self.compute();
            executor.spawn(job).map_err(|error| Error::Execution(ExecError::Threads(error)))
        });
        if let Err(error) = spawned {
            cell.complete(Err(Arc::new(error)));
        }
    }

    /// Has the last of some tasks spawn this one, or fail it if one of them failed.
    fn spawn_after(self, inputs: Vec<Arc<Cell>>) {
        let left = Arc::new(AtomicUsize::new(inputs.len()));
        let waiting = Arc::new(Mutex::new(Some(self)));
        for input in inputs {
            let (left, waiting, of) = (left.clone(), waiting.clone(), input.clone());
            input.when_done(move || {
                let failed = of.outcome().and_then(Outcome::err);
                let last = left.fetch_sub(1, Ordering::AcqRel) == 1;
                if !last && failed.is_none() {
                    return;
                }
                let Some(task) = waiting.lock().unwrap_or_else(PoisonError::into_inner).take() else {
                    return;
                };
                match failed {
                    Some(error) => task.cell.complete(Err(error)),
                    None => task.spawn(),
                }
            });
        }
    }

    fn compute(mut self) {
        let Some(finish) = self.finish.take().filter(|_| !self.cell.is_done()) else { return };
        let computed = catch_unwind(AssertUnwindSafe(|| {
            let (results, _) = engine::run(&self.roots, &self.config).map_err(flat)?;
            Ok(finish(results))
        }));
        self.cell.complete(computed.unwrap_or_else(|payload| Err(Arc::new(panicked(&*payload)))));
    }
}

impl Drop for Task {
    /// A task that is dropped on its way, by a panic where none is expected, is not waited for in vain.
    fn drop(&mut self) {
        if !self.cell.is_done() {
            self.cell.complete(Err(Arc::new(crate::error::invalid("submit", "the task was dropped"))));
        }
    }
}

/// The error of a task that this one reads, as it is; else a new one.
fn flat(error: Error) -> Arc<Error> {
    match error {
        Error::Submitted(error) => error,
        error => Arc::new(error),
    }
}

/// A panic outside of the tasks of a plan, as in a `Compute` of the user's.
fn panicked(payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let why = text.unwrap_or_else(|| "a value that is not text".to_owned());
    crate::error::invalid("submit", format!("panicked: {why}"))
}
