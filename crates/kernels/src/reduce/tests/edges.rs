//! Empty groups, infinities, degrees of freedom, and what else NumPy does at the edges.

use std::collections::HashSet;

use chunkwise_core::DType;

use super::values::{Sample, read};
use super::{AllNan, Lie, ReduceOp, Shape, State, operations, run};
use crate::Isa;

fn var(ddof: f64, nan: bool) -> ReduceOp {
    ReduceOp::Var { ddof, std: false, nan }
}

/// The result of one group, over each of the shapes that can hold it.
fn each<T: Sample>(op: ReduceOp, group: &[T]) -> Vec<Result<f64, AllNan>> {
    [(Shape::All, 1, group.len()), (Shape::Columns, 1, group.len()), (Shape::Rows, group.len(), 1)]
        .into_iter()
        .map(|(shape, rows, cols)| {
            let mut state = State::new(op, T::DTYPE, 1);
            let lie = Lie::new(shape, rows, cols);
            run(&mut state, &lie, group, (rows.max(1), cols.max(1)), Isa::detect());
            let bytes = state.finish(group.len())?;
            Ok(read(op.result(T::DTYPE).unwrap(), &bytes)[0].float().re)
        })
        .collect()
}

/// Asserts the result of a group in each of these shapes.
#[track_caller]
fn assert_is<T: Sample>(op: ReduceOp, group: &[T], expected: f64) {
    for found in each(op, group) {
        let found = found.unwrap();
        assert!(
            found == expected || (found.is_nan() && expected.is_nan()),
            "{}: {found}, not {expected}",
            op.name()
        );
    }
}

#[test]
fn no_elements() {
    for dtype in [DType::F64, DType::F32, DType::I32] {
        for (op, expected) in [
            (ReduceOp::Sum, 0.0),
            (ReduceOp::Prod, 1.0),
            (ReduceOp::Mean, f64::NAN),
            (ReduceOp::NanMean, f64::NAN),
            (var(0.0, false), f64::NAN),
            (var(1.0, true), f64::NAN),
            (ReduceOp::Any, 0.0),
            (ReduceOp::All, 1.0),
            (ReduceOp::CountNonzero, 0.0),
        ] {
            let bytes = State::new(op, dtype, 3).finish(0).unwrap();
            for value in read(op.result(dtype).unwrap(), &bytes) {
                let found = value.float().re;
                assert!(
                    found == expected || (found.is_nan() && expected.is_nan()),
                    "{} {dtype}: {found}",
                    op.name()
                );
            }
            assert!(!op.needs_elements());
        }
    }
    assert!(State::new(ReduceOp::Sum, DType::F64, 0).finish(0).unwrap().is_empty());
    // Tiles without elements.
    for op in operations() {
        let mut state = State::new(op, DType::F64, 4);
        let before = state.clone();
        run::<f64>(&mut state, &Lie::new(Shape::Rows, 0, 4), &[], (1, 4), Isa::detect());
        run::<f64>(&mut state, &Lie::new(Shape::Columns, 4, 0), &[], (4, 1), Isa::detect());
        assert!(state.lines.iter().zip(&before.lines).all(|(a, b)| a.0 == b.0), "{}", op.name());
    }
}

#[test]
fn infinities_add_up_as_ieee_says() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for op in [ReduceOp::Sum, ReduceOp::Mean] {
        assert_is(op, &[inf, 1.0, 2.0], inf);
        assert_is(op, &[1.0, -inf, 2.0, -inf], -inf);
        assert_is(op, &[inf, 1.0, -inf], nan);
        assert_is(op, &[f64::MAX, f64::MAX, 1.0], inf);
        assert_is(op, &vec![inf; 1000], inf);
        assert_is(op, &[f32::INFINITY, 1.0, 2.0], inf);
    }
    assert_is(ReduceOp::NanSum, &[inf, nan, 1.0], inf);
    assert_is(ReduceOp::NanMean, &[nan, 1.0, nan, 4.0], 2.5);
    // Merged as well.
    let lie = Lie::new(Shape::Rows, 1, 2);
    let (mut a, mut b) = (State::new(ReduceOp::Sum, DType::F64, 2), State::new(ReduceOp::Sum, DType::F64, 2));
    run(&mut a, &lie, &[inf, 1.0], (1, 2), Isa::detect());
    run(&mut b, &lie, &[2.0, inf], (1, 2), Isa::detect());
    a.merge(&b);
    assert!(read(DType::F64, &a.finish(2).unwrap()).iter().all(|x| x.float().re == inf));
}

