use std::sync::mpsc;
use std::thread;

use super::*;

/// How long a test waits for something that should not happen.
const MOMENT: Duration = Duration::from_millis(50);

#[test]
fn a_lease_is_given_back_when_dropped() {
    let budget = Budget::new(100);
    let lease = budget.lease(70, Patience::None, None).unwrap();
    assert_eq!(budget.lease(40, Patience::None, None).unwrap_err(), Refused::Held(70));
    drop(lease);
    assert_eq!(budget.lease(100, Patience::None, None).unwrap().bytes(), 100);
}

#[test]
fn those_who_wait_come_first_and_in_their_order() {
    let budget = Budget::new(80);
    let mut first = budget.lease(40, Patience::Endless, None).unwrap();
    let (sender, order) = mpsc::channel();
    thread::scope(|scope| {
        for (index, bytes) in [60, 10].into_iter().enumerate() {
            let (budget, sender) = (&budget, sender.clone());
            scope.spawn(move || {
                let lease = budget.lease(bytes, Patience::Endless, None).unwrap();
                sender.send(index).unwrap();
                drop(lease);
            });
            while lock(&budget.state).queue.len() <= index {
                thread::yield_now();
            }
        }
        // 10 bytes are free, but the 60 were asked for before, and running ahead comes last.
        assert!(order.recv_timeout(MOMENT).is_err());
        assert!(!first.grow(1));
        drop(first);
        let order = [order.recv().unwrap(), order.recv().unwrap()];
        assert!(order.contains(&0) && order.contains(&1));
    });
    assert_eq!(budget.lease(80, Patience::None, None).unwrap().bytes(), 80);
}

#[test]
fn running_ahead_leaves_an_eighth() {
    let budget = Budget::new(80);
    let mut lease = budget.lease(30, Patience::Endless, None).unwrap();
    assert!(!lease.grow(41));
    assert!(lease.grow(40));
    assert!(!lease.grow(1));
    assert_eq!(budget.lease(10, Patience::None, None).unwrap().bytes(), 10);
    lease.settle(35);
    assert_eq!(lease.bytes(), 35);
    assert!(lease.grow(35));
}

#[test]
fn what_is_claimed_is_not_waited_for() {
    let budget = Budget::new(100);
    budget.claim(30).unwrap();
    assert_eq!(budget.available(), 70);
    assert_eq!(budget.lease(71, Patience::Endless, None).unwrap_err(), Refused::Held(30));
    let lease = budget.lease(60, Patience::Endless, None).unwrap();
    assert_eq!(budget.claim(11), Err(90));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| budget.lease(65, Patience::Endless, None).unwrap_err());
        while lock(&budget.state).queue.is_empty() {
            thread::yield_now();
        }
        budget.claim(10).unwrap();
        assert_eq!(waiting.join().unwrap(), Refused::Held(40));
    });
    drop(lease);
    budget.unclaim(40);
    assert_eq!(budget.available(), 100);
}

#[test]
fn cancelling_ends_the_wait() {
    let budget = Budget::new(100);
    let _lease = budget.lease(100, Patience::Endless, None).unwrap();
    let token = CancelToken::new();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| budget.lease(1, Patience::Endless, Some(&token)).unwrap_err());
        while lock(&budget.state).queue.is_empty() {
            thread::yield_now();
        }
        token.cancel();
        assert_eq!(waiting.join().unwrap(), Refused::Cancelled);
    });
    assert!(lock(&budget.state).queue.is_empty());
}

#[test]
fn a_pool_thread_waits_while_something_moves() {
    let budget = Budget::with_stall(100, 4 * MOMENT);
    let mut lease = budget.lease(100, Patience::Endless, None).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| budget.lease(1, Patience::WhileSomethingMoves, None).unwrap().bytes());
        for _ in 0..10 {
            thread::sleep(MOMENT);
            lease.settle(100);
            assert!(!waiting.is_finished());
        }
        drop(lease);
        assert_eq!(waiting.join().unwrap(), 1);
    });
    let _lease = budget.lease(100, Patience::Endless, None).unwrap();
    let refused = budget.lease(1, Patience::WhileSomethingMoves, None).unwrap_err();
    assert_eq!(refused, Refused::Held(100));
}

#[test]
fn user_code_in_a_task_draws_on_its_scratch() {
    let budget = Budget::new(100);
    let _outer = budget.lease(95, Patience::Endless, None).unwrap();
    let _inside = context::enter(budget.id(), 20);
    assert_eq!(budget.lease(26, Patience::None, None).unwrap_err(), Refused::Held(95));
    let first = budget.lease(15, Patience::None, None).unwrap();
    let second = budget.lease(10, Patience::None, None).unwrap();
    assert_eq!((first.drawn, first.bytes), (15, 0));
    assert_eq!((second.drawn, second.bytes), (5, 5));
    drop((first, second));
    assert_eq!(budget.lease(25, Patience::None, None).unwrap().drawn, 20);
    // Another budget's task has nothing to give here.
    let other = Budget::new(100);
    assert_eq!(other.lease(10, Patience::None, None).unwrap().drawn, 0);
}
