//! Locking, where a panic under the lock does not make what it guards unusable.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. No user code runs under the executor's locks, so nothing is left half done by a panic.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
