//! What plans consist of: how many tasks, what is fused, what is read and computed, and what is not.

use chunkwise::prelude::*;
use chunkwise::{BlockInfo, Explanation, explain};
use chunkwise_expr::{StageKind, StageLine};
use ndarray::{Array, Array1, Array2, Axis, Ix2, s};

use crate::support::{Calls, rough};

fn of_kind(explained: &Explanation, kind: StageKind) -> Vec<&StageLine> {
    explained.after.iter().filter(|stage| stage.kind == kind).collect()
}

fn matrix(shape: [usize; 2]) -> Array2<f64> {
    rough(&shape).into_dimensionality().unwrap()
}

#[test]
fn a_chain_and_its_mean_are_one_fused_task_per_block_and_the_combining_tree() {
    let (a, b) = (matrix([1024, 2048]), matrix([1024, 2048]) * 3.0);
    let blocks = |of: &Array2<f64>| {
        let of = of.clone();
        let block = move |at: BlockInfo<Ix2>| {
            let (rows, columns) = (at.start[0]..at.start[0] + 256, at.start[1]..at.start[1] + 512);
            of.slice(s![rows, columns]).to_owned()
        };
        ChunkedArray::from_block_fn((1024, 2048).chunked((256, 512)), block).unwrap()
    };
    let mean_of = |x: &ChunkedArray2<f64>, y: &ChunkedArray2<f64>| {
        ((x - y).powi(2) * 0.5 + x).mean_axis(Axis(0)).unwrap()
    };
    let mean = mean_of(&blocks(&a), &blocks(&b));

    let explained = mean.explain().unwrap();
    let kinds: Vec<StageKind> = explained.after.iter().map(|stage| stage.kind).collect();
    let read = StageKind::Read;
    assert_eq!(kinds, [read, read, StageKind::Fused, StageKind::Combine], "{explained}");
    let (fused, combine) = (&explained.after[2], &explained.after[3]);
    assert_eq!((fused.tasks, fused.units), (16, 16), "one task per block: {explained}");
    assert_eq!((fused.inputs, fused.outputs), (2, 1), "{explained}");
    assert_eq!(combine.tasks, 4, "four columns of blocks, each merged by one task: {explained}");
    assert!(explained.projected_peak < 8 << 20, "few blocks are there at a time: {explained}");

    // What is in memory is walked in units of rows, whatever its chunks.
    let in_memory = |of: &Array2<f64>| ChunkedArray::from_array(of.clone(), (256, 512)).unwrap();
    let mean_in_memory = mean_of(&in_memory(&a), &in_memory(&b));
    let explained = mean_in_memory.explain().unwrap();
    let kinds: Vec<StageKind> = explained.after.iter().map(|stage| stage.kind).collect();
    assert_eq!(kinds, [StageKind::Fused, StageKind::Combine], "{explained}");
    assert_eq!(explained.after[0].tasks, 16, "one for each chunk, as far as users count: {explained}");
    assert!((8..=32).contains(&explained.after[0].units), "{explained}");
    assert_eq!(explained.after[1].tasks, 1, "one row of units: {explained}");
    assert!(explained.projected_peak < 1 << 20, "no operand is materialised: {explained}");
    let expected = ((&a - &b).mapv(|d| d * d) * 0.5 + &a).mean_axis(Axis(0)).unwrap();
    for mean in [mean, mean_in_memory] {
        let got = mean.compute().unwrap();
        assert!(got.iter().zip(&expected).all(|(g, e)| (g - e).abs() <= 1e-9 * e.abs()), "{got} {expected}");
    }
}

#[test]
fn partial_states_are_merged_sixteen_at_a_time() {
    let units = 40;
    let x = ChunkedArray::<f64, _>::ones((units << 18).chunked(1 << 18)).unwrap();
    let explained = (&x * 2.0).sum().explain().unwrap();
    assert_eq!(explained.after[0].units, units as u64, "{explained}");
    let combine = of_kind(&explained, StageKind::Combine);
    assert_eq!(combine.iter().map(|stage| stage.tasks).sum::<u64>(), 3 + 1, "{explained}");
}

