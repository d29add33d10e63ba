//! Where results lie between the task that makes them and the tasks that read them.

use std::sync::Mutex;

use chunkwise_plan::TaskId;

use crate::sync::lock;

/// A slot for the result of every task.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    slots: Vec<Mutex<Slot<T>>>,
}

#[derive(Debug)]
struct Slot<T> {
    result: Option<T>,
    /// How many more times it will be taken.
    readers: u32,
}

impl<T: Clone> Slots<T> {
    /// Empty slots, one for each number of readers.
    pub(crate) fn new(readers: &[u32]) -> Self {
        let slot = |&readers| Mutex::new(Slot { result: None, readers });
        Slots { slots: readers.iter().map(slot).collect() }
    }

    /// Puts a result where its readers will find it; what nobody reads is dropped.
    pub(crate) fn put(&self, task: TaskId, result: T) {
        let mut slot = lock(&self.slots[task as usize]);
        if slot.readers > 0 {
            slot.result = Some(result);
        } else {
            // Dropping is the caller's code: not under the lock.
            drop(slot);
            drop(result);
        }
    }

    /// A handle to a result for one of its readers; the last one gets the slot's own.
    pub(crate) fn take(&self, task: TaskId) -> T {
        let mut slot = lock(&self.slots[task as usize]);
        slot.readers -= 1;
        let result = if slot.readers == 0 { slot.result.take() } else { slot.result.clone() };
        result.expect("a result is there before its readers run")
    }
}
