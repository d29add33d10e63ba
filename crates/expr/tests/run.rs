//! Plans run task by task on one thread: what fuses, what is read, and that the values come out right.

use std::sync::Arc;

use chunkwise_core::{AxisChunks, AxisMap, Block, Buffer, DType, Element, Grid, Scalar, View};
use chunkwise_expr::{Explanation, Expr, Optimise, StageKind, Want, explain, plan};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Closure, Isa, Op, Unary};
use chunkwise_plan::{Plan, RootResult, Runner, Sources, TaskId, TaskOutput};

fn grid(shape: &[usize], chunk: &[usize]) -> Grid {
    let specs: Vec<_> = chunk.iter().map(|&n| AxisChunks::Size(n)).collect();
    AxisChunks::resolve(&specs, shape, DType::F64).unwrap()
}

fn memory<A: Element>(values: &[A], shape: &[usize], chunk: &[usize]) -> Expr {
    let buffer = Buffer::vec(A::DTYPE, values.len());
    // SAFETY: the buffer is fresh and has room for the values.
    unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), buffer.as_mut_ptr().cast(), values.len()) };
    Expr::memory(Block::row_major(Arc::new(buffer), A::DTYPE, shape), grid(shape, chunk))
}

fn explained(roots: &[Expr]) -> Explanation {
    explain(roots, &vec![Want::Array; roots.len()], None).unwrap()
}

fn run(plan: &Plan, sources: &Sources) -> Vec<RootResult> {
    let runner = Runner::new(plan, sources, Isa::detect()).unwrap();
    let mut outputs: Vec<Option<TaskOutput>> = vec![None; plan.tasks.len()];
    for task in 0..plan.tasks.len() as TaskId {
        let mut inputs: Vec<TaskOutput> =
            plan.graph.inputs(task).iter().map(|&i| outputs[i as usize].clone().unwrap()).collect();
        outputs[task as usize] = Some(runner.run(task, &mut inputs).unwrap());
    }
    let kept = plan.graph.kept().iter().map(|&t| outputs[t as usize].clone().unwrap()).collect();
    drop(outputs);
    runner.into_results(kept)
}

fn values<A: Element>(root: &RootResult) -> Vec<A> {
    let RootResult::Array(block) = root else { panic!("asked for arrays") };
    // SAFETY: the plan has run.
    unsafe { block.as_slice::<A>() }.unwrap().to_vec()
}

/// Computes with the optimiser on and off; both must agree.
fn compute<A: Element>(root: &Expr) -> Vec<A> {
    let (p, sources) = plan(std::slice::from_ref(root), Want::Array, Optimise::All).unwrap();
    let optimised = values(&run(&p, &sources)[0]);
    let (p, sources) = plan(std::slice::from_ref(root), Want::Array, Optimise::Nothing).unwrap();
    let plain = values(&run(&p, &sources)[0]);
    assert_eq!(optimised, plain, "the optimiser changed the values");
    optimised
}

fn binary(op: Binary, a: &Expr, b: &Expr) -> Expr {
    Expr::elementwise(Op::Binary(op), &[a, b]).unwrap()
}

fn scalar(value: f64) -> Expr {
    Expr::fill(Scalar::new(value), Grid::new([]))
}

