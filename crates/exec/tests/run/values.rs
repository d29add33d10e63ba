//! The same results on any number of threads and within any limit.

use std::sync::Arc;

use chunkwise_exec::{Options, Run, execute};
use chunkwise_plan::TaskGraph;

use crate::support::*;
use crate::testing::random_graph;

#[test]
fn random_graphs_agree_with_running_them_in_order() {
    let executors: Vec<_> = [1, 2, 7].map(|threads| executor(threads, None)).into();
    for seed in 0..200 {
        let graph = random_graph(seed, 200);
        let expected = reference(&graph);
        for executor in &executors {
            let work = Mix::new(&graph, nothing);
            let run = work.on(executor).unwrap();
            assert_eq!(values(&run), expected, "seed {seed}");
            assert_eq!(run.stats.tasks, graph.len());
            let kept: u64 = run.outputs.iter().map(|_| 1).sum();
            assert_eq!(kept as usize, graph.kept().len());
            drop(run);
            assert_eq!(work.ledger.live(), 0, "everything is dropped");
        }
    }
}

#[test]
fn random_graphs_agree_within_limits() {
    for seed in 0..60 {
        let graph = random_graph(seed, 200);
        let expected = reference(&graph);
        let peak = graph.projected_peak();
        for threads in [1, 2, 7] {
            for limit in [peak, peak + peak / 3, 2 * peak] {
                let work = Mix::new(&graph, nothing);
                let run = work.on(&executor(threads, Some(limit))).unwrap();
                assert_eq!(values(&run), expected, "seed {seed}");
                assert!(run.stats.peak_bytes <= limit);
                assert!(work.ledger.most() <= run.stats.peak_bytes, "what is alive has been counted");
            }
        }
    }
}

#[test]
fn kept_results_come_in_the_order_in_which_they_were_marked() {
    let mut graph = TaskGraph::new();
    let tasks: Vec<_> = (0..4).map(|_| graph.push(&[], 1, 0)).collect();
    for index in [2, 0, 2, 3] {
        graph.keep(tasks[index]);
    }
    let run = Mix::new(&graph, nothing).on(&executor(2, None)).unwrap();
    assert_eq!(values(&run), reference(&graph));
    assert!(Arc::ptr_eq(&run.outputs[0], &run.outputs[2]));
}

#[test]
fn nothing_is_the_result_of_no_tasks() {
    let graph = TaskGraph::new();
    let Run { outputs, stats, .. } =
        execute(&graph, &Mix::new(&graph, nothing), &Options::default()).unwrap();
    assert!(outputs.is_empty());
    assert_eq!((stats.tasks, stats.peak_bytes), (0, 0));
}

#[test]
fn the_last_reader_gets_the_only_handle() {
    // A chain, each link of which is also read by a side task that comes before the next link.
    let mut graph = TaskGraph::new();
    let mut link = graph.push(&[], 1, 0);
    for _ in 0..50 {
        let side = graph.push(&[link], 1, 0);
        link = graph.push(&[link, side], 1, 0);
    }
    graph.keep(link);
    for threads in [1, 2, 7] {
        let work = Mix::new(&graph, |_, inputs: &Inputs| {
            let counts: Vec<usize> = inputs.iter().map(Arc::strong_count).collect();
            match counts[..] {
                [] | [2] | [1, 1] => Ok(()),
                _ => panic!("handles: {counts:?}"),
            }
        });
        work.on(&executor(threads, None)).unwrap();
    }
}

#[test]
fn kept_results_are_never_given_away() {
    let mut graph = TaskGraph::new();
    let kept = graph.push(&[], 1, 0);
    graph.keep(kept);
    graph.push(&[kept], 1, 0);
    let work = Mix::new(&graph, |_, inputs: &Inputs| {
        assert!(inputs.iter().all(|input| Arc::strong_count(input) == 2));
        Ok(())
    });
    assert_eq!(values(&work.on(&executor(2, None)).unwrap()), reference(&graph));
}
