//! What reshapes cost: nothing where memory lies as it is wanted, one copy in bounded memory elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise::prelude::*;
use chunkwise::{Config, explain};

use chunkwise_expr::{Optimise, StageKind, Want, plan_in_units};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Plan, Runner, Stage, TaskId, TaskOutput};
use ndarray::{Array, Array1, Array2, Axis, s};

fn kinds(array: &ChunkedArray<f64, impl ndarray::Dimension>) -> Vec<StageKind> {
    array.explain().unwrap().after.iter().map(|stage| stage.kind).collect()
}

fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| (i * columns + j) as f64)
}

#[test]
fn numbers_take_any_shape_without_work() {
    let x = ChunkedArray::<f64, _>::zeros((5000, 5000)).unwrap();
    for y in [x.reshape((5000, 1000, 5)).unwrap(), x.reshape((1000, 5000, 5)).unwrap()] {
        let explained = y.slice(s![..2, ..2, ..]).unwrap().explain().unwrap();
        assert_eq!(explained.units(), 1, "{explained}");
        assert_eq!(kinds(&y), [StageKind::Fused], "{y}");
        assert_eq!((y.sum().scalar().unwrap(), y.mean().scalar().unwrap()), (0.0, 0.0));
    }
    // Chunks stay where they line up, and none becomes giant where they do not.
    let x = x.rechunk((500, 500)).unwrap();
    assert_eq!(x.reshape((10, 500, 5000)).unwrap().chunk_shape(), [1, 500, 500]);
    assert!(x.reshape((1000, 5000, 5)).unwrap().chunk_shape().iter().product::<usize>() <= 1 << 18);
    assert!(x.ravel().chunk_shape()[0] <= 1 << 18);
}

#[test]
fn what_lies_in_memory_is_reshaped_in_place_and_stays_fused() {
    let eager = numbers(600, 500);
    let x = ChunkedArray::from_array(eager.clone(), (100, 90)).unwrap();
    let half = x.slice(s![100..400, ..]).unwrap();
    let centred = &x - x.mean_axis(keep(Axis(0))).unwrap();
    let cases = [
        ("a source", x.reshape((300, 1000)).unwrap(), vec![StageKind::Fused]),
        ("an expression", (&x * 2.0 + 1.0).sqrt().reshape((300, 1000)).unwrap(), vec![StageKind::Fused]),
        ("rows of a source", half.reshape((1000, 150)).unwrap().abs(), vec![StageKind::Fused]),
        (
            "reshapes of reshapes",
            (x.ravel() + 1.0).reshape((300, 1000)).unwrap() * 2.0,
            vec![StageKind::Fused],
        ),
        ("with another shape of itself", x.reshape((500, 600)).unwrap() + x.t(), vec![StageKind::Fused]),
        // The mean is copied into its new shape, which is nothing beside the rest.
        (
            "with a row of means",
            centred.reshape((3, 200, 25, 20)).unwrap().reshape((600, 500)).unwrap(),
            vec![StageKind::Fused, StageKind::Fused],
        ),
    ];
    for (what, y, expected) in cases {
        assert_eq!(kinds(&y), expected, "{what}: {}", y.explain().unwrap());
    }
    let sums = (&x * 2.0).reshape((6, 100, 20, 25)).unwrap().sum_axis([Axis(1), Axis(3)]).unwrap();
    let explained = sums.explain().unwrap();
    assert_eq!(explained.after.iter().filter(|s| s.kind == StageKind::Fused).count(), 1, "{explained}");
    assert!(explained.after.iter().all(|s| s.kind != StageKind::Reshape), "{explained}");
    let expected =
        (&eager * 2.0).into_shape_with_order((6, 100, 20, 25)).unwrap().sum_axis(Axis(3)).sum_axis(Axis(1));
    assert_eq!(sums.compute().unwrap(), expected);
    let folded = (&x * 2.0).reshape((60, 5000)).unwrap().sum_axis(Axis(0)).unwrap();
    assert!(folded.explain().unwrap().after.iter().all(|s| s.kind != StageKind::Reshape));
    assert!(folded.compute().unwrap()[7] > 0.0);
}

#[test]
fn means_along_axes_that_stay_are_not_copied() {
    let x = ChunkedArray::from_array(numbers(64, 60), (10, 60)).unwrap();
    let y = (&x - x.mean_axis(keep(Axis(1))).unwrap()).reshape((64, 6, 10)).unwrap();
    assert!(kinds(&y).iter().all(|kind| *kind != StageKind::Reshape), "{}", y.explain().unwrap());
    let eager = numbers(64, 60);
    let expected = &eager - &eager.mean_axis(Axis(1)).unwrap().insert_axis(Axis(1));
    assert_eq!(y.compute().unwrap(), expected.into_shape_with_order((64, 6, 10)).unwrap());
}

