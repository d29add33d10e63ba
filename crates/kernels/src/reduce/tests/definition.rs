//! Reductions as their definitions have them, compared over all types, shapes and instruction sets.

use chunkwise_core::{Complex, DType, dispatch};

use super::values::{Random, Sample, Special, Value, read};
use super::{AllNan, Lie, ReduceOp, Shape, State, operations, run};
use crate::Isa;

/// A result, or nothing where all elements are skipped, and how far floats may be from it.
pub(super) fn define(op: ReduceOp, operand: DType, group: &[(Value, i64)]) -> (Result<Value, AllNan>, f64) {
    use ReduceOp::*;
    let skips = matches!(op, NanSum | NanProd | NanMean | NanMin | NanMax | NanArgMin | NanArgMax)
        || matches!(op, Var { nan: true, .. });
    let group: Vec<_> = group.iter().copied().filter(|(x, _)| !skips || !x.is_nan()).collect();
    let exact = operand.is_integer() || operand.is_bool();
    let floats = || group.iter().map(|(x, _)| x.float());
    let n = group.len() as f64;
    let total = || floats().sum::<Complex<f64>>();
    let real = |x: f64| Value::Float(Complex::new(x, 0.0));
    let epsilon = if operand.real() == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let scale = floats().flat_map(|x| [x.re.abs(), x.im.abs()]).filter(|x| x.is_finite()).sum::<f64>();
    let mut tolerance = 4.0 * epsilon * scale;
    let wrap = |x: i128| match operand.sum() {
        DType::I64 => i128::from(x as i64),
        _ => i128::from(x as u64),
    };
    let ints = || {
        group.iter().map(|(x, _)| match x {
            Value::Int(x) => *x,
            Value::Float(_) => unreachable!("only integers"),
        })
    };
    // NaN first, then the best value, then the smallest index.
    let best = |max: bool| {
        let better = |a: &(Value, i64), b: &(Value, i64)| match (a.0.is_nan(), b.0.is_nan()) {
            (true, true) => a.1 < b.1,
            (a_nan, b_nan) if a_nan || b_nan => a_nan,
            _ => {
                let order = match (a.0, b.0) {
                    (Value::Int(a), Value::Int(b)) => a.cmp(&b),
                    (a, b) => a.float().re.partial_cmp(&b.float().re).unwrap(),
                };
                let order = if max { order.reverse() } else { order };
                order.is_lt() || (order.is_eq() && a.1 < b.1)
            }
        };
        group.iter().copied().reduce(|a, b| if better(&b, &a) { b } else { a })
    };
    let value = match op {
        Sum | NanSum if exact => Value::Int(ints().fold(0, |a, b| wrap(a + b))),
        Sum | NanSum => Value::Float(total()),
        Prod | NanProd if exact => Value::Int(ints().fold(1, |a, b| wrap(a.wrapping_mul(b)))),
        Prod | NanProd => {
            let product = match operand.is_complex() {
                true => floats().product::<Complex<f64>>(),
                false => Complex::new(floats().map(|x| x.re).product(), 0.0),
            };
            tolerance = 8.0 * epsilon * n * product.norm();
            let single = |x: f64| if operand.real() == DType::F32 { f64::from(x as f32) } else { x };
            Value::Float(Complex::new(single(product.re), single(product.im)))
        }
        Mean | NanMean => {
            tolerance /= n;
            Value::Float(Complex::new(
                total().re / n,
                if operand.is_complex() { total().im / n } else { 0.0 },
            ))
        }
        Var { ddof, std, nan } => {
            let mean = total() / n;
            let squares = floats().map(|x| (x - mean).norm_sqr()).sum::<f64>();
            let freedom = n - ddof;
            let variance = if nan && freedom <= 0.0 { f64::NAN } else { squares / freedom.max(0.0) };
            let result = if std { variance.sqrt() } else { variance };
            // One rounding of the mean is one of the largest value; it meets one deviation.
            let largest = floats().map(|x| x.norm()).fold(0.0, f64::max);
            let deviation = if std { 1.0 } else { variance.sqrt() };
            tolerance = 4.0 * epsilon * ((n + 8.0) * result + 4.0 * largest * deviation);
            real(result)
        }
        Min | NanMin => best(false).map_or(real(f64::NAN), |(x, _)| x),
        Max | NanMax => best(true).map_or(real(f64::NAN), |(x, _)| x),
        Ptp => match (best(true).unwrap().0, best(false).unwrap().0) {
            (Value::Int(a), Value::Int(b)) => {
                let bits = 8 * operand.size() as u32;
                let low = (a - b) & ((1 << bits) - 1);
                let negative = operand.is_signed_integer() && low >> (bits - 1) == 1;
                Value::Int(if negative { low - (1 << bits) } else { low })
            }
            (a, b) => real(a.float().re - b.float().re),
        },
        Any => Value::Int(i128::from(group.iter().any(|(x, _)| !x.is_zero()))),
        All => Value::Int(i128::from(group.iter().all(|(x, _)| !x.is_zero()))),
        CountNonzero => Value::Int(group.iter().filter(|(x, _)| !x.is_zero()).count() as i128),
        First => group.iter().min_by_key(|(_, index)| *index).unwrap().0,
        Last => group.iter().max_by_key(|(_, index)| *index).unwrap().0,
        Count => Value::Int(group.len() as i128),
        ArgMin | NanArgMin | ArgMax | NanArgMax => match best(matches!(op, ArgMax | NanArgMax)) {
            Some((_, index)) => Value::Int(i128::from(index)),
            None => return (Err(AllNan), 0.0),
        },
    };
    (Ok(value), tolerance)
}