#[test]
fn mean_and_deviation_read_their_input_once() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_block_fn((600, 300).chunked(100), move |block| {
        counted.count();
        Array::from_shape_fn(block.shape, |(i, j)| (block.start[0] + i) as f64 + (block.start[1] + j) as f64)
    })
    .unwrap();
    let both = (x.mean().value(), x.std(0.0).value());

    let explained = explain(&both).unwrap();
    let fused = of_kind(&explained, StageKind::Fused);
    assert_eq!(fused.len(), 1, "{explained}");
    assert_eq!((fused[0].inputs, fused[0].outputs), (1, 2), "{explained}");
    assert_eq!(of_kind(&explained, StageKind::Read)[0].tasks, 18, "{explained}");

    let (mean, deviation) = compute(both).unwrap();
    assert_eq!(calls.take(), 18, "each block is made once");
    assert!(
        (mean - 449.0).abs() < 1e-9 && (deviation - 193.648_736_978_4).abs() < 1e-9,
        "{mean} {deviation}"
    );
}

#[test]
fn a_corner_of_a_large_sum_with_its_transpose_computes_what_it_shows() {
    let calls = Calls::default();
    let counted = calls.clone();
    let n = 20_000;
    let x = ChunkedArray::from_shape_fn((n, n).chunked(1000), move |(i, j)| {
        counted.count();
        (7 * i + j) as f64
    })
    .unwrap();
    let corner = (&x + &x.t()).slice(s![..10, ..10]).unwrap();
    let explained = corner.explain().unwrap();
    assert!(explained.units() <= 2, "{explained}");
    assert!(explained.projected_peak < 64 << 10, "{explained}");
    let expected = Array2::from_shape_fn((10, 10), |(i, j)| (8 * (i + j)) as f64);
    assert_eq!(corner.compute().unwrap(), expected);
    let calls = calls.take();
    assert!(calls == 100 || calls == 200, "{calls} calls for 100 elements, read twice");
}

#[test]
fn a_corner_far_from_the_diagonal_computes_two_corners() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_shape_fn((300, 300).chunked(50), move |(i, j)| {
        counted.count();
        (1000 * i + j) as i64
    })
    .unwrap();
    let part = (&x + &x.t()).slice(s![200..;3, ..20]).unwrap();
    let expected = Array2::from_shape_fn((34, 20), |(i, j)| (1001 * (200 + 3 * i + j)) as i64);
    assert_eq!(part.compute().unwrap(), expected);
    assert!(calls.take() <= 300 * 300, "no element is computed twice");
}

#[test]
fn slices_reach_blocks_through_everything() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_block_fn((1000, 1000).chunked(100), move |block| {
        counted.count();
        Array::from_elem(block.shape, block.index[0] as f64)
    })
    .unwrap();
    let y = concatenate(Axis(0), &[&x, &x.t()]).unwrap().rechunk((70, Full)).unwrap();
    let y = (y * 2.0).sum_axis(keep(Axis(1))).unwrap() + 1.0;
    let y = y.slice(s![250..260, 0]).unwrap();
    assert_eq!(y.compute().unwrap(), Array1::from_elem(10, 2.0 * 2.0 * 1000.0 + 1.0));
    assert_eq!(calls.take(), 10, "one row of blocks");
}

#[test]
fn blocks_that_nobody_looks_at_are_not_computed() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::<f64, _>::ones((1 << 20).chunked(1 << 14)).unwrap();
    let costly = x.mapv(move |v| {
        counted.count();
        v + 1.0
    });
    // Two readers with different views: the function runs once per element that either looks at.
    let near = costly.slice(s![..1000]).unwrap();
    let far = costly.slice(s![500..2500;2]).unwrap();
    assert_eq!((near + far).sum().scalar().unwrap(), 4000.0);
    assert!(calls.take() <= 2500, "no more than the box around both");
    // The box around both ends is all there is, but few of its blocks are read.
    let near = costly.slice(s![..1000]).unwrap();
    let far = costly.slice(s![-2000..;2]).unwrap();
    assert_eq!((near + far).sum().scalar().unwrap(), 4000.0);
    let calls = calls.take();
    assert!((3000..1 << 18).contains(&calls), "{calls} calls for the blocks at both ends");
}

#[test]
fn rechunks_and_permutations_leave_no_trace() {
    let x = ChunkedArray::from_array(matrix([300, 200]), (100, 50)).unwrap();
    let round = x.t().rechunk((7, Full)).unwrap().rechunk((64, 64)).unwrap().t();
    let y = (round + 1.0).rechunk((300, 1)).unwrap().permuted_axes([1, 0]).unwrap() * 2.0;
    let explained = y.explain().unwrap();
    assert!(explained.before.len() > 5, "{explained}");
    assert_eq!(explained.after.len(), 1, "{explained}");
    assert_eq!((explained.after[0].kind, explained.after[0].inputs), (StageKind::Fused, 1), "{explained}");
    assert_eq!(explained.after[0].bytes, 0, "nothing is kept: {explained}");
    assert_eq!(y.compute().unwrap(), (matrix([300, 200]).reversed_axes() + 1.0) * 2.0);
    let same = x.rechunk(x.chunks()).unwrap().t().t().explain().unwrap();
    assert_eq!(same.before.iter().filter(|layer| layer.name == "rechunk").count(), 0, "{same}");
}

