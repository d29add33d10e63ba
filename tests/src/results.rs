//! What computations give, bit by bit: on other threads, within less memory, and task by task.

use chunkwise::prelude::*;
use chunkwise_core::{Block, Element, Scalar};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Plan, RootResult, Runner, Sources, TaskId, TaskOutput};
use ndarray::{Array, Dimension};

/// The bits of every element, so that NaN equals itself and zeros differ by their sign.
pub fn bits<A: Element, D: Dimension>(array: &Array<A, D>) -> Vec<[u8; 16]> {
    array.iter().map(|&x| Scalar::new(x).to_bytes()).collect()
}

/// Asserts that an array has the same bits on any number of threads, and within the memory that its plan says it needs.
///
/// # Panics
/// When it has not, or needs more.
#[track_caller]
pub fn assert_same_bits<A: Element, D: Dimension>(array: &ChunkedArray<A, D>, what: &str) {
    let expected = bits(&array.compute_with(&Config::default().threads(1)).expect("one thread"));
    for threads in [2, 7] {
        let config = Config::default().threads(threads);
        assert!(bits(&array.compute_with(&config).expect(what)) == expected, "{what}: {threads} threads");
    }
    let peak = array.explain().expect(what).projected_peak;
    let (got, stats) = Config::default().threads(3).memory_limit(peak).measure(array).expect(what);
    assert!(bits(&got) == expected, "{what}: within {peak} bytes");
    assert!(stats.peak_bytes <= peak, "{what}: {} bytes of {peak}", stats.peak_bytes);
}

/// Runs the tasks of a plan in order on this thread. Each result goes to its last reader for good, as the executor
/// does it, and `observe` sees every result when it is there.
///
/// # Panics
/// When the plan does not compile or a task fails.
pub fn run_in_order(
    plan: &Plan,
    sources: &Sources,
    mut observe: impl FnMut(TaskId, &TaskOutput),
) -> Vec<RootResult> {
    let runner = Runner::new(plan, sources, Isa::detect()).expect("a plan that compiles");
    let graph = &plan.graph;
    let mut unread: Vec<usize> = graph.readers().0.windows(2).map(|w| (w[1] - w[0]) as usize).collect();
    graph.kept().iter().for_each(|&task| unread[task as usize] += 1);
    let mut outputs: Vec<Option<TaskOutput>> = vec![None; graph.len()];
    for task in 0..graph.len() as TaskId {
        let mut inputs: Vec<TaskOutput> = Vec::new();
        for &input in graph.inputs(task) {
            unread[input as usize] -= 1;
            let slot = &mut outputs[input as usize];
            let output = if unread[input as usize] == 0 { slot.take() } else { slot.clone() };
            inputs.push(output.expect("inputs come first"));
        }
        let output = runner.run(task, &mut inputs).expect("a task that works");
        observe(task, &output);
        outputs[task as usize] = Some(output);
    }
    let kept = graph.kept().iter().map(|&t| outputs[t as usize].clone().expect("kept")).collect();
    drop(outputs);
    runner.into_results(kept)
}

/// The bytes of a row-major block.
fn bytes_of(block: &Block) -> &[u8] {
    assert!(block.is_row_major());
    // SAFETY: the tests look at blocks that were written, all of whose bytes belong to elements.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }
}

/// The bytes of everything that a plan returns.
pub fn all_bytes(results: &[RootResult]) -> Vec<u8> {
    let mut all = Vec::new();
    for result in results {
        match result {
            RootResult::Array(block) => all.extend_from_slice(bytes_of(block)),
            RootResult::Tiles(tiles) => {
                tiles.tiles.iter().for_each(|tile| all.extend_from_slice(bytes_of(&tile.block)));
            }
            RootResult::Written | RootResult::Value(_) => {}
        }
    }
    all
}

/// The elements of an array that a plan returns.
///
/// # Panics
/// When it is no array of this type in row-major order.
pub fn elements<A: Element>(result: &RootResult) -> Vec<A> {
    let RootResult::Array(block) = result else { panic!("an array, not {result:?}") };
    // SAFETY: the plan that returned it has run.
    unsafe { block.as_slice::<A>() }.expect("row-major").to_vec()
}
