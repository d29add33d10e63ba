//! Giving up a computation from outside.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use crate::sync::lock;

/// Cancels the computations that it was given to: those under way begin no more tasks and return
/// [`ExecError::Cancelled`](crate::ExecError::Cancelled) once the tasks in flight are done.
///
/// Clones share one state. A token stays cancelled.
///
/// ```
/// # use chunkwise_exec::CancelToken;
/// let token = CancelToken::new();
/// let shared = token.clone();
/// shared.cancel();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct CancelToken {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    sleepers: Mutex<Vec<Weak<dyn Wake>>>,
}

/// Something that waits and wants to look again when a token is cancelled.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        CancelToken::default()
    }

    /// Cancels.
    pub fn cancel(&self) {
        self.state.wake();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::SeqCst)
    }

    /// A token that is cancelled with this one, or alone.
    ///
    /// ```
    /// # use chunkwise_exec::CancelToken;
    /// let all = CancelToken::new();
    /// let (one, other) = (all.child(), all.child());
    /// one.cancel();
    /// assert_eq!((other.is_cancelled(), all.is_cancelled()), (false, false));
    /// all.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    pub fn child(&self) -> CancelToken {
        let child = CancelToken::new();
        let state: Arc<dyn Wake> = child.state.clone();
        {
            let mut sleepers = lock(&self.state.sleepers);
            // Children that are gone are cleared out now and then, so that their number stays bounded.
            if sleepers.len().is_power_of_two() {
                sleepers.retain(|sleeper| sleeper.strong_count() > 0);
            }
            sleepers.push(Arc::downgrade(&state));
        }
        if self.is_cancelled() {
            child.cancel();
        }
        child
    }

    /// Has a sleeper woken on cancellation until the guard is dropped. It is to look at the token once after
    /// this, as cancellation may have come before.
    pub(crate) fn waking(&self, sleeper: Weak<dyn Wake>) -> Waking<'_> {
        lock(&self.state.sleepers).push(Weak::clone(&sleeper));
        Waking { token: self, sleeper }
    }
}

impl Wake for State {
    fn wake(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        let sleepers = std::mem::take(&mut *lock(&self.sleepers));
        for sleeper in sleepers.iter().filter_map(Weak::upgrade) {
            sleeper.wake();
        }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish()
    }
}

/// Ends a [registration](CancelToken::waking) when dropped.
pub(crate) struct Waking<'t> {
    token: &'t CancelToken,
    sleeper: Weak<dyn Wake>,
}

impl Drop for Waking<'_> {
    fn drop(&mut self) {
        let mut sleepers = lock(&self.token.state.sleepers);
        if let Some(index) = sleepers.iter().position(|sleeper| Weak::ptr_eq(sleeper, &self.sleeper)) {
            sleepers.swap_remove(index);
        }
    }
}