#[test]
fn what_must_be_copied_is_copied_once() {
    let x = ChunkedArray::from_array(numbers(600, 500), (100, 100)).unwrap();
    let turned = (x.t().abs() + 1.0).reshape((600, 500)).unwrap() * 2.0;
    assert_eq!(kinds(&turned), [StageKind::Reshape, StageKind::Fused], "{}", turned.explain().unwrap());
    let both = (x.t() + x.slice(s![..;-1, ..]).unwrap().t()).reshape((600, 500)).unwrap();
    assert_eq!(kinds(&both), [StageKind::Fused, StageKind::Reshape], "one copy, of the sum");
    let twice = explain((turned.sum().value(), turned.max().value())).unwrap();
    assert_eq!(twice.after.iter().filter(|s| s.kind == StageKind::Reshape).count(), 1, "{twice}");
    let text = twice.to_string();
    assert!(text.contains("copy  [reshape] over (600, 500)"), "{text}");
}

#[test]
fn units_that_are_the_same_ranges_are_handed_on() {
    // Ten rows are five of the result; 601 is prime.
    for (shape, to, copied) in [([600, 500], [300, 1000], false), ([600, 601], [601, 600], true)] {
        let x = ChunkedArray::from_array(numbers(shape[0], shape[1]), (50, 77)).unwrap().mapv(|v| v + 1.0);
        let root = [x.reshape(to).unwrap().expr().clone()];
        let (plan, sources) = plan_in_units(&root, Want::Tiles, Optimise::Nothing, 5000).unwrap();
        let runner = Runner::new(&plan, &sources, Isa::detect()).unwrap();
        let mut outputs: Vec<TaskOutput> = Vec::new();
        let mut reshapes = 0;
        for task in 0..plan.graph.len() as TaskId {
            let inputs = plan.graph.inputs(task);
            let mut inputs: Vec<TaskOutput> = inputs.iter().map(|&i| outputs[i as usize].clone()).collect();
            let output = runner.run(task, &mut inputs).unwrap();
            if let Stage::Reshape(_) = plan.stages[plan.tasks[task as usize].stage as usize] {
                reshapes += 1;
                assert!(inputs.len() <= 3, "a range lies in few others, not {}", inputs.len());
                let place = |output: &TaskOutput| output[0].block.as_ptr();
                assert_eq!(inputs.iter().all(|input| place(input) != place(&output)), copied, "{shape:?}");
            }
            outputs.push(output);
        }
        assert!(reshapes > 20, "{reshapes}");
    }
}

#[test]
fn chains_of_any_length() {
    let x = ChunkedArray::from_array(numbers(6, 4), (2, 3)).unwrap();
    // The second cannot lie in memory as it is wanted.
    for start in [x.clone(), x.t().reshape((6, 4)).unwrap()] {
        let mut y = start.clone();
        for _ in 0..100_000 {
            y = y.reshape((8, 3)).unwrap().reshape((6, 4)).unwrap() + 1.0;
        }
        assert_eq!(y.compute().unwrap(), start.compute().unwrap() + 100_000.0);
    }
    // Each of these must be copied.
    let (mut y, mut expected) = (x, numbers(6, 4));
    for _ in 0..50 {
        y = (y.reshape((8, 3)).unwrap().t() + 1.0).reshape((6, 4)).unwrap();
        let turned = expected.into_shape_with_order((8, 3)).unwrap().reversed_axes() + 1.0;
        expected = turned.to_shape((6, 4)).unwrap().to_owned();
    }
    assert_eq!(y.compute().unwrap(), expected);
}

/// A source that counts what is asked of it, of many blocks.
fn counted(rows: usize, columns: usize) -> (ChunkedArray2<f64>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let x = ChunkedArray::from_block_fn((rows, columns).chunked((10, Full)), move |block| {
        count.fetch_add(1, Ordering::Relaxed);
        let first = block.start[0];
        Array::from_shape_fn(block.shape, |(i, j)| ((first + i) * columns + j) as f64)
    });
    (x.unwrap(), calls)
}

