//! Every reduction of every type by groups, over every choice of axes, on every instruction set.

use chunkwise_core::{DType, Scalar};
use chunkwise_expr::ops::{REDUCTIONS, Reduced};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_tests::{Order, Rng, Setting, Tolerance, Values, chunkings, evaluate, small};

fn accepts(computed: Scalar, value: Scalar, scale: f64) -> bool {
    let tolerance = if scale == 0.0 { Tolerance::Value } else { Tolerance::Near { ulps: 16.0, scale } };
    tolerance.accepts(computed, value)
}

fn is_nan(x: Scalar) -> bool {
    match x.dtype() {
        DType::F32 => x.get::<f32>().is_some_and(f32::is_nan),
        DType::F64 => x.get::<f64>().is_some_and(f64::is_nan),
        DType::C32 => x.get::<num_complex::Complex<f32>>().is_some_and(|z| z.re.is_nan()),
        DType::C64 => x.get::<num_complex::Complex<f64>>().is_some_and(|z| z.re.is_nan()),
        _ => false,
    }
}

/// The elements of each group and kept position, in C order; groups come first.
fn cells(values: &Values, by: &Values, groups: usize, axes: &[usize]) -> Vec<Vec<Scalar>> {
    let (lanes, bys) = (values.lanes(axes), by.lanes(axes));
    let mut cells = vec![Vec::new(); groups * lanes.len()];
    for (at, (lane, by)) in lanes.iter().zip(&bys).enumerate() {
        for (&x, group) in lane.iter().zip(by) {
            let group = group.get::<i64>().unwrap();
            if (0..groups as i64).contains(&group) {
                cells[group as usize * lanes.len() + at].push(x);
            }
        }
    }
    cells
}

/// Numbers of groups, among them some of none.
fn random_groups(shape: &[usize], groups: usize, rng: &mut Rng) -> Values {
    let group = |rng: &mut Rng| match rng.below(12) {
        0 => *rng.pick(&[-1, i64::MIN, i64::MAX, groups as i64]),
        _ => rng.below(groups.max(1)) as i64,
    };
    let elements = (0..shape.iter().product()).map(|_| Scalar::new(group(rng))).collect();
    Values::new(DType::I64, shape, elements)
}

fn check(values: &Values, by: &Values, groups: usize, axes: &[usize], case: usize) {
    let chunkings = chunkings(&values.shape, case as u64);
    let x = values.expr(&chunkings[case % chunkings.len()], Order::ALL[case % 3]);
    let labels = by.expr(&chunkings[(case + 2) % chunkings.len()], Order::ALL[(case + 1) % 3]);
    let setting = Setting::nth(case);
    let kept = (0..values.shape.len()).filter(|k| !axes.contains(k)).map(|k| values.shape[k]);
    let shape: Vec<usize> = [groups].into_iter().chain(kept).collect();
    let cells = cells(values, by, groups, axes);
    let mut together: Vec<(ReduceOp, Vec<Reduced>, Expr)> = Vec::new();
    for definition in REDUCTIONS.iter().filter(|d| d.operands.contains(values.dtype)) {
        for &op in definition.instances.iter().filter(|op| !op.locates()) {
            let expr = x.reduce_groups(&labels, groups as u32, op, axes).unwrap();
            assert_eq!(expr.shape(), shape);
            let expected: Vec<Reduced> =
                cells.iter().map(|cell| (definition.reference)(op, values.dtype, cell)).collect();
            let without = expected.contains(&Reduced::NoValue);
            if without && (values.dtype.is_integer() || values.dtype.is_bool()) {
                let error = evaluate(&[expr], setting).unwrap_err().to_string();
                assert!(error.contains(op.name()) && error.contains("group "), "{error}");
                continue;
            }
            together.push((op, expected, expr));
        }
    }
    let roots: Vec<Expr> = together.iter().map(|(_, _, expr)| expr.clone()).collect();
    let what = format!("{} {:?} over {axes:?}, {groups} groups, case {case}", values.dtype, values.shape);
    let computed = evaluate(&roots, setting).unwrap_or_else(|e| panic!("{what}: {e}"));
    for (computed, (op, expected, _)) in computed.iter().zip(&together) {
        assert_eq!(computed.shape, shape);
        for (i, (&computed, expected)) in computed.elements.iter().zip(expected).enumerate() {
            let right = match *expected {
                Reduced::Value(value, scale) => accepts(computed, value, scale),
                Reduced::NoValue => is_nan(computed),
                Reduced::Undefined => false,
            };
            assert!(right, "{op:?} of {what}, cell {i}: {computed:?}, expected {expected:?}, {setting:?}");
        }
    }
}