fn count(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

#[test]
fn elementwise_over_misaligned_chunks() {
    let a = memory(&count(12), &[3, 4], &[1, 4]);
    let b = memory(&count(12), &[3, 4], &[3, 3]);
    let c = binary(Binary::Add, &a, &b);
    assert_eq!(c.grid().counts()[..], [3, 2]);
    assert_eq!(compute::<f64>(&c), count(12).iter().map(|x| x + x).collect::<Vec<_>>());
}

#[test]
fn broadcasting_rows_columns_and_scalars() {
    let row = memory(&[1.0, 2.0, 3.0], &[3], &[2]);
    let column = memory(&[10.0, 20.0], &[2, 1], &[1, 1]);
    let sum = binary(Binary::Add, &binary(Binary::Add, &row, &column), &scalar(100.0));
    assert_eq!(compute::<f64>(&sum), [111.0, 112.0, 113.0, 121.0, 122.0, 123.0]);
}

#[test]
fn a_chain_and_its_mean_are_one_stage() {
    let a = memory(&count(25), &[5, 5], &[2, 2]);
    let b = memory(&[1.0; 25], &[5, 5], &[2, 2]);
    let square = Expr::elementwise(Op::Powi(2), &[&binary(Binary::Sub, &a, &b)]).unwrap();
    let chain = binary(Binary::Add, &binary(Binary::Mul, &square, &scalar(0.5)), &a);
    let mean = chain.reduce(ReduceOp::Mean, &[0], false).unwrap();
    let expected: Vec<f64> = (0..5)
        .map(|j| (0..5).map(|i| f64::from(i * 5 + j)).map(|x| (x - 1.0).powi(2) * 0.5 + x).sum::<f64>() / 5.0)
        .collect();
    let got = compute::<f64>(&mean);
    assert!(got.iter().zip(&expected).all(|(g, e)| (g - e).abs() < 1e-12), "{got:?} {expected:?}");
    let explained = explained(&[mean]);
    assert_eq!(explained.after.iter().filter(|s| s.kind == StageKind::Fused).count(), 1, "{explained}");
    assert_eq!(explained.after[0].tasks, 9, "{explained}");
}

#[test]
fn mean_and_deviation_read_their_input_once() {
    let a = memory(&count(100), &[10, 10], &[5, 5]);
    let mean = a.reduce(ReduceOp::Mean, &[0, 1], false).unwrap();
    let std = a.reduce(ReduceOp::Var { ddof: 0.0, std: true, nan: false }, &[0, 1], false).unwrap();
    let roots = [mean, std];
    let explained = explained(&roots);
    assert_eq!(explained.after.len(), 1, "{explained}");
    assert_eq!((explained.after[0].inputs, explained.after[0].outputs), (1, 2));
    let (p, sources) = plan(&roots, Want::Array, Optimise::All).unwrap();
    let results = run(&p, &sources);
    assert_eq!(values::<f64>(&results[0]), [49.5]);
    assert!((values::<f64>(&results[1])[0] - (9999.0f64 / 12.0).sqrt()).abs() < 1e-12);
}

#[test]
fn a_slice_of_a_sum_with_its_transpose_computes_what_it_shows() {
    // Far more elements than memory; generated, so that only what is computed is touched.
    let n = 20_000;
    let chunks = grid(&[n, n], &[1000, 1000]);
    let i = Expr::coord(0, chunks.clone());
    let j = Expr::coord(1, chunks);
    let x = binary(Binary::Add, &binary(Binary::Mul, &i, &Expr::fill(Scalar::new(7i64), Grid::new([]))), &j);
    let sum = binary(Binary::Add, &x, &x.view(View::permuted(&[n, n], &[1, 0])));
    let axis = |k| AxisMap { axis: Some(k), start: 0, step: 1 };
    let corner = sum.view(View {
        shape: [10, 10].into_iter().collect(),
        source: [axis(0), axis(1)].into_iter().collect(),
    });
    let (p, _) = plan(std::slice::from_ref(&corner), Want::Array, Optimise::All).unwrap();
    assert_eq!(p.tasks.len(), 1);
    let expected: Vec<i64> = (0..10).flat_map(|i| (0..10).map(move |j| 7 * i + j + 7 * j + i)).collect();
    assert_eq!(compute::<i64>(&corner), expected);
}

#[test]
fn a_closure_with_two_views_runs_once_per_element() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let a = memory(&count(36), &[6, 6], &[4, 4]);
    let closure = Closure::map1("mapv", std::panic::Location::caller(), move |x: f64| {
        counter.fetch_add(1, Ordering::Relaxed);
        x + 1.0
    });
    let mapped = Expr::elementwise(Op::Closure(closure), &[&a]).unwrap();
    let sum = binary(Binary::Add, &mapped, &mapped.view(View::permuted(&[6, 6], &[1, 0])));
    let (p, sources) = plan(&[sum], Want::Array, Optimise::All).unwrap();
    let got = values::<f64>(&run(&p, &sources)[0]);
    let expected: Vec<f64> =
        (0..6).flat_map(|i| (0..6).map(move |j| f64::from(7 * i + 7 * j) + 2.0)).collect();
    assert_eq!(got, expected);
    assert_eq!(calls.load(Ordering::Relaxed), 36);
}

#[test]
fn concatenated_expressions_reduce_without_being_joined() {
    let a = memory(&count(6), &[2, 3], &[1, 3]);
    let b = Expr::elementwise(Op::Unary(Unary::Neg), &[&memory(&count(9), &[3, 3], &[2, 2])]).unwrap();
    let joined = Expr::concatenate(&[a, b], 0).unwrap();
    let expected = [0., 1., 2., 3., 4., 5., -0., -1., -2., -3., -4., -5., -6., -7., -8.];
    assert_eq!(compute::<f64>(&joined), expected);
    let sum = joined.reduce(ReduceOp::Sum, &[1], false).unwrap();
    assert_eq!(compute::<f64>(&sum), [3.0, 12.0, -3.0, -12.0, -21.0]);
    let explained = explained(&[sum]);
    assert_eq!(explained.after.len(), 1, "{explained}");
    // Backwards with a step, across the seam.
    let view = View {
        shape: [3, 3].into_iter().collect(),
        source: [AxisMap { axis: Some(0), start: 4, step: -2 }, AxisMap { axis: Some(1), start: 0, step: 1 }]
            .into_iter()
            .collect(),
    };
    assert_eq!(compute::<f64>(&joined.view(view)), [-6., -7., -8., -0., -1., -2., 0., 1., 2.]);
}

#[test]
fn deep_chains_and_wide_graphs() {
    let mut x = memory(&count(3), &[3], &[3]);
    for _ in 0..1_000_000 {
        x = binary(Binary::Add, &x, &scalar(1.0));
    }
    assert_eq!(compute::<f64>(&x), [1e6, 1e6 + 1.0, 1e6 + 2.0]);
    let mut y = memory(&[1.0, 2.0], &[2], &[1]);
    for _ in 0..64 {
        y = binary(Binary::Add, &y, &y);
    }
    assert_eq!(compute::<f64>(&y), [2f64.powi(64), 2f64.powi(65)]);
}

#[test]
fn argmax_counts_in_row_major_order_across_blocks() {
    let mut values = count(40);
    values[17] = 100.0;
    values[33] = 100.0;
    let a = memory(&values, &[5, 8], &[2, 3]);
    let all = a.reduce(ReduceOp::ArgMax, &[0, 1], false).unwrap();
    assert_eq!(compute::<i64>(&all), [17]);
    let rows = a.reduce(ReduceOp::ArgMax, &[1], true).unwrap();
    assert_eq!(compute::<i64>(&rows), [7, 7, 1, 7, 1]);
}
