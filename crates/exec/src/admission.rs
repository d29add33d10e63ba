//! Who may start under a memory limit.
//!
//! Counting the bytes held is not enough: tasks that run ahead on other threads can fill the memory with
//! results whose readers come later, until the task that everything waits for no longer fits, although it
//! would have fitted had one thread run the plan. So the rest of the [order](crate::order) has a claim on
//! the memory, and tasks ahead get what it leaves, as in the banker's algorithm (Dijkstra, EWD 623).
//!
//! The *frontier* is the first task of the order that is not finished. Its inputs are finished, so it runs or
//! is ready, and it may always start. A task ahead of it may start if, for every task from the frontier
//! up to it, what the order holds there and what the tasks ahead hold, itself included, fit together. From
//! this follows that the bytes held never exceed the limit, and that no plan with an order that fits ever
//! gets stuck.

use std::collections::VecDeque;

use crate::order::Order;

#[derive(Debug)]
pub(crate) struct Admission {
    order: Order,
    limit: u64,
    frontier: u32,
    /// Bytes of tasks ahead of the frontier: their results while alive, their scratch while they run.
    ahead: u64,
    /// Ranks from the frontier to `end` at which the order holds more than at any later one before `end`: the
    /// maximum over a window that only moves forward.
    window: VecDeque<u32>,
    end: u32,
}

impl Admission {
    /// A limit below the peak of the order is taken as that peak.
    pub(crate) fn new(order: Order, limit: u64) -> Self {
        let limit = limit.max(order.peak());
        Admission { order, limit, frontier: 0, ahead: 0, window: VecDeque::new(), end: 0 }
    }

    pub(crate) fn order(&self) -> &Order {
        &self.order
    }

    pub(crate) fn frontier(&self) -> u32 {
        self.frontier
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Sets the limit, which stays at least what the tasks that have started and the order need.
    pub(crate) fn set_limit(&mut self, limit: u64) {
        self.limit = limit.max(self.claimed());
    }

    /// The least limit that keeps the promise to the tasks that have started and to the order.
    pub(crate) fn claimed(&self) -> u64 {
        let ahead = if self.ahead == 0 { 0 } else { self.widest().saturating_add(self.ahead) };
        // The window may reach further than what was started, and then claims too much.
        ahead.max(self.order.peak()).min(self.limit)
    }

    /// Whether the ready task of a rank may start and add `bytes` to those held, or how much more the limit
    /// would have to be.
    pub(crate) fn check(&mut self, rank: u32, bytes: u64) -> Result<(), u64> {
        if rank == self.frontier {
            return Ok(());
        }
        self.widen_to(rank);
        let claimed = self.widest().saturating_add(self.ahead).saturating_add(bytes);
        if claimed <= self.limit { Ok(()) } else { Err(claimed - self.limit) }
    }

    /// Counts bytes that a task takes when it starts.
    pub(crate) fn take(&mut self, rank: u32, bytes: u64) {
        if rank > self.frontier {
            self.ahead = self.ahead.saturating_add(bytes);
        }
    }

    /// Counts bytes that a task gives back.
    pub(crate) fn give(&mut self, rank: u32, bytes: u64) {
        if rank > self.frontier {
            self.ahead = self.ahead.saturating_sub(bytes);
        }
    }

    /// Moves the frontier to the next task, which no longer counts as ahead with its `bytes`.
    pub(crate) fn advance(&mut self, bytes: u64) {
        self.frontier += 1;
        self.ahead = self.ahead.saturating_sub(bytes);
        while self.window.front().is_some_and(|&rank| rank < self.frontier) {
            self.window.pop_front();
        }
    }

    fn widen_to(&mut self, rank: u32) {
        self.end = self.end.max(self.frontier);
        while self.end < rank {
            let held = self.order.held_at(self.end);
            while self.window.back().is_some_and(|&last| self.order.held_at(last) <= held) {
                self.window.pop_back();
            }
            self.window.push_back(self.end);
            self.end += 1;
        }
    }

    /// The most that the order holds anywhere in the window.
    fn widest(&self) -> u64 {
        self.window.front().map_or(0, |&rank| self.order.held_at(rank))
    }
}
