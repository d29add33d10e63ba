//! What the executor costs per task, with tasks that do nothing.
//!
//! Run with `cargo run --release -p chunkwise-exec --example overhead [threads]`.

use std::any::Any;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chunkwise_exec::{Config, Executor, Options, Work};
use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

/// Results are allocated and shared, as real ones are.
struct Nothing;

impl Work for Nothing {
    type Output = Arc<u32>;
    type Error = Infallible;

    fn run(&self, task: TaskId, _: SmallVec<[Arc<u32>; 4]>) -> Result<Arc<u32>, Infallible> {
        Ok(Arc::new(task))
    }

    fn panicked(&self, _: TaskId, payload: Box<dyn Any + Send>) -> Infallible {
        std::panic::resume_unwind(payload)
    }
}

/// Adds a tree over some leaves, depth first, and returns its root.
fn tree(graph: &mut TaskGraph, leaves: usize) -> TaskId {
    if leaves == 1 {
        return graph.push(&[], 8, 0);
    }
    let below: Vec<TaskId> = (0..16).map(|_| tree(graph, leaves / 16)).collect();
    graph.push(&below, 8, 0)
}

fn million_leaves_in_a_tree() -> TaskGraph {
    let mut graph = TaskGraph::new();
    let root = tree(&mut graph, 1 << 20);
    graph.keep(root);
    graph
}

fn million_on_their_own() -> TaskGraph {
    let mut graph = TaskGraph::new();
    for _ in 0..1 << 20 {
        let task = graph.push(&[], 8, 0);
        graph.keep(task);
    }
    graph
}

fn best_of<T>(count: usize, mut run: impl FnMut() -> T) -> Duration {
    let time = || {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    std::iter::repeat_with(time).take(count).min().unwrap_or_default()
}

fn main() {
    let threads = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(NonZeroUsize::MIN);
    let options = Options::default();
    for memory_limit in [None, Some(1 << 40), Some(9 << 20)] {
        let executor = Executor::new(Config { threads: Some(threads), memory_limit });
        for (name, build) in [
            ("on their own", million_on_their_own as fn() -> TaskGraph),
            ("16-ary tree", million_leaves_in_a_tree),
        ] {
            let graph = build();
            let building = best_of(3, build);
            let running = best_of(5, || executor.execute(&graph, &Nothing, &options).unwrap());
            let per_task = running.as_nanos() / graph.len() as u128;
            println!(
                "{threads} threads, limit {memory_limit:?}, {name}: {building:.1?} to build, {running:.1?} to run, {per_task} ns a task"
            );
        }
    }
    let mut one = TaskGraph::new();
    let task = one.push(&[], 8, 0);
    one.keep(task);
    for (name, config) in
        [("default", Config::default()), ("limit", Config { memory_limit: Some(100), ..Config::default() })]
    {
        let executor = Executor::new(config);
        let calls = 100_000;
        let time = best_of(5, || (0..calls).for_each(|_| drop(executor.execute(&one, &Nothing, &options))));
        println!("one task, {name}: {} ns", time.as_nanos() / calls);
    }
    for tasks in [2, 16, 256] {
        let mut graph = TaskGraph::new();
        let leaves: Vec<TaskId> = (1..tasks).map(|_| graph.push(&[], 8, 0)).collect();
        let root = graph.push(&leaves, 8, 0);
        graph.keep(root);
        let executor = Executor::new(Config { threads: Some(threads), ..Config::default() });
        let calls = 1000;
        let time = best_of(5, || (0..calls).for_each(|_| drop(executor.execute(&graph, &Nothing, &options))));
        println!("{tasks} tasks: {} ns", time.as_nanos() / calls);
    }
}
