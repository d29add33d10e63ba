//! What the tests of this crate share.

use chunkwise_plan::{TaskGraph, TaskId};

/// A small generator (splitmix64), so that a failing seed can be run again.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A random graph of up to `tasks` tasks, with some results kept.
pub(crate) fn random_graph(seed: u64, tasks: u64) -> TaskGraph {
    let mut random = Random::new(seed);
    let mut graph = TaskGraph::new();
    let fan_in = 1 + random.below(6);
    // Inputs come from near by, as in a depth-first order, or from anywhere.
    let reach = [4, 16, tasks][random.below(3) as usize];
    for task in 0..1 + random.below(tasks) {
        let mut inputs: Vec<TaskId> = Vec::new();
        for _ in 0..random.below(fan_in + 1).min(task) {
            let input = (task - 1 - random.below(reach.min(task))) as TaskId;
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        let id = graph.push(&inputs, random.below(100), random.below(30));
        if random.below(8) == 0 {
            graph.keep(id);
        }
    }
    graph
}
