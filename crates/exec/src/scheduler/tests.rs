//! A pool of one thread that acts out every interleaving its random numbers lead to, next to a model of what
//! the scheduler should know.

use std::collections::BTreeSet;

use super::*;
use crate::order::Starved;
use crate::testing::{Random, random_graph};

/// What is so, by definition rather than by bookkeeping.
struct Model<'g> {
    graph: &'g TaskGraph,
    running: BTreeSet<TaskId>,
    done: BTreeSet<TaskId>,
    freed: BTreeSet<TaskId>,
}

impl<'g> Model<'g> {
    fn new(graph: &'g TaskGraph) -> Self {
        Model { graph, running: BTreeSet::new(), done: BTreeSet::new(), freed: BTreeSet::new() }
    }

    fn tasks(&self) -> impl Iterator<Item = TaskId> {
        0..self.graph.len() as TaskId
    }

    fn is_ready(&self, task: TaskId) -> bool {
        !self.running.contains(&task)
            && !self.done.contains(&task)
            && self.graph.inputs(task).iter().all(|input| self.done.contains(input))
    }

    /// Done, not wanted by the caller, and every reader done too.
    fn is_over(&self, task: TaskId) -> bool {
        self.done.contains(&task)
            && !self.graph.kept().contains(&task)
            && self
                .tasks()
                .all(|reader| !self.graph.inputs(reader).contains(&task) || self.done.contains(&reader))
    }

    fn held(&self) -> u64 {
        let results = self.done.iter().filter(|&&task| !self.is_over(task));
        let results: u64 = results.map(|&task| self.graph.output_bytes(task)).sum();
        results + self.running.iter().map(|&task| own_bytes(self.graph, task)).sum::<u64>()
    }

    fn start(&mut self, task: TaskId) {
        assert!(self.is_ready(task), "{task} was started too early or twice");
        self.running.insert(task);
    }

    fn finish(&mut self, task: TaskId, freed: &[TaskId]) {
        assert!(self.running.remove(&task));
        self.done.insert(task);
        for &result in freed {
            assert!(self.is_over(result), "{result} was freed while it is wanted");
            assert!(self.freed.insert(result), "{result} was freed twice");
        }
        for task in self.tasks() {
            assert_eq!(self.is_over(task), self.freed.contains(&task), "{task} is freed at its last use");
        }
    }

    fn check(&self, scheduler: &Scheduler<'_>) {
        assert_eq!(scheduler.held(), self.held());
        assert!(scheduler.peak() >= scheduler.held());
        assert_eq!(scheduler.ready(), self.tasks().filter(|&task| self.is_ready(task)).count());
        assert_eq!(scheduler.complete(), self.done.len() == self.graph.len());
    }
}

fn pick(random: &mut Random, set: &BTreeSet<TaskId>) -> Option<TaskId> {
    (!set.is_empty()).then(|| *set.iter().nth(random.below(set.len() as u64) as usize).unwrap())
}

/// Runs a graph with up to `threads` tasks at once, checking the model at every step. Returns the order in
/// which tasks were started.
fn act_out(
    graph: &TaskGraph,
    mut scheduler: Scheduler<'_>,
    threads: usize,
    random: &mut Random,
) -> Vec<TaskId> {
    let mut model = Model::new(graph);
    let mut started = Vec::new();
    model.check(&scheduler);
    loop {
        let peeked = scheduler.peek();
        let may_start = model.running.len() < threads && (model.running.is_empty() || random.below(4) > 0);
        match peeked {
            Action::Finished => break,
            Action::Run(task) if may_start => {
                assert_eq!(scheduler.next(), Action::Run(task));
                model.start(task);
                started.push(task);
            }
            Action::Short(by) if random.below(8) == 0 => {
                let (limit, _) = scheduler.memory().unwrap();
                scheduler.handle(Event::Memory(limit + by), &mut |_| ());
                assert!(matches!(scheduler.peek(), Action::Run(_)), "so much more would do");
                if random.below(2) == 0 {
                    // Lent for a moment only.
                    scheduler.handle(Event::Memory(limit), &mut |_| ());
                }
            }
            _ => {
                let task = pick(random, &model.running).expect("waits only for running tasks");
                if random.below(10) == 0 && model.running.len() > 1 {
                    model.running.remove(&task);
                    started.retain(|&other| other != task);
                    scheduler.handle(Event::Returned(task), &mut |_| ());
                } else {
                    let mut freed = Vec::new();
                    scheduler.handle(Event::Done(task), &mut |task| freed.push(task));
                    model.finish(task, &freed);
                }
            }
        }
        model.check(&scheduler);
        if let Some((limit, claimed)) = scheduler.memory() {
            assert!(scheduler.held() <= limit && claimed <= limit);
            if random.below(8) == 0 {
                let less = claimed + random.below(limit - claimed + 1);
                scheduler.handle(Event::Memory(less), &mut |_| ());
            }
        }
    }
    assert_eq!(model.done.len(), graph.len());
    assert!(scheduler.complete());
    started
}

