use super::*;

/// Two leaves, their sum, and a task that reads a leaf and the sum.
fn small() -> TaskGraph {
    let mut graph = TaskGraph::new();
    assert_eq!(graph.push(&[], 10, 1), 0);
    assert_eq!(graph.push(&[], 20, 2), 1);
    assert_eq!(graph.push(&[0, 1], 30, 3), 2);
    assert_eq!(graph.push(&[2, 0], 5, 4), 3);
    graph
}

#[test]
fn a_new_graph_is_empty() {
    let graph = TaskGraph::new();
    assert!(graph.is_empty());
    assert_eq!(graph.len(), 0);
    assert_eq!(graph.readers(), (vec![0], vec![]));
    assert_eq!(graph.projected_peak(), 0);
}

#[test]
fn tasks_are_numbered_and_remember_what_they_read_and_need() {
    let graph = small();
    assert_eq!(graph.len(), 4);
    assert!(!graph.is_empty());
    let inputs: Vec<&[TaskId]> = (0..4).map(|task| graph.inputs(task)).collect();
    assert_eq!(inputs, [&[] as &[TaskId], &[], &[0, 1], &[2, 0]], "in the order in which they were given");
    assert_eq!([0, 1, 2, 3].map(|task| graph.output_bytes(task)), [10, 20, 30, 5]);
    assert_eq!([0, 1, 2, 3].map(|task| graph.scratch_bytes(task)), [1, 2, 3, 4]);
}

#[test]
fn readers_are_the_inputs_turned_round() {
    let (starts, readers) = small().readers();
    assert_eq!(starts, [0, 2, 3, 4, 4]);
    assert_eq!(readers, [2, 3, 2, 3]);
}

#[test]
fn kept_tasks_are_in_the_order_in_which_they_were_marked() {
    let mut graph = small();
    graph.keep(3);
    graph.keep(1);
    assert_eq!(graph.kept(), [3, 1]);
}

#[test]
fn the_peak_counts_results_until_their_last_reader_has_run_and_scratch_meanwhile() {
    // Task 2 runs with 10 + 20 + 30 held and 3 for itself; then task 1 is freed, and 3 runs with 10 + 30 + 5 + 4.
    assert_eq!(small().projected_peak(), 63);
}

#[test]
fn kept_results_are_held_to_the_end() {
    let mut graph = TaskGraph::new();
    let first = graph.push(&[], 10, 0);
    let second = graph.push(&[first], 10, 0);
    graph.push(&[second], 10, 0);
    assert_eq!(graph.projected_peak(), 20);
    graph.keep(first);
    assert_eq!(graph.projected_peak(), 30);
}

#[test]
fn what_nobody_reads_is_held_only_while_it_is_made() {
    let mut graph = TaskGraph::new();
    for _ in 0..5 {
        graph.push(&[], 10, 1);
    }
    assert_eq!(graph.projected_peak(), 11);
}

#[test]
fn a_graph_survives_serialisation() {
    let mut graph = small();
    graph.keep(2);
    let bytes = postcard::to_stdvec(&graph).unwrap();
    assert_eq!(postcard::from_bytes::<TaskGraph>(&bytes).unwrap(), graph);
}

#[test]
#[should_panic(expected = "assertion failed")]
#[cfg(debug_assertions)]
fn a_task_reads_only_tasks_before_it() {
    TaskGraph::new().push(&[0], 1, 1);
}
