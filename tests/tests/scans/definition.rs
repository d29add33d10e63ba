//! Scans of every type under every setting of the engine.

use chunkwise_core::{AxisGrid, AxisMap, DType, Grid, Scalar, View};
use chunkwise_expr::Expr;
use chunkwise_kernels::scan::ScanOp;
use chunkwise_kernels::{Op, Ternary};
use chunkwise_tests::{Order, Rng, Setting, Tolerance, Values, chunkings, evaluate};

use crate::support::{exact, scanned};

const OPS: [ScanOp; 2] = [ScanOp::Sum, ScanOp::Prod];

const SHAPES: [&[usize]; 9] =
    [&[1], &[23], &[0], &[5, 7], &[7, 1, 3], &[3, 4, 5], &[4, 0], &[2, 3, 2, 4], &[1, 19]];

#[track_caller]
fn assert_same(got: &Values, expected: &Values, what: &str) {
    assert_eq!((got.dtype, &got.shape), (expected.dtype, &expected.shape), "{what}");
    let mut pairs = got.elements.iter().zip(&expected.elements);
    let wrong = pairs.position(|(&g, &e)| !Tolerance::Value.accepts(g, e));
    assert!(wrong.is_none(), "{what}: {wrong:?}\n{:?}\n{:?}", got.elements, expected.elements);
}

fn expr(x: &Values, seed: u64) -> (Expr, String) {
    let mut rng = Rng::new(seed);
    let (chunks, order) = (rng.pick(&chunkings(&x.shape, seed)).clone(), *rng.pick(&Order::ALL));
    (x.expr(&chunks, order), format!("{} {:?} {chunks:?} {order:?}", x.dtype, x.shape))
}

/// The same elements, computed.
fn chosen(x: &Expr) -> Expr {
    let yes = Expr::fill(Scalar::new(true), Grid::new([]));
    Expr::elementwise(Op::Ternary(Ternary::Select), &[&yes, x, x]).unwrap()
}

/// The same elements, of two parts.
fn joined(x: &Expr, axis: usize) -> Expr {
    let shape = x.shape().to_vec();
    let part = |begin: usize, end: usize| {
        let mut view = View::identity(&shape);
        view.source[axis].start = begin;
        view.shape[axis] = end - begin;
        x.view(view)
    };
    let middle = shape[axis] / 3;
    Expr::concatenate(&[part(0, middle), part(middle, shape[axis])], axis).unwrap()
}

#[test]
fn every_type_in_any_chunks_and_memory_order() {
    let mut seed = 0;
    for dtype in DType::ALL {
        for op in OPS {
            for shape in SHAPES {
                for axis in 0..shape.len() {
                    seed += 1;
                    let setting = Setting::nth(seed as usize);
                    let x = exact(op, dtype, shape, &mut Rng::new(seed));
                    let (lazy, what) = expr(&x, seed);
                    let y = lazy.scan(op, axis).unwrap();
                    let what = format!("{op:?} along {axis} of {what}, {setting:?}");
                    assert_eq!(y.grid(), lazy.grid(), "{what}");
                    let got = evaluate(&[y], setting).unwrap().remove(0);
                    assert_same(&got, &scanned(op, axis, &x), &what);
                }
            }
        }
    }
}