#[test]
fn every_task_runs_once_after_its_inputs() {
    for seed in 0..300 {
        let graph = random_graph(seed, 60);
        let mut random = Random::new(seed);
        for threads in [1, 2, 7] {
            let started = act_out(&graph, Scheduler::new(&graph), threads, &mut random);
            if threads == 1 {
                assert!(started.is_sorted(), "one thread runs in the order of ids");
            }
        }
    }
}

#[test]
fn any_limit_that_an_order_fits_is_kept_on_any_number_of_threads() {
    let mut found_another_order = 0;
    for seed in 0..400 {
        let graph = random_graph(seed, 60);
        let mut random = Random::new(seed);
        let peak = graph.projected_peak();
        for limit in [peak, peak + random.below(100), peak - random.below(peak / 4 + 1)] {
            match Order::within(&graph, limit) {
                Err(starved) => {
                    assert!(limit < peak, "the order of ids fits");
                    assert!(starved.held + starved.needed > limit);
                    assert_eq!(starved.limit, limit);
                }
                Ok(order) => {
                    assert!(order.peak() <= limit);
                    found_another_order += usize::from(limit < peak);
                    drop(order);
                    for threads in [1, 2, 7] {
                        let order = Order::within(&graph, limit).unwrap();
                        let ranks: Vec<u32> =
                            (0..graph.len() as TaskId).map(|task| order.rank_of(task)).collect();
                        let scheduler = Scheduler::within(&graph, order, limit);
                        let started = act_out(&graph, scheduler, threads, &mut random);
                        if threads == 1 {
                            assert!(started.is_sorted_by_key(|&task| ranks[task as usize]));
                        }
                    }
                }
            }
        }
    }
    assert!(found_another_order > 20, "only {found_another_order} plans were helped by another order");
}

#[test]
fn the_projected_peak_is_what_one_thread_holds() {
    for seed in 0..200 {
        let graph = random_graph(seed, 80);
        let order = Order::within(&graph, u64::MAX).unwrap();
        assert_eq!(order.peak(), graph.projected_peak());
        let mut scheduler = Scheduler::new(&graph);
        while let Action::Run(task) = scheduler.next() {
            scheduler.handle(Event::Done(task), &mut |_| ());
        }
        assert_eq!(scheduler.peak(), graph.projected_peak());
    }
}

/// Two inputs side by side, then a reader that needs all the memory; meanwhile there is other work.
///
/// Counting only what is held, the other work would be let in, and the reader would never fit again.
#[test]
fn work_that_runs_ahead_does_not_lock_out_what_it_waits_for() {
    let mut graph = TaskGraph::new();
    let left = graph.push(&[], 10, 0);
    let right = graph.push(&[], 10, 0);
    let reader = graph.push(&[left, right], 30, 50);
    let ahead = graph.push(&[], 10, 0);
    graph.push(&[reader, ahead], 1, 0);
    assert_eq!(graph.projected_peak(), 100);
    let order = Order::within(&graph, 100).unwrap();
    let mut scheduler = Scheduler::within(&graph, order, 100);
    assert_eq!(scheduler.next(), Action::Run(left));
    assert_eq!(scheduler.next(), Action::Run(right));
    scheduler.handle(Event::Done(left), &mut |_| ());
    assert_eq!(scheduler.held(), 20);
    assert_eq!(scheduler.next(), Action::Short(10), "the other 80 bytes are spoken for");
    scheduler.handle(Event::Done(right), &mut |_| ());
    assert_eq!(scheduler.next(), Action::Run(reader));
    assert_eq!(scheduler.next(), Action::Short(10));
    scheduler.handle(Event::Done(reader), &mut |_| ());
    assert_eq!(scheduler.next(), Action::Run(ahead));
}