/// The elements of each cell with their indices, in order.
pub(super) fn groups<T: Sample>(lie: &Lie, data: &[T], cells: usize) -> Vec<Vec<(Value, i64)>> {
    let mut groups = vec![Vec::new(); cells];
    for r in 0..lie.rows {
        for c in 0..lie.cols {
            groups[lie.cell_of(r, c)].push((data[r * lie.cols + c].value(), lie.index_of(r, c)));
        }
    }
    groups
}

/// Checks the cells that have elements against the definition.
pub(super) fn check<T: Sample>(state: &State, groups: &[Vec<(Value, i64)>], count: usize, what: &str) {
    let defined: Vec<_> =
        groups.iter().map(|group| (!group.is_empty()).then(|| define(state.op, T::DTYPE, group))).collect();
    let found = match state.finish(count) {
        Ok(bytes) => read(state.op.result(T::DTYPE).unwrap(), &bytes),
        Err(AllNan) => {
            let empty = groups.iter().any(Vec::is_empty);
            assert!(empty || defined.iter().flatten().any(|(value, _)| value.is_err()), "{what}");
            return;
        }
    };
    for (cell, (found, defined)) in found.iter().zip(&defined).enumerate() {
        let Some((expected, tolerance)) = defined else { continue };
        let expected = expected.unwrap_or_else(|_| panic!("{what}: cell {cell} has no index"));
        assert!(found.meets(expected, *tolerance), "{what}: cell {cell} is {found:?}, not {expected:?}");
    }
}

fn matches_definition<T: Sample>(op: ReduceOp, lie: &Lie, special: Special) {
    // Infinities make some complex products depend on the order of factors.
    let complex_product = T::DTYPE.is_complex() && matches!(op, ReduceOp::Prod | ReduceOp::NanProd);
    if complex_product && special == Special::NanAndInfinite {
        return;
    }
    let data = Random(lie.rows as u64 * 1000 + lie.cols as u64).data::<T>(lie.rows * lie.cols, special);
    let groups = groups(lie, &data, lie.cells());
    for isa in Isa::available() {
        let mut state = State::new(op, T::DTYPE, lie.cells());
        run(&mut state, lie, &data, (lie.rows, lie.cols), isa);
        check::<T>(
            &state,
            &groups,
            lie.count(),
            &format!("{} {} {lie:?} {special:?} {isa:?}", op.name(), T::DTYPE),
        );
    }
}

#[test]
fn every_reduction_of_every_type_and_shape() {
    for op in operations() {
        for dtype in DType::ALL {
            if op.result(dtype).is_none() {
                continue;
            }
            for shape in [Shape::All, Shape::Columns, Shape::Rows, Shape::None] {
                for (rows, cols) in [(1, 1), (3, 5), (7, 1), (40, 3), (9, 8), (5, 33), (3, 600), (2, 1030)] {
                    let lie = Lie::new(shape, rows, cols);
                    for special in [Special::None, Special::Nan, Special::NanAndInfinite, Special::All] {
                        dispatch!(dtype, Element, T => matches_definition::<T>(op, &lie, special));
                    }
                }
            }
        }
    }
}

#[test]
fn cells_and_indices_anywhere() {
    for op in operations() {
        for (rows, cols) in [(6, 7), (4, 40), (33, 18)] {
            let (r, c) = (rows as i64, cols as i64);
            let lies = [
                // Rows and columns of positions swapped, backwards, and far from zero.
                Lie { step: [1, r], ..Lie::new(Shape::All, rows, cols) },
                Lie { base: r * c - 1, step: [-c, -1], ..Lie::new(Shape::All, rows, cols) },
                Lie { base: 1 << 40, step: [-1, r], ..Lie::new(Shape::All, rows, cols) },
                Lie {
                    base: 99,
                    step: [0, -1],
                    cell: 3,
                    cell_step: [2, 0],
                    ..Lie::new(Shape::Columns, rows, cols)
                },
                Lie {
                    base: 99,
                    step: [-1, 0],
                    cell: 1,
                    cell_step: [0, 3],
                    ..Lie::new(Shape::Rows, rows, cols)
                },
                Lie { cell: 5, ..Lie::new(Shape::Rows, rows, cols) },
                Lie { base: 7, cell_step: [1, rows], ..Lie::new(Shape::None, rows, cols) },
                Lie { base: 7, cell_step: [cols + 3, 1], ..Lie::new(Shape::None, rows, cols) },
            ];
            for lie in &lies {
                matches_definition::<f64>(op, lie, Special::Nan);
                if op.result(DType::I16).is_some() {
                    matches_definition::<i16>(op, lie, Special::None);
                }
            }
        }
    }
}
