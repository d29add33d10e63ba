//! Reductions of a list of elements, one after the other.

use chunkwise_core::{Complex as Parts, DType, Scalar};
use chunkwise_kernels::reduce::ReduceOp;

use super::{Reduced, Wide};

/// Every element, widened.
pub(in crate::ops) fn wide(elements: &[Scalar]) -> Vec<Wide> {
    elements.iter().copied().map(Wide::of).collect()
}

/// Every element that is not NaN, widened.
pub(in crate::ops) fn without_nan(elements: &[Scalar]) -> Vec<Wide> {
    wide(elements).into_iter().filter(|x| !x.is_nan()).collect()
}

fn exact(value: Scalar) -> Reduced {
    Reduced::Value(value, 0.0)
}

fn as_complex(x: Wide) -> Parts<f64> {
    match x {
        Wide::Bool(b) => Parts::new(u8::from(b).into(), 0.0),
        Wide::Int(v) => Parts::new(v as f64, 0.0),
        Wide::Real(v) => Parts::new(v, 0.0),
        Wide::Complex(z) => z,
    }
}

/// Sum with compensation for rounding (Neumaier's variant of Kahan's algorithm).
fn total(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let plain: f64 = values.clone().sum();
    if !plain.is_finite() {
        return plain;
    }
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for x in values {
        let next = sum + x;
        lost += if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    sum + lost
}

/// Sum of the elements as one wide value, and the sum of their magnitudes.
fn wide_sum(dtype: DType, x: &[Wide]) -> (Wide, f64) {
    let magnitude = x.iter().map(|x| x.magnitude()).sum();
    let sum = if dtype.is_complex() {
        let z = x.iter().copied().map(as_complex);
        Wide::Complex(Parts::new(total(z.clone().map(|z| z.re)), total(z.map(|z| z.im))))
    } else if dtype.is_float() {
        Wide::Real(total(x.iter().map(|&x| as_complex(x).re)))
    } else {
        Wide::Int(x.iter().map(|&x| whole(x)).sum())
    };
    (sum, magnitude)
}

fn whole(x: Wide) -> i128 {
    match x {
        Wide::Bool(b) => b.into(),
        Wide::Int(v) => v,
        Wide::Real(_) | Wide::Complex(_) => unreachable!("only of integers and bool"),
    }
}

/// Sum in the type that sums of `dtype` have.
pub(in crate::ops) fn sum(dtype: DType, x: &[Wide]) -> Reduced {
    let (sum, magnitude) = wide_sum(dtype, x);
    Reduced::Value(sum.narrow(dtype.sum()), magnitude)
}

/// Product in the type that sums of `dtype` have.
pub(in crate::ops) fn product(dtype: DType, x: &[Wide]) -> Reduced {
    let product = if dtype.is_complex() {
        Wide::Complex(x.iter().copied().map(as_complex).product())
    } else if dtype.is_float() {
        Wide::Real(x.iter().map(|&x| as_complex(x).re).product())
    } else {
        Wide::Int(x.iter().fold(1, |product: i128, &x| product.wrapping_mul(whole(x))))
    };
    Reduced::Value(product.narrow(dtype.sum()), product.magnitude() * x.len() as f64)
}

/// Mean in the type that means of `dtype` have.
pub(in crate::ops) fn mean(dtype: DType, x: &[Wide]) -> Reduced {
    let n = x.len() as f64;
    let (sum, magnitude) = wide_sum(dtype, x);
    let mean = match sum {
        Wide::Complex(z) => Wide::Complex(z / n),
        other => Wide::Real(as_complex(other).re / n),
    };
    Reduced::Value(mean.narrow(dtype.mean()), magnitude / n)
}

/// Variance or standard deviation of elements from which NaN has been removed where `op` says so.
pub(in crate::ops) fn variance(op: ReduceOp, dtype: DType, x: &[Wide]) -> Reduced {
    let ReduceOp::Var { ddof, std, nan } = op else { return Reduced::Undefined };
    let n = x.len() as f64;
    let z: Vec<Parts<f64>> = x.iter().copied().map(as_complex).collect();
    let mean = Parts::new(total(z.iter().map(|z| z.re)) / n, total(z.iter().map(|z| z.im)) / n);
    let squares = total(z.iter().map(|z| (z - mean).norm_sqr()));
    // What rounding of the mean has added.
    let shift = Parts::new(total(z.iter().map(|z| z.re - mean.re)), total(z.iter().map(|z| z.im - mean.im)));
    let spread = if x.is_empty() { 0.0 } else { (squares - shift.norm_sqr() / n).max(0.0) };
    let spread = if squares.is_nan() { f64::NAN } else { spread };
    let freedom = if nan && n <= ddof { f64::NAN } else { (n - ddof).max(0.0) };
    let var = spread / freedom;
    let epsilon = if dtype.real() == DType::F32 { f32::EPSILON.into() } else { f64::EPSILON };
    // A mean that is off by half an ulp shifts every deviation by as much.
    let mean = mean.norm();
    let (value, scale) = if std {
        (var.sqrt(), var.sqrt() + mean)
    } else {
        (var, var + var.sqrt() * mean + epsilon * mean * mean)
    };
    Reduced::Value(Wide::Real(value).narrow(dtype.real()), scale)
}

/// What `choose` leaves of the elements, which are `all` or those that are not NaN.
pub(in crate::ops) fn extremum(
    dtype: DType,
    all: &[Scalar],
    x: &[Wide],
    choose: fn(Wide, Wide) -> Option<Wide>,
) -> Reduced {
    if dtype.is_complex() {
        return Reduced::Undefined;
    }
    let chosen = x.iter().copied().reduce(|a, b| choose(a, b).expect("elements have an order"));
    match chosen {
        Some(value) => exact(value.narrow(dtype)),
        None if all.is_empty() => Reduced::NoValue,
        None => exact(Wide::Real(f64::NAN).narrow(dtype)),
    }
}

/// Largest minus smallest element.
pub(in crate::ops) fn peak_to_peak(dtype: DType, x: &[Wide]) -> Reduced {
    if dtype.is_complex() || dtype.is_bool() {
        return Reduced::Undefined;
    }
    let extreme =
        |choose: fn(Wide, Wide) -> Option<Wide>| x.iter().copied().reduce(|a, b| choose(a, b).unwrap_or(a));
    match (extreme(super::greater), extreme(super::smaller)) {
        (Some(Wide::Int(high)), Some(Wide::Int(low))) => exact(Wide::Int(high - low).narrow(dtype)),
        (Some(Wide::Real(high)), Some(Wide::Real(low))) => {
            // Both bounds are elements of the type, so their difference is rounded once.
            exact(Wide::Real(high - low).narrow(dtype))
        }
        _ => Reduced::NoValue,
    }
}

/// Index of the first of the elements that `choose` leaves; NaN goes first, or is skipped.
pub(in crate::ops) fn argument(
    dtype: DType,
    x: &[Wide],
    skip_nan: bool,
    choose: fn(Wide, Wide) -> Option<Wide>,
) -> Reduced {
    if dtype.is_complex() {
        return Reduced::Undefined;
    }
    let mut best: Option<(usize, Wide)> = None;
    for (i, &value) in x.iter().enumerate() {
        if value.is_nan() && skip_nan {
            continue;
        }
        best = match best {
            None => Some((i, value)),
            Some((_, held)) if held.is_nan() => best,
            // Equal elements leave the first where it is.
            Some((_, held)) if value.is_nan() || (held != value && choose(held, value) == Some(value)) => {
                Some((i, value))
            }
            held => held,
        };
    }
    best.map_or(Reduced::NoValue, |(i, _)| exact(Scalar::new(i as i64)))
}

/// An element as it is.
pub(in crate::ops) fn picked(x: Option<&Scalar>) -> Reduced {
    x.map_or(Reduced::NoValue, |&x| exact(x))
}

/// What follows from the number of true elements and of all.
pub(in crate::ops) fn truths(x: &[Scalar], result: fn(usize, usize) -> Wide) -> Reduced {
    let true_ones = x.iter().filter(|&&x| Wide::of(x).truthy()).count();
    exact(match result(true_ones, x.len()) {
        Wide::Bool(b) => Scalar::new(b),
        count => count.narrow(DType::I64),
    })
}