#[test]
fn a_task_larger_than_the_limit_is_refused_by_name() {
    let mut graph = TaskGraph::new();
    let input = graph.push(&[], 40, 0);
    graph.push(&[], 5, 0);
    let large = graph.push(&[input], 30, 31);
    graph.push(&[large], 1, 0);
    let refused = Order::within(&graph, 100).unwrap_err();
    assert_eq!(refused, Starved { task: large, needed: 61, held: 40, limit: 100, holders: vec![input] });
    assert_eq!(Order::within(&graph, 101).unwrap().peak(), 101);
}

#[test]
fn a_narrower_order_than_that_of_ids_is_found() {
    // Both wide tasks first, as their ids say, does not fit; each with its reader does.
    let mut graph = TaskGraph::new();
    let first = graph.push(&[], 60, 0);
    let second = graph.push(&[], 60, 0);
    let first_sum = graph.push(&[first], 1, 0);
    let second_sum = graph.push(&[second], 1, 0);
    graph.keep(first_sum);
    graph.keep(second_sum);
    assert_eq!(graph.projected_peak(), 121);
    let order = Order::within(&graph, 70).unwrap();
    assert_eq!([0, 1, 2, 3].map(|rank| order.task_at(rank)), [first, first_sum, second, second_sum]);
    assert_eq!(order.peak(), 62);
}

#[test]
fn nothing_starts_after_a_failure_or_cancellation() {
    for seed in 0..200 {
        let graph = random_graph(seed, 40);
        let mut random = Random::new(seed);
        let mut scheduler = Scheduler::new(&graph);
        let mut running = BTreeSet::new();
        while let Action::Run(task) = scheduler.next() {
            running.insert(task);
            if random.below(4) == 0 {
                break;
            }
            if random.below(2) == 0 {
                let task = pick(&mut random, &running).unwrap();
                running.remove(&task);
                scheduler.handle(Event::Done(task), &mut |_| ());
            }
        }
        let was_complete = scheduler.complete();
        match pick(&mut random, &running).filter(|_| seed % 2 == 0) {
            Some(task) => {
                running.remove(&task);
                scheduler.handle(Event::Failed(task), &mut |_| ());
            }
            None => scheduler.handle(Event::Cancel, &mut |_| ()),
        }
        while let Some(task) = running.pop_first() {
            assert_eq!(scheduler.next(), Action::Wait);
            scheduler.handle(Event::Done(task), &mut |_| ());
        }
        assert_eq!(scheduler.next(), Action::Finished);
        assert!(scheduler.complete() || !was_complete);
    }
}

#[test]
fn a_limit_is_never_lowered_below_what_was_promised() {
    let mut graph = TaskGraph::new();
    for _ in 0..4 {
        let leaf = graph.push(&[], 10, 0);
        graph.push(&[leaf], 0, 0);
    }
    let order = Order::within(&graph, 1000).unwrap();
    let mut scheduler = Scheduler::within(&graph, order, 1000);
    for _ in 0..3 {
        assert!(matches!(scheduler.next(), Action::Run(_)));
    }
    scheduler.handle(Event::Memory(0), &mut |_| ());
    assert_eq!(scheduler.memory(), Some((30, 30)));
    assert!(matches!(scheduler.next(), Action::Short(_)));
    scheduler.handle(Event::Memory(40), &mut |_| ());
    assert!(matches!(scheduler.next(), Action::Run(_)));
}

#[test]
fn a_graph_without_tasks_is_finished() {
    assert_eq!(Scheduler::new(&TaskGraph::new()).next(), Action::Finished);
}
