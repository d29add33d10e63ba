//! Stores that fail, functions that panic and users that give up, in the middle of it all.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise::Error;
use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Expr, Optimise, Want, plan_each};
use chunkwise_io::SpillError;
use chunkwise_plan::{Runner, StageKind, TaskError, TaskOutput};
use chunkwise_tests::Store;
use ndarray::{Array2, ArrayD, IxDyn};

fn grid() -> Grid {
    Grid::new([AxisGrid::regular(12, 4), AxisGrid::regular(12, 4)])
}

/// What reads all of `x` twice, one time after the other.
fn spilling(x: &ChunkedArray2<f64>) -> ChunkedArray0<f64> {
    (x - x.mean()).square().sum()
}

/// Runs a plan in order until a task fails.
fn run(roots: &[Expr], wants: &[Want]) -> Result<(), TaskError> {
    let (plan, sources) = plan_each(roots, wants, Optimise::All).unwrap();
    let runner = Runner::new(&plan, &sources, chunkwise_kernels::Isa::detect()).unwrap();
    let mut outputs: Vec<TaskOutput> = Vec::new();
    for task in 0..plan.tasks.len() as u32 {
        let inputs = plan.graph.inputs(task).iter();
        let mut inputs: Vec<TaskOutput> = inputs.map(|&input| outputs[input as usize].clone()).collect();
        outputs.push(runner.run(task, &mut inputs)?);
    }
    Ok(())
}

#[test]
fn what_fails_in_passing_is_tried_again_and_what_goes_on_failing_is_not() {
    let from = Store::of(ArrayD::from_elem(IxDyn(&[12, 12]), 2.0), Some(grid()));
    let into = Store::empty(&[12, 12], Some(grid()));
    let x = Expr::region_source(Arc::new(from.clone()), grid());
    let wants = [Want::Written(Arc::new(into.clone()))];
    from.fail(2);
    into.fail(2);
    run(std::slice::from_ref(&x), &wants).unwrap();
    assert!(into.values().iter().all(|&value| value == 2.0));
    assert!(from.take_reads().len() > 2, "it was read again");

    from.fail(1000);
    let error = run(&[x], &wants).unwrap_err();
    from.fail(0);
    let text = error.to_string();
    assert!(text.contains("block [0, 0]") && text.contains("the read timed out (tried 6 times)"), "{text}");
}

#[test]
fn a_folder_that_nothing_can_be_spilled_to() {
    let x = ChunkedArray2::<f64>::from_block_fn((600, 600).chunked(100), |block| Array2::ones(block.shape));
    let y = spilling(&x.unwrap());
    let config = Config::default().memory_limit(2_200_000).spill_to("/no/such/folder");
    let explained = config.explain(&y).unwrap();
    assert!(!explained.outside.is_empty(), "it spills");
    assert!(explained.after.iter().any(|stage| stage.kind == StageKind::Spill), "{explained}");
    assert!(explained.to_string().contains("\n  spill [spill from_block_fn] over (600, 600)"), "{explained}");
    let error = config.compute(y.value()).unwrap_err();
    assert!(
        matches!(error.find(), Some(SpillError::Create { folder, .. }) if folder == Path::new("/no/such/folder"))
    );
    assert!(error.to_string().contains("spill from_block_fn"), "{error}");

    let error = config.clone().without_spill().compute(y.value()).unwrap_err();
    assert!(matches!(error, Error::MemoryLimit { .. }), "{error}");
    // The same configuration goes on working.
    let there = tempfile::tempdir().unwrap();
    let config = config.spill_to(there.path());
    assert_eq!(config.compute(y.value()).unwrap(), 0.0);
    assert_eq!(std::fs::read_dir(there.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_function_that_panics_and_a_token_that_is_cancelled_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let blocks = Arc::new(AtomicUsize::new(0));
    let token = CancelToken::new();
    let (count, cancel) = (blocks.clone(), token.clone());
    let make = move |panics: bool| {
        let (count, cancel) = (count.clone(), cancel.clone());
        ChunkedArray::<f64, _>::from_block_fn((4000, 500).chunked((100, 500)), move |block| {
            if count.fetch_add(1, Ordering::Relaxed) == 7 {
                assert!(!panics, "as it was told to");
                cancel.cancel();
            }
            Array2::zeros(block.shape)
        })
        .unwrap()
    };
    let panics = make(true);
    let error = compute(panics.to_npy(&path)).unwrap_err();
    assert!(error.to_string().contains("as it was told to"), "{error}");
    blocks.store(0, Ordering::Relaxed);
    let config = Config::default().cancel(&token);
    assert!(config.compute(make(false).to_npy(&path)).is_err());
    assert!(blocks.load(Ordering::Relaxed) < 40, "it stopped early");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    // The pool is fine.
    compute(ChunkedArray2::<f64>::ones((10, 10)).unwrap().to_npy(&path)).unwrap();
    assert_eq!(ChunkedArray2::<f64>::from_npy(&path, Auto).unwrap().sum().scalar().unwrap(), 100.0);
}

#[test]
fn a_panic_while_spilling_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let x = ChunkedArray2::<f64>::from_block_fn((600, 600).chunked(100), |block| {
        assert!(block.index != ndarray::Ix2(4, 1), "as it was told to");
        Array2::ones(block.shape)
    });
    let y = spilling(&x.unwrap());
    let config = Config::default().memory_limit(2_200_000).spill_to(folder.path());
    assert!(!config.explain(&y).unwrap().outside.is_empty(), "it spills");
    let error = config.compute(y.value()).unwrap_err();
    assert!(error.to_string().contains("as it was told to"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn persisted_blocks_that_do_not_fit_are_kept_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::default().memory_limit(4_000_000).spill_to(folder.path());
    let x = ChunkedArray2::<f64>::from_shape_fn((1000, 1000), |(i, j)| (i * 1000 + j) as f64).unwrap();
    let kept = (&x + 1.0).persist_with(&config).unwrap();
    assert_eq!(kept.chunks(), x.chunks());
    let (largest, sum) = config.compute((kept.max().value(), kept.t().sum().value())).unwrap();
    assert_eq!((largest, sum), (1e6, 500_000.5 * 1e6));
    // One that fits stays in memory and counts.
    let small = x.slice(ndarray::s![..100, ..]).unwrap().persist_with(&config).unwrap();
    assert_eq!(small.min().scalar().unwrap(), 0.0);
}

#[test]
fn a_write_that_is_refused_is_an_error_with_its_cause() {
    #[derive(Debug)]
    struct Full;
    impl chunkwise_core::RegionSink for Full {
        fn name(&self) -> String {
            "a full disk".into()
        }
        fn write(&self, _: &[usize], _: &chunkwise_core::Block) -> Result<(), chunkwise_core::BoxError> {
            Err(io::Error::from(io::ErrorKind::StorageFull).into())
        }
    }
    let x = ChunkedArray2::<f64>::ones((12, 12).chunked(4)).unwrap();
    let error = run(&[x.expr().clone()], &[Want::Written(Arc::new(Full))]).unwrap_err();
    assert!(error.to_string().starts_with("write, block [0, 0]"), "{error}");
    assert!(error.to_string().contains("no storage space"), "{error}");
}
