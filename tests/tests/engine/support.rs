//! What the modules share: counted functions, bits of results, plans run task by task, and a watchdog.

use chunkwise_core::{Block, Element, Scalar};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Plan, RootResult, Runner, Sources, TaskId, TaskOutput};
pub(crate) use chunkwise_tests::{Calls, in_time};
use ndarray::{Array, ArrayD, Dimension, IxDyn};

/// The bits of every element, so that NaN equals itself and zeros differ by their sign.
pub(crate) fn bits<A: Element, D: Dimension>(array: &Array<A, D>) -> Vec<[u8; 16]> {
    array.iter().map(|&x| Scalar::new(x).to_bytes()).collect()
}

/// Numbers without a pattern that sums could profit from: of several magnitudes and both signs.
pub(crate) fn rough(shape: &[usize]) -> ArrayD<f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        unit * [1.0, 1e-3, 1e3, 1e6][(state >> 5) as usize % 4]
    })
}

/// Runs the tasks of a plan in order on this thread. Each result goes to its last reader for good, as the executor
/// does it, and `observe` sees every result when it is there.
pub(crate) fn run_in_order(
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
pub(crate) fn bytes_of(block: &Block) -> &[u8] {
    assert!(block.is_row_major());
    // SAFETY: the tests look at blocks that were written, all of whose bytes belong to elements.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }
}

/// The bytes of everything that a plan returns.
pub(crate) fn all_bytes(results: &[RootResult]) -> Vec<u8> {
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
