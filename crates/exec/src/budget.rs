//! The bytes that the computations of an executor may hold together.
//!
//! Before a computation starts, it gets a lease on what its order needs at its widest; with that alone it can
//! finish, one task at a time. What is left over lets tasks run ahead: it is borrowed as they start and given
//! back as they finish, and not lent while another computation waits for its first lease.
//!
//! Who may wait for a lease, first come, first served:
//!
//! - a thread outside of any pool, as long as it takes;
//! - a thread of a pool, as long as something goes on: the piece of user code that it runs may, for all we know,
//!   belong to a task that holds the memory (rayon moves pieces of work between threads), so it does not wait
//!   when nothing has moved for [`STALLED`];
//! - user code inside a task, never. It draws on the scratch bytes of its task first, which are held anyway,
//!   and then on what is not leased. For its sake an eighth of the limit is not lent to tasks that run ahead.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chunkwise_core::MemoryBound;

use crate::cancel::{CancelToken, Wake};
use crate::context;
use crate::sync::lock;

/// How long nothing moves before a waiting pool thread gives up.
const STALLED: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    stalled: Duration,
    state: Mutex<State>,
    changed: Condvar,
    /// Free memory of the engine counts too.
    _bound: MemoryBound,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes leased to computations.
    leased: u64,
    /// Bytes set aside for what outlives them.
    claimed: u64,
    /// Tickets of those who wait for a lease.
    queue: VecDeque<u64>,
    tickets: u64,
    /// Counts everything that happens, for those who wait to see that something does.
    pulse: u64,
}

/// How long a computation may wait for its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Endless,
    WhileSomethingMoves,
    None,
}

/// Why there is no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Cancelled,
    /// So many bytes are in others' hands.
    Held(u64),
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Arc<Self> {
        Budget::with_stall(limit, STALLED)
    }

    pub(crate) fn with_stall(limit: u64, stalled: Duration) -> Arc<Self> {
        let _bound = MemoryBound::new(usize::try_from(limit).unwrap_or(usize::MAX));
        Arc::new(Budget { limit, stalled, state: Mutex::default(), changed: Condvar::new(), _bound })
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// What computations may hold: the limit less what is set aside.
    pub(crate) fn available(&self) -> u64 {
        self.limit - lock(&self.state).claimed
    }

    /// A number that tells budgets apart.
    pub(crate) fn id(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).addr()
    }

    /// Leases `bytes`.
    pub(crate) fn lease(
        self: &Arc<Self>,
        bytes: u64,
        patience: Patience,
        cancel: Option<&CancelToken>,
    ) -> Result<Lease, Refused> {
        let drawn = context::draw(self.id(), bytes);
        // From here on, dropping the lease gives back what was drawn.
        let mut lease = Lease { budget: Arc::clone(self), bytes: 0, drawn };
        let wanted = bytes - drawn;
        let weak = Arc::downgrade(self) as std::sync::Weak<dyn Wake>;
        let _waking = cancel.map(|token| token.waking(weak));
        let mut state = lock(&self.state);
        if patience == Patience::None || (state.queue.is_empty() && state.free(self.limit) >= wanted) {
            if state.free(self.limit) < wanted {
                return Err(Refused::Held(state.leased + state.claimed));
            }
        } else {
            state = self.queue_up(state, wanted, patience, cancel)?;
        }
        state.leased += wanted;
        drop(state);
        lease.bytes = wanted;
        Ok(lease)
    }

    /// Waits in the queue until it is this one's turn and the bytes are there.
    fn queue_up<'s>(
        &'s self,
        mut state: MutexGuard<'s, State>,
        wanted: u64,
        patience: Patience,
        cancel: Option<&CancelToken>,
    ) -> Result<MutexGuard<'s, State>, Refused> {
        let ticket = state.tickets;
        state.tickets += 1;
        state.queue.push_back(ticket);
        let refused = loop {
            if cancel.is_some_and(CancelToken::is_cancelled) {
                break Some(Refused::Cancelled);
            }
            if wanted > self.limit - state.claimed {
                break Some(Refused::Held(state.claimed));
            }
            if state.queue.front() == Some(&ticket) && state.free(self.limit) >= wanted {
                break None;
            }
            let pulse = state.pulse;
            if patience == Patience::WhileSomethingMoves {
                let (next, timeout) =
                    self.changed.wait_timeout(state, self.stalled).unwrap_or_else(PoisonError::into_inner);
                state = next;
                if timeout.timed_out() && state.pulse == pulse {
                    break Some(Refused::Held(state.leased + state.claimed));
                }
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        state.queue.retain(|&other| other != ticket);
        // The next in the queue may have been waiting for this one only.
        self.changed.notify_all();
        refused.map_or(Ok(state), Err)
    }

    /// Sets bytes aside for what outlives computations, if they are free now.
    pub(crate) fn claim(&self, bytes: u64) -> Result<(), u64> {
        let mut state = lock(&self.state);
        if state.free(self.limit) < bytes {
            return Err(state.leased + state.claimed);
        }
        state.claimed += bytes;
        // Those who wait for more than can ever come must learn of it.
        self.changed.notify_all();
        Ok(())
    }

    pub(crate) fn unclaim(&self, bytes: u64) {
        lock(&self.state).claimed -= bytes;
        self.changed.notify_all();
    }
}

impl Wake for Budget {
    fn wake(&self) {
        // Under the lock, so that nobody is between looking at the token and waiting.
        let _state = lock(&self.state);
        self.changed.notify_all();
    }
}

impl State {
    fn free(&self, limit: u64) -> u64 {
        limit - self.leased - self.claimed
    }
}

/// Bytes that a computation may hold. They are given back when it is dropped, on the thread that took it.
#[derive(Debug)]
pub(crate) struct Lease {
    budget: Arc<Budget>,
    bytes: u64,
    /// Bytes of the surrounding task's scratch.
    drawn: u64,
}

impl Lease {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes + self.drawn
    }

    /// Borrows more to run ahead, if there is enough and nobody waits for it.
    pub(crate) fn grow(&mut self, by: u64) -> bool {
        let limit = self.budget.limit;
        let mut state = lock(&self.budget.state);
        state.pulse += 1;
        if !state.queue.is_empty() || state.free(limit).saturating_sub(limit / 8) < by {
            return false;
        }
        state.leased += by;
        self.bytes += by;
        true
    }

    /// A lease of its own for some of the bytes, which there must be.
    pub(crate) fn split(&mut self, bytes: u64) -> Lease {
        debug_assert!(bytes <= self.bytes());
        let own = bytes.min(self.bytes);
        let drawn = (bytes - own).min(self.drawn);
        self.bytes -= own;
        self.drawn -= drawn;
        Lease { budget: self.budget.clone(), bytes: own, drawn }
    }

    /// Gives back what exceeds `claimed`.
    pub(crate) fn settle(&mut self, claimed: u64) {
        let mut state = lock(&self.budget.state);
        state.pulse += 1;
        let excess = (self.bytes + self.drawn).saturating_sub(claimed).min(self.bytes);
        if excess > 0 {
            state.leased -= excess;
            self.bytes -= excess;
            if !state.queue.is_empty() {
                self.budget.changed.notify_all();
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.settle(0);
        if self.drawn > 0 {
            context::give_back(self.drawn);
        }
    }
}

#[cfg(test)]
mod tests;