#[test]
fn a_function_runs_once_per_element_however_it_is_read() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_array(matrix([120, 120]), (50, 40)).unwrap();
    let mapped = x.mapv(move |v| {
        counted.count();
        v * 2.0
    });
    let eager = matrix([120, 120]) * 2.0;

    assert_eq!((&mapped + &mapped.t()).compute().unwrap(), &eager + &eager.t());
    assert_eq!(calls.take(), 120 * 120, "two views");

    let (sum, whole) = compute((mapped.sum(), &mapped)).unwrap();
    assert_eq!(calls.take(), 120 * 120, "a reduction, and the array itself");
    assert_eq!(whole, eager);
    assert!((sum.into_scalar() - eager.sum()).abs() < 1e-6);

    let rows = mapped.insert_axis(Axis(0)).unwrap();
    let repeated = rows.broadcast((5, 120, 120)).unwrap() + &mapped.sum_axis(keep(Axis(0))).unwrap();
    assert_eq!(repeated.compute().unwrap().len(), 5 * 120 * 120);
    assert_eq!(calls.take(), 120 * 120, "a repeated view, and a reduction that it is added to");
}

#[test]
fn joined_arrays_reduce_without_being_joined() {
    let a = ChunkedArray::from_array(matrix([1000, 100]), (300, Full)).unwrap();
    let b = ChunkedArray::from_array(matrix([500, 100]), (Full, 30)).unwrap();
    let joined = concatenate(Axis(0), &[&a * 2.0, &b + 1.0, a.slice(s![..;-2, ..]).unwrap()]).unwrap();
    let explained = joined.var_axis(Axis(0), 1.0).unwrap().explain().unwrap();
    assert_eq!(of_kind(&explained, StageKind::Fused).len(), 1, "{explained}");
    assert!(explained.after.iter().all(|stage| stage.bytes == 0), "nothing is kept: {explained}");
    let (_, stats) = Config::default().threads(1).measure(joined.sum()).unwrap();
    assert!(stats.peak_bytes < 1 << 18, "{} bytes for an array of {}", stats.peak_bytes, joined.nbytes());
}

#[test]
fn persisted_blocks_are_read_not_made() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_array(matrix([400, 300]), (100, 100)).unwrap();
    let kept = x
        .mapv(move |v| {
            counted.count();
            v.abs()
        })
        .persist()
        .unwrap();
    assert_eq!(calls.take(), 400 * 300);
    assert_eq!(kept.chunks(), x.chunks());
    let explained = kept.explain().unwrap();
    assert_eq!(
        (explained.before.len(), explained.before[0].tasks),
        (1, 12),
        "one task per block: {explained}"
    );
    let eager = matrix([400, 300]).mapv(f64::abs);
    assert_eq!(kept.compute().unwrap(), eager);
    assert_eq!((&kept + &kept.slice(s![..;-1, ..]).unwrap()).compute().unwrap().dim(), (400, 300));
    assert_eq!(kept.t().max_axis(Axis(0)).unwrap().compute().unwrap().len(), 400);
    assert_eq!(calls.take(), 0, "nothing is computed again");
}

#[test]
fn a_million_tiny_blocks_are_a_handful_of_tasks() {
    let x = ChunkedArray::<f64, _>::zeros(1_000_000.chunked(1)).unwrap();
    let explained = (&x + 1.0).sum().explain().unwrap();
    assert_eq!(explained.after[0].tasks, 1_000_000, "{explained}");
    assert!(explained.units() < 64, "{explained}");
    assert_eq!((x + 1.0).sum().scalar().unwrap(), 1e6);
}

#[test]
fn equal_expressions_are_computed_once() {
    let a = matrix([100, 100]);
    let shared = a.into_shared();
    let build = || {
        let x = ChunkedArray::from_array(shared.clone(), (50, 50)).unwrap();
        (x.t().sqrt() * 2.0).sum_axis(Axis(1)).unwrap()
    };
    let explained = explain((build(), build())).unwrap();
    let once = build().explain().unwrap();
    assert_eq!(explained.before.len(), once.before.len(), "{explained}");
    assert_eq!(explained.units(), once.units(), "{explained}");
    let [one, two] = compute([build(), build()]).unwrap();
    assert!(one.iter().zip(&two).all(|(a, b)| a.to_bits() == b.to_bits()));
}
