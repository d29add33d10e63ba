//! Plans as bytes: everything built in survives with its bits, and functions are refused.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, DType, Element, Grid, Scalar};
use chunkwise_expr::ops::{ELEMENTWISE, REDUCTIONS};
use chunkwise_expr::{Expr, Optimise, Want, plan_in_units};
use chunkwise_kernels::random::Distribution;
use chunkwise_kernels::{Binary, Op};
use chunkwise_plan::{Plan, Stage, Variant, WireError};
use chunkwise_tests::{Order, Rng, Store, Values, mixed, small};
use ndarray::{Array, Axis, Dimension, NewAxis, s};

use crate::support::{all_bytes, rough, run_in_order};

/// Plans, sends, and runs what was sent and what arrived: the same plan, and the same bits.
fn round_trip(roots: &[Expr], want: Want, units: usize, what: &str) {
    let (sent, sources) = plan_in_units(roots, want, Optimise::All, units).unwrap();
    let bytes = sent.to_bytes().unwrap_or_else(|e| panic!("{what}: {e}"));
    let arrived = Plan::from_bytes(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert!(arrived == sent, "{what}: another plan arrived: {arrived:#?}");
    let run = |plan: &Plan| all_bytes(&run_in_order(plan, &sources, |_, _| ()));
    let (here, there) = (run(&sent), run(&arrived));
    assert!(!here.is_empty() && here == there, "{what}: other values there");
}

fn arrays<A: Element, D: Dimension>(arrays: &[&ChunkedArray<A, D>], what: &str) {
    let roots: Vec<Expr> = arrays.iter().map(|x| x.expr().clone()).collect();
    for units in [7, 1000] {
        round_trip(&roots, Want::Array, units, what);
    }
    round_trip(&roots, Want::Tiles, 20, what);
}

fn operand(dtype: DType, values: Vec<Scalar>, seed: usize) -> Expr {
    let order = Order::ALL[seed % 3];
    Values::new(dtype, &[6, 7], values).expr(&[vec![4, 2], vec![3, 3, 1]], order)
}

#[test]
fn every_elementwise_operation_of_every_type() {
    let mut rng = Rng::new(1);
    for definition in ELEMENTWISE {
        for dtype in DType::ALL.into_iter().filter(|&dtype| definition.operands.contains(dtype)) {
            let types = definition.operand_types(dtype);
            let operands: Vec<Expr> =
                types.iter().enumerate().map(|(i, &t)| operand(t, mixed(t, 42, &mut rng), i)).collect();
            let results: Vec<Expr> = definition
                .instances
                .iter()
                .map(|op| Expr::elementwise(op.clone(), &operands.iter().collect::<Vec<_>>()).unwrap())
                .collect();
            round_trip(&results, Want::Array, 10, &format!("{} of {dtype}", definition.name));
        }
    }
}

#[test]
fn every_reduction_of_every_type() {
    let mut rng = Rng::new(2);
    for definition in REDUCTIONS {
        for dtype in DType::ALL.into_iter().filter(|&dtype| definition.operands.contains(dtype)) {
            let x = operand(dtype, small(dtype, 42, 0, &mut rng), 0);
            let axes: [&[usize]; 4] = [&[0, 1], &[0], &[1], &[]];
            let mut results = Vec::new();
            for (i, axes) in axes.into_iter().enumerate() {
                for &op in definition.instances {
                    results.push(x.reduce(op, axes, i % 2 == 0).unwrap());
                }
            }
            for units in [5, 1000] {
                round_trip(&results, Want::Array, units, &format!("{} of {dtype}", definition.name));
            }
        }
    }
}

#[test]
fn selections() {
    let x = matrix();
    let some = x.mask(&x.gt(0.0).unwrap()).unwrap();
    let rows = x.mask(&x.sum_axis(Axis(1)).unwrap().gt(0.0).unwrap()).unwrap();
    let none = x.mask(&x.gt(1e300).unwrap()).unwrap();
    let counted = some.compute_chunk_sizes().unwrap();
    // What is selected of nothing has no bytes to compare, so something else comes with it.
    let roots = |roots: &[&ChunkedArray1<f64>]| roots.iter().map(|x| x.expr().clone()).collect::<Vec<Expr>>();
    let cases =
        [("some", roots(&[&some])), ("none", roots(&[&none, &some])), ("counted", roots(&[&counted]))];
    for (what, roots) in cases {
        for want in [Want::Array, Want::Tiles] {
            round_trip(&roots, want, 7, what);
        }
    }
    let roots = [some.expr().clone(), rows.expr().clone(), some.expr().clone()];
    round_trip(&roots, Want::Array, 20, "several, one of them twice");
}

fn matrix() -> ChunkedArray2<f64> {
    ChunkedArray::from_array(rough(&[12, 10]).into_dimensionality().unwrap(), (5, 4)).unwrap()
}

#[test]
fn views_of_every_kind() {
    let x = matrix();
    arrays(&[&x], "memory");
    arrays(&[&x.t(), &x.t().slice(s![..;-1, 2..;3]).unwrap()], "transposed and sliced");
    arrays(&[&x.slice(s![3..9;-2, NewAxis, 1]).unwrap()], "indices and new axes");
    arrays(&[&x.slice(s![0, ..]).unwrap().broadcast((4, 10)).unwrap()], "repeated");
    arrays(&[&x.slice(s![0..0, ..]).unwrap().t().append(Axis(1), &x.t()).unwrap()], "joined to nothing");
    arrays(&[&(&x.rechunk((2, Full)).unwrap() + 1.0).rechunk((Full, 3)).unwrap()], "rechunked");
    arrays(&[&(&x + &x.invert_axis(Axis(0)).unwrap())], "flipped");
    arrays(&[&(x.t().reshape((8, 15)).unwrap() + 1.0), &x.t().reshape((8, 15)).unwrap()], "reshaped");
}

#[test]
fn joined_arrays() {
    let x = matrix();
    let joined = concatenate(Axis(0), &[&x, &(&x * 2.0), &x.slice(s![..;-3, ..]).unwrap()]).unwrap();
    arrays(&[&joined], "concatenated");
    arrays(&[&joined.std_axis(Axis(0), 1.0).unwrap()], "concatenated and reduced");
    arrays(&[&stack(Axis(2), &[&x, &x.sqrt()]).unwrap()], "stacked");
}

#[test]
fn generated_arrays() {
    arrays(&[&ChunkedArray::arange(3..40_i32).unwrap().rechunk(11).unwrap()], "arange");
    arrays(&[&ChunkedArray::linspace(-1.0, 1.0, 33.chunked(10)).unwrap()], "linspace");
    arrays(&[&ChunkedArray2::<u8>::eye_offset((9, 13).chunked(4), -2).unwrap()], "eye");
    arrays(&[&ChunkedArray::full((3, 4).chunked(2), f64::NAN).unwrap()], "full");
    arrays(
        &[&ChunkedArray::<bool, _>::ones((0, 4).chunked(2))
            .unwrap()
            .t()
            .append(Axis(1), &ChunkedArray::<bool, _>::ones((4, 1)).unwrap())
            .unwrap()],
        "empty",
    );
}

#[test]
fn random_arrays() {
    let mut rng = Generator::seeded(1);
    let x = rng.normal(1.0, 2.0, (12, 10).chunked((5, 4))).unwrap();
    arrays(&[&x, &rng.random((9, 7).chunked(4)).unwrap()], "drawn");
    arrays(&[&x.t().slice(s![..;-1, 2..;3]).unwrap()], "drawn, transposed and sliced");
    arrays(&[&concatenate(Axis(0), &[&x, &x.slice(s![..;-3, ..]).unwrap()]).unwrap()], "drawn and joined");
    arrays(&[&(&x + &x.slice(s![.., 3..4]).unwrap()).mean_axis(Axis(1)).unwrap()], "drawn and repeated");
    arrays(&[&rng.permutation(5000.chunked(70)).unwrap()], "a permutation");
    let sampled = rng.sample(chunkwise::rand_distr::StandardNormal, 10).unwrap();
    let chosen = rng.choice(&[1.0, 2.0], 10).unwrap();
    for (name, x) in [("sample", sampled), ("choice", chosen)] {
        let (plan, _) = plan_in_units(std::slice::from_ref(x.expr()), Want::Array, Optimise::All, 5).unwrap();
        let error = plan.to_bytes().expect_err("a function has no wire form");
        assert!(matches!(&error, WireError::Closure { name: n, .. } if n == name), "{name}: {error:?}");
    }
}

#[test]
fn draws_and_coordinates_that_cannot_be() {
    let x = Generator::seeded(1).random((12, 10).chunked((5, 4))).unwrap();
    let (plan, _) = plan_in_units(std::slice::from_ref(x.expr()), Want::Array, Optimise::All, 20).unwrap();
    let refused = |change: fn(&mut Variant), what: &str| {
        let mut plan = plan.clone();
        for stage in &mut plan.stages {
            if let Stage::Fused(stage) = stage {
                stage.variants.iter_mut().for_each(change);
            }
        }
        match Plan::from_bytes(&plan.to_bytes().unwrap()) {
            Err(WireError::Invalid { what: text }) => assert!(text.contains(what), "{what}: {text}"),
            other => panic!("{what}: {other:?}"),
        }
    };
    refused(|variant| variant.coords[0].steps.truncate(1), "steps along 1 axes, not 2");
    refused(
        |variant| {
            let Op::Draw(draw) = &mut variant.program.instrs[0].op else { panic!("no draw") };
            draw.distribution = Distribution::Permutation { len: 0 };
        },
        "permutation",
    );
}

#[test]
fn plans_with_results_that_are_kept() {
    let x = matrix();
    let costly = x.exp().sin().sqrt();
    arrays(&[&(&costly + &costly.t().rechunk(3).unwrap().t())], "read in two ways");
    arrays(&[&(&x - &x.mean_axis(keep(Axis(0))).unwrap()).square()], "read after a reduction");
    arrays(&[&x.sum(), &x.var(1.0), &(&x - &x.mean()).max()], "reductions of reductions");
    let kept = x.cos().persist().unwrap();
    arrays(&[&(&kept * &kept.slice(s![.., ..;-1]).unwrap())], "persisted");
}

#[test]
fn files_stay_behind_and_are_read_where_the_plan_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    matrix().write_npy(&path).unwrap();
    let x = ChunkedArray2::<f64>::from_npy(&path, (4, 4)).unwrap();
    arrays(&[&x], "a file");
    arrays(&[&(&x.t().slice(s![2..5, ..;-2]).unwrap() * 2.0)], "part of a file");
    arrays(&[&(&x - &x.mean()).sum_axis(Axis(1)).unwrap()], "a file read by two stages");
}

