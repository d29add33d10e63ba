//! Where a task has failed: the user's chunk that holds the element, which a unit may hold many of.

use std::cell::Cell;
use std::mem;

use chunkwise_core::{Grid, Shape};
use chunkwise_kernels::{ActiveClosure, active_closure};

use crate::Cause;

/// Why a task failed, and in which of the user's chunks, if that is known better than by the task's place.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) block: Option<Shape>,
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Failure { cause, block: None }
    }
}

/// The chunk that holds a position, or the nearest where there is no such position.
pub(crate) fn chunk_at(chunks: &Grid, position: &[usize]) -> Shape {
    let axes = position.iter().zip(chunks.axes());
    axes.map(|(&at, axis)| if at < axis.len() { axis.find(at) } else { 0 }).collect()
}

thread_local! {
    static UNWOUND: Cell<Option<ActiveClosure>> = const { Cell::new(None) };
}

/// The closure whose panic has last left [`in_box`], with its position in the iteration space. Asking clears it.
pub(crate) fn panicked_closure() -> Option<ActiveClosure> {
    UNWOUND.take()
}

/// Runs a kernel over the box at `origin` of an iteration space.
pub(crate) fn in_box(origin: &[usize], run: impl FnOnce()) {
    struct Unwinding<'a>(&'a [usize]);
    impl Drop for Unwinding<'_> {
        fn drop(&mut self) {
            let mut closure = active_closure();
            if let Some(position) = closure.as_mut().and_then(|closure| closure.position.as_mut()) {
                position.iter_mut().zip(self.0).for_each(|(at, origin)| *at += origin);
            }
            UNWOUND.set(closure);
        }
    }
    let guard = Unwinding(origin);
    run();
    mem::forget(guard);
}
