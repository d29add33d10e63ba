//! A bound on the engine's memory, what it keeps for later included.
//!
//! Who promises to stay within a limit cannot leave memory that nobody uses out of the account. All that the engine has
//! from the allocator is counted; while it would exceed a bound, what is kept for later goes back to the system first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that the engine has from the allocator, in pieces worth counting.
static RESIDENT: AtomicUsize = AtomicUsize::new(0);

/// The least of the bounds.
static LEAST: AtomicUsize = AtomicUsize::new(usize::MAX);

static BOUNDS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A bound, for as long as this lives. Of several bounds the least holds.
#[derive(Debug)]
pub struct MemoryBound(usize);

impl MemoryBound {
    /// Keeps nothing for later that would take the engine's memory above so many bytes.
    pub fn new(bytes: usize) -> Self {
        change(|bounds| bounds.push(bytes));
        MemoryBound(bytes)
    }
}

impl Drop for MemoryBound {
    fn drop(&mut self) {
        change(|bounds| {
            if let Some(at) = bounds.iter().position(|bound| *bound == self.0) {
                bounds.swap_remove(at);
            }
        });
    }
}

fn change(by: impl FnOnce(&mut Vec<usize>)) {
    let mut bounds = BOUNDS.lock().unwrap_or_else(PoisonError::into_inner);
    by(&mut bounds);
    LEAST.store(bounds.iter().copied().min().unwrap_or(usize::MAX), Ordering::Relaxed);
}

/// Counts memory that came from the allocator.
pub(super) fn came(bytes: usize) {
    RESIDENT.fetch_add(bytes, Ordering::Relaxed);
}

/// Counts memory that went back, or to somebody else.
pub(super) fn went(bytes: usize) {
    RESIDENT.fetch_sub(bytes, Ordering::Relaxed);
}

/// Whether there is a bound.
pub(super) fn is_set() -> bool {
    LEAST.load(Ordering::Relaxed) != usize::MAX
}

/// Whether so many bytes more would exceed a bound.
pub(super) fn exceeds(more: usize) -> bool {
    let least = LEAST.load(Ordering::Relaxed);
    least != usize::MAX && RESIDENT.load(Ordering::Relaxed).saturating_add(more) > least
}