#[test]
fn plans_that_write() {
    let x = matrix().sqrt();
    let cells = Grid::new([AxisGrid::regular(12, 4), AxisGrid::regular(10, 3)]);
    let want = Want::Written(Arc::new(Store::empty(x.shape(), Some(cells))));
    let (plan, _) = plan_in_units(std::slice::from_ref(x.expr()), want, Optimise::All, 10).unwrap();
    assert_eq!(Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap(), plan);
}

#[test]
fn functions_are_refused_with_their_method_and_place() {
    let x = matrix();
    let line = line!();
    let refused: Vec<(&str, ChunkedArray2<f64>)> = vec![
        ("mapv", x.mapv(|v| v + 1.0)),
        ("map2", x.map2(&x, |a, b| a * b).unwrap()),
        ("from_shape_fn", ChunkedArray::from_shape_fn((3, 4), |(i, j)| (i + j) as f64).unwrap()),
        ("from_block_fn", ChunkedArray::from_block_fn((3, 4), |b| Array::zeros(b.shape)).unwrap()),
        ("try_from_block_fn", ChunkedArray::try_from_block_fn((3, 4), |_| Err("no data")).unwrap()),
    ];
    for ((name, array), line) in refused.iter().zip(line + 2..) {
        let buried = (array.exp() + 1.0).sum();
        let (plan, _) =
            plan_in_units(std::slice::from_ref(buried.expr()), Want::Array, Optimise::All, 5).unwrap();
        let error = plan.to_bytes().expect_err("a function has no wire form");
        assert!(matches!(&error, WireError::Closure { name: n, .. } if n == name), "{name}: {error:?}");
        let text = error.to_string();
        let place = format!("{}:{line}", file!());
        assert!(text.contains(&format!("`{name}`")) && text.contains(&place), "{place}: {text}");
    }
}

#[test]
fn a_program_of_a_million_instructions() {
    let one = Expr::fill(Scalar::new(1.0), Grid::new([]));
    let mut x = Expr::coord(0, Grid::new([AxisGrid::whole(3)]));
    x = Expr::elementwise(Op::Cast(DType::F64), &[&x]).unwrap();
    for _ in 0..1_000_000 {
        x = Expr::elementwise(Op::Binary(Binary::Add), &[&x, &one]).unwrap();
    }
    let (plan, sources) = plan_in_units(&[x], Want::Array, Optimise::All, 100).unwrap();
    let arrived = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap();
    let values = all_bytes(&run_in_order(&arrived, &sources, |_, _| ()));
    let expected: Vec<u8> = [1e6, 1e6 + 1.0, 1e6 + 2.0].iter().flat_map(|x: &f64| x.to_ne_bytes()).collect();
    assert_eq!(values, expected);
}