fn check_dtypes(accept: fn(DType) -> bool) {
    let mut case = 0;
    for dtype in DType::ALL.into_iter().filter(|&t| accept(t)) {
        let mut rng = Rng::new(dtype as u64 + 5);
        for (shape, nan_every) in
            [(vec![5, 7, 6], 0), (vec![67], 5), (vec![30, 4], 9), (vec![0, 3], 0), (vec![], 0)]
        {
            let values =
                Values::new(dtype, &shape, small(dtype, shape.iter().product(), nan_every, &mut rng));
            for bits in 0..1usize << shape.len() {
                let axes: Vec<usize> = (0..shape.len()).filter(|k| bits >> k & 1 == 1).collect();
                for groups in [1, 3, 50, 2000] {
                    case += 1;
                    check(&values, &random_groups(&shape, groups, &mut rng), groups, &axes, case);
                }
            }
        }
    }
}

#[test]
fn reductions_of_bool_and_integers_by_groups() {
    check_dtypes(|t| t.is_bool() || t.is_integer());
}

#[test]
fn reductions_of_floats_by_groups() {
    check_dtypes(DType::is_float);
}

#[test]
fn reductions_of_complex_numbers_by_groups() {
    check_dtypes(DType::is_complex);
}

#[test]
fn long_arrays_in_units_of_the_engines_own() {
    for (case, dtype) in [DType::F64, DType::F32, DType::I32, DType::Bool, DType::C64].into_iter().enumerate()
    {
        let mut rng = Rng::new(case as u64);
        let values = Values::new(dtype, &[40_000], small(dtype, 40_000, 1000, &mut rng));
        for groups in [1, 3, 700] {
            let by = random_groups(&[40_000], groups, &mut rng);
            for setting in [0, 5] {
                check(&values, &by, groups, &[0], case + setting);
            }
        }
    }
}

#[test]
fn no_groups_are_an_empty_result() {
    let values = Values::new(DType::I32, &[3], (0..3).map(Scalar::new::<i32>).collect());
    let by = Values::new(DType::I64, &[3], (0..3).map(Scalar::new::<i64>).collect());
    check(&values, &by, 0, &[0], 0);
}

#[test]
fn what_cannot_be_grouped() {
    let x =
        Values::new(DType::I32, &[3], (0..3).map(Scalar::new::<i32>).collect()).expr(&[vec![3]], Order::C);
    let by =
        Values::new(DType::I64, &[3], (0..3).map(Scalar::new::<i64>).collect()).expr(&[vec![3]], Order::C);
    let undefined = |built: Result<Expr, ExprError>| matches!(built, Err(ExprError::Undefined { .. }));
    assert!(undefined(x.reduce_groups(&x, 3, ReduceOp::Sum, &[0])), "groups are i64");
    assert!(undefined(x.reduce_groups(&by, 3, ReduceOp::ArgMax, &[0])), "groups have no indices");
    assert!(matches!(x.reduce_groups(&by, 3, ReduceOp::Sum, &[1]), Err(ExprError::Core(_))));
    assert!(matches!(x.reduce_groups(&by, 3, ReduceOp::Sum, &[0, 0]), Err(ExprError::Core(_))));
}