#[test]
fn whatever_is_scanned_and_however_it_is_run() {
    let mut seed = 0;
    for dtype in [DType::I64, DType::F32, DType::F64, DType::C64] {
        for op in OPS {
            for (shape, axis) in [(&[31][..], 0), (&[9, 5], 0), (&[9, 5], 1), (&[3, 7, 4], 1)] {
                for setting in Setting::all() {
                    seed += 1;
                    let x = exact(op, dtype, shape, &mut Rng::new(seed));
                    let (lazy, what) = expr(&x, seed);
                    let once = scanned(op, axis, &x);
                    let last = shape.len() - 1;
                    // Products of products are soon no longer exact.
                    let twice = if op == ScanOp::Sum || dtype == DType::I64 { last } else { axis };
                    let cases = [
                        ("computed", chosen(&lazy).scan(op, axis).unwrap()),
                        ("of parts along the axis", joined(&lazy, axis).scan(op, axis).unwrap()),
                        ("of computed parts", chosen(&joined(&lazy, last)).scan(op, axis).unwrap()),
                        ("read", chosen(&lazy.scan(op, axis).unwrap())),
                    ];
                    let what = format!("{op:?} along {axis} of {what}, {setting:?}");
                    let roots: Vec<Expr> = cases.iter().map(|case| case.1.clone()).collect();
                    let results = evaluate(&roots, setting).unwrap();
                    for ((case, _), got) in cases.iter().zip(&results) {
                        assert_same(got, &once, &format!("{case}: {what}"));
                    }
                    if op == ScanOp::Sum {
                        let y = lazy.scan(op, axis).unwrap().scan(op, twice).unwrap();
                        let got = evaluate(&[y], setting).unwrap().remove(0);
                        assert_same(&got, &scanned(op, twice, &once), &format!("twice: {what}"));
                    }
                }
            }
        }
    }
}

/// A view of a shape: steps, flips, permuted axes, single positions.
fn random_view(shape: &[usize], rng: &mut Rng) -> View {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    if rng.below(2) == 0 {
        order.reverse();
    }
    let mut view = View { shape: Default::default(), source: View::identity(shape).source };
    for k in order {
        let n = shape[k];
        if rng.below(5) == 0 {
            view.source[k] = AxisMap { axis: None, start: rng.below(n), step: 1 };
            continue;
        }
        let first = if rng.below(2) == 0 { 0 } else { rng.below(n) };
        let len = 1 + rng.below(n - first);
        let (start, step) = if rng.below(4) == 0 { (first + len - 1, -1) } else { (first, 1) };
        view.source[k] = AxisMap { axis: Some(view.shape.len()), start, step };
        view.shape.push(len);
    }
    view
}

#[test]
fn any_view_of_a_scan() {
    for seed in 0..400 {
        let mut rng = Rng::new(seed);
        let (shape, axis) = *rng.pick(&[(&[17][..], 0), (&[8, 6], 0), (&[8, 6], 1), (&[4, 5, 6], 1)]);
        let op = *rng.pick(&OPS);
        let x = exact(op, DType::F64, shape, &mut rng);
        let (lazy, what) = expr(&x, seed);
        let (first, second) = (random_view(shape, &mut rng), random_view(shape, &mut rng));
        let whole = scanned(op, axis, &x).expr(&shape.iter().map(|&n| vec![n]).collect::<Vec<_>>(), Order::C);
        let scan = lazy.scan(op, axis).unwrap();
        let views = |x: &Expr| [x.view(first.clone()), x.view(second.clone())];
        let setting = Setting::nth(seed as usize);
        let expected = evaluate(&views(&whole), Setting::usual()).unwrap();
        let both = evaluate(&views(&scan), setting).unwrap();
        let alone = evaluate(&views(&scan)[..1], setting).unwrap();
        for (got, expected) in both.iter().zip(&expected).chain([(&alone[0], &expected[0])]) {
            assert_same(got, expected, &format!("{op:?} along {axis} of {what}: {first:?}, {second:?}"));
        }
    }
}

#[test]
fn what_cannot_be_scanned() {
    let grid = Grid::new([AxisGrid::regular(5, 2), AxisGrid::whole(3)]);
    let x = Expr::fill(Scalar::new(1.0), grid);
    let error = x.scan(ScanOp::Sum, 2).unwrap_err().to_string();
    assert!(error.contains("axis 2"), "{error}");
    let scalar = Expr::fill(Scalar::new(1.0), Grid::new([]));
    assert!(scalar.scan(ScanOp::Sum, 0).is_err());
    // Sums of bytes have eight each.
    let huge = Expr::fill(Scalar::new(1u8), Grid::whole(&[1 << 61]));
    let error = huge.scan(ScanOp::Sum, 0).unwrap_err().to_string();
    assert!(error.contains("too large"), "{error}");
}
