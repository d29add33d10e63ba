//! Handles in the order in which their tasks finish.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use chunkwise_exec::help;

use super::TaskHandle;

/// An iterator over handles whose tasks are done, in the order in which they finish; made by
/// [`Client::as_completed`](super::Client::as_completed).
pub struct AsCompleted<T> {
    handles: Vec<Option<TaskHandle<T>>>,
    left: usize,
    finished: Arc<Finished>,
}

#[derive(Default)]
struct Finished {
    numbers: Mutex<VecDeque<usize>>,
    bell: Condvar,
}

impl<T> AsCompleted<T> {
    pub(super) fn new(handles: Vec<TaskHandle<T>>) -> Self {
        let finished = Arc::new(Finished::default());
        for (number, handle) in handles.iter().enumerate() {
            let finished = finished.clone();
            handle.cell().when_done(move || {
                finished.numbers.lock().unwrap_or_else(PoisonError::into_inner).push_back(number);
                finished.bell.notify_one();
            });
        }
        AsCompleted { left: handles.len(), handles: handles.into_iter().map(Some).collect(), finished }
    }

    /// The number of a task that is done, of those not given out.
    fn wait(&self) -> usize {
        let lock = || self.finished.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let mut numbers = lock();
            if let Some(number) = numbers.pop_front() {
                return number;
            }
            if rayon::current_thread_index().is_none() {
                drop(self.finished.bell.wait(numbers));
                continue;
            }
            drop(numbers);
            if !help() {
                numbers = lock();
                if numbers.is_empty() {
                    drop(self.finished.bell.wait_timeout(numbers, Duration::from_millis(1)));
                }
            }
        }
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = TaskHandle<T>;

    fn next(&mut self) -> Option<TaskHandle<T>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let number = self.wait();
        self.handles[number].take()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for AsCompleted<T> {}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish()
    }
}