#[test]
fn only_what_is_looked_at_is_made() {
    let (x, calls) = counted(1000, 999);
    let part = x.reshape((999, 1000)).unwrap().slice(s![500..501, ..]).unwrap();
    let expected = Array1::from_iter(0..1000).mapv(|j| (500_000 + j) as f64);
    assert_eq!(part.compute().unwrap().row(0), expected);
    assert!(calls.swap(0, Ordering::Relaxed) <= 20, "one unit of a hundred blocks");
    // Slices of axes that stay pass through.
    // A column is copied, not the array that it is of.
    let column = x.slice(s![.., 3]).unwrap().reshape((10, 100)).unwrap();
    let copied = column.explain().unwrap();
    let copy = copied.after.iter().find(|stage| stage.kind == StageKind::Reshape).unwrap();
    assert_eq!(copy.shape[..], [10, 100], "{copied}");
    let rows = x.reshape((1000, 9, 111)).unwrap().slice(s![..2, .., ..]).unwrap();
    assert_eq!(rows.compute().unwrap()[[1, 0, 0]], 999.0);
    assert!(calls.load(Ordering::Relaxed) <= 1, "{calls:?}");
}

#[test]
fn large_arrays_are_reshaped_in_bounded_memory() {
    // 32 MB, none of whose rows end where another's do.
    let (x, _) = counted(2000, 2003);
    let y = (x.mapv(|v| v + 1.0).reshape((2003, 2000)).unwrap() * 2.0).sum_axis(Axis(1)).unwrap();
    let expected = Array1::from_shape_fn(2003, |i| {
        let (first, n) = ((2000 * i) as f64, 2000.0);
        2.0 * (n * (first + 1.0) + n * (n - 1.0) / 2.0)
    });
    let projected = y.explain().unwrap().projected_peak;
    assert!(projected < 8 << 20, "{projected} bytes: {}", y.explain().unwrap());
    for threads in [1, 2, 7] {
        let config = Config::default().threads(threads).memory_limit(projected);
        let (got, stats) = config.measure(&y).unwrap();
        assert_eq!(got, expected, "{threads} threads");
        assert!(stats.peak_bytes <= projected, "{} bytes of {projected}", stats.peak_bytes);
    }
}

fn plan_of(array: &ChunkedArrayD<f64>, unit: usize) -> Plan {
    plan_in_units(&[array.expr().clone()], Want::Array, Optimise::Nothing, unit).unwrap().0
}

#[test]
fn plans_travel_and_those_that_lie_are_refused() {
    let x = ChunkedArray::from_array(numbers(12, 10), (5, 3)).unwrap();
    let y = (&x + 1.0).reshape((10, 12)).unwrap().into_dyn();
    let (plan, sources) = plan_in_units(&[y.expr().clone()], Want::Array, Optimise::Nothing, 7).unwrap();
    let back = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap();
    assert_eq!(back, plan);
    assert!(Runner::new(&back, &sources, Isa::detect()).is_ok());

    type Spoil = fn(&mut Plan, usize);
    let cases: [(&str, Spoil); 6] = [
        ("there is no array 99", |p, i| reshape(p, i).input.0 = 99),
        ("does not match array", |p, i| reshape(p, i).array = reshape(p, i).input),
        ("does not match array", |p, i| reshape(p, i).units = chunkwise_core::Grid::whole(&[10, 12])),
        ("no ranges", |p, i| {
            let grid = chunkwise_core::Grid::new([10, 12].map(|n| chunkwise_core::AxisGrid::regular(n, 5)));
            let array = reshape(p, i).array.0 as usize;
            reshape(p, i).units = grid.clone();
            let chunkwise_plan::Storage::Computed { grid: cells, tasks, .. } = &mut p.arrays[array].storage
            else {
                unreachable!()
            };
            tasks.resize(grid.count(), 0);
            *cells = grid;
        }),
        ("no other shape", |p, i| {
            let array = reshape(p, i).array.0 as usize;
            p.arrays[array].dtype = chunkwise_core::DType::F32;
        }),
        ("which there is not", |p, i| {
            let task = p.tasks.iter().position(|task| task.stage as usize == i).unwrap();
            p.tasks[task].unit = 10_000;
        }),
    ];
    for (message, spoil) in cases {
        let mut spoilt = plan_of(&y, 7);
        let at = spoilt.stages.iter().position(|stage| matches!(stage, Stage::Reshape(_))).unwrap();
        spoil(&mut spoilt, at);
        let error = Plan::from_bytes(&spoilt.to_bytes().unwrap()).unwrap_err().to_string();
        assert!(error.contains(message), "{message}: {error}");
    }
}

fn reshape(plan: &mut Plan, at: usize) -> &mut chunkwise_plan::ReshapeStage {
    match &mut plan.stages[at] {
        Stage::Reshape(stage) => stage,
        other => panic!("{other:?}"),
    }
}