#[test]
fn all_nan() {
    let nans = [f64::NAN; 40];
    assert_is(ReduceOp::NanSum, &nans, 0.0);
    assert_is(ReduceOp::NanProd, &nans, 1.0);
    for op in [ReduceOp::NanMean, ReduceOp::NanMin, ReduceOp::NanMax, ReduceOp::Max, var(0.0, true)] {
        assert_is(op, &nans, f64::NAN);
    }
    assert_is(ReduceOp::Any, &nans, 1.0);
    assert_is(ReduceOp::All, &nans, 1.0);
    assert_is(ReduceOp::ArgMax, &nans, 0.0);
    for op in [ReduceOp::NanArgMin, ReduceOp::NanArgMax] {
        assert!(each(op, &nans).iter().all(|result| *result == Err(AllNan)));
    }
}

#[test]
fn the_worst_value_is_still_a_value() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let mut group = vec![nan; 50];
    group[20] = -inf;
    assert_is(ReduceOp::NanMax, &group, -inf);
    assert_is(ReduceOp::NanArgMax, &group, 20.0);
    group[20] = inf;
    assert_is(ReduceOp::NanMin, &group, inf);
    assert_is(ReduceOp::NanArgMin, &group, 20.0);
    assert_is(ReduceOp::ArgMin, &[u64::MAX; 30], 0.0);
    assert_is(ReduceOp::ArgMax, &[i8::MIN; 30], 0.0);
    assert_is(ReduceOp::Ptp, &[inf; 30], nan);
    assert_is(ReduceOp::Ptp, &[i8::MIN, i8::MAX], -1.0);
}

#[test]
fn degrees_of_freedom_as_numpy() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    // NumPy 2.4: var([1, 2, 4], ddof), nanvar([1, 2, nan, 4], ddof), var([2, 2, 2], ddof)
    for (ddof, plain, skipping, equal) in [
        (-1.0, 1.1666666666666665, 1.1666666666666665, 0.0),
        (0.0, 1.5555555555555554, 1.5555555555555554, 0.0),
        (1.0, 2.333333333333333, 2.333333333333333, 0.0),
        (3.0, inf, nan, nan),
        (5.0, inf, nan, nan),
    ] {
        for (op, group, expected) in [
            (var(ddof, false), vec![1.0, 2.0, 4.0], plain),
            (var(ddof, true), vec![1.0, 2.0, nan, 4.0], skipping),
            (var(ddof, false), vec![2.0; 3], equal),
        ] {
            for found in each(op, &group) {
                let found = found.unwrap();
                let same = found == expected || (found - expected).abs() < 1e-15;
                assert!(
                    same || (found.is_nan() && expected.is_nan()),
                    "{op:?} of {group:?}: {found}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn integers_wrap() {
    assert_is(ReduceOp::Sum, &[i64::MAX, 1], i64::MIN as f64);
    assert_is(ReduceOp::Sum, &[u64::MAX, 2], 1.0);
    assert_is(ReduceOp::Sum, &[200u8; 300], 60_000.0);
    assert_is(ReduceOp::Sum, &[true; 300], 300.0);
    assert_is(ReduceOp::Prod, &[i32::MAX, 2], 2.0 * f64::from(i32::MAX));
    assert_is(ReduceOp::CountNonzero, &[1u8; 100_000], 100_000.0);
    assert_is(ReduceOp::Sum, &[-32768i16; 100_000], -3_276_800_000.0);
}

#[test]
fn operations_are_compared_by_bits() {
    let ops: HashSet<ReduceOp> = operations().into_iter().chain(operations()).collect();
    assert_eq!(ops.len(), operations().len());
    assert_eq!(var(f64::NAN, true), var(f64::NAN, true));
    assert_ne!(var(0.0, true), var(-0.0, true));
    let names: HashSet<_> = operations().into_iter().map(ReduceOp::name).collect();
    assert!(names.contains("nanstd") && names.contains("count_nonzero"));
}
