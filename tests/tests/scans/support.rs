//! Running sums and products, element after element.

use chunkwise_core::{Complex, DType, Element, Scalar, dispatch};
use chunkwise_kernels::scan::ScanOp;
use chunkwise_tests::{Rng, Values};
use ndarray::{Array, Axis, Dimension, RemoveAxis};

/// An element in the type that sums have.
fn widened(x: Scalar) -> Scalar {
    match x.dtype() {
        DType::Bool => Scalar::new(i64::from(x.get::<bool>().unwrap())),
        dtype => dispatch!(dtype, Integer, T => {
            let x = x.get::<T>().unwrap() as i128;
            if dtype.is_signed_integer() { Scalar::new(x as i64) } else { Scalar::new(x as u64) }
        }, else x),
    }
}

fn combined(op: ScanOp, a: Scalar, b: Scalar) -> Scalar {
    fn with<T: Element>(a: Scalar, b: Scalar, f: impl Fn(T, T) -> T) -> Scalar {
        Scalar::new(f(a.get().unwrap(), b.get().unwrap()))
    }
    let sum = op == ScanOp::Sum;
    match a.dtype() {
        DType::I64 => with(a, b, if sum { i64::wrapping_add } else { i64::wrapping_mul }),
        DType::U64 => with(a, b, if sum { u64::wrapping_add } else { u64::wrapping_mul }),
        DType::F32 => with::<f32>(a, b, |a, b| if sum { a + b } else { a * b }),
        DType::F64 => with::<f64>(a, b, |a, b| if sum { a + b } else { a * b }),
        DType::C32 => with::<Complex<f32>>(a, b, |a, b| if sum { a + b } else { a * b }),
        _ => with::<Complex<f64>>(a, b, |a, b| if sum { a + b } else { a * b }),
    }
}

/// The definition.
pub(super) fn scanned(op: ScanOp, axis: usize, x: &Values) -> Values {
    let step: usize = x.shape[axis + 1..].iter().product();
    let mut elements: Vec<Scalar> = x.elements.iter().map(|&x| widened(x)).collect();
    for i in 0..elements.len() {
        let along = (i / step) % x.shape[axis];
        if along > 0 {
            elements[i] = combined(op, elements[i - step], elements[i]);
        }
    }
    Values::new(x.dtype.sum(), &x.shape, elements)
}

/// Elements whose running sums, or products, are exact in any order.
pub(super) fn exact(op: ScanOp, dtype: DType, shape: &[usize], rng: &mut Rng) -> Values {
    let element = |rng: &mut Rng| {
        let number = match op {
            ScanOp::Sum => rng.below(17) as f64 - 8.0,
            ScanOp::Prod => *rng.pick(&[0.5, 2.0, -1.0, 1.0, -2.0, -0.5]),
        };
        let complex = match op {
            ScanOp::Sum => Complex::new(number, rng.below(17) as f64 - 8.0),
            ScanOp::Prod => *rng.pick(&[Complex::new(0.0, number), Complex::new(number, 0.0)]),
        };
        match dtype {
            DType::Bool => Scalar::new(rng.below(3) > 0),
            DType::F32 => Scalar::new(number as f32),
            DType::F64 => Scalar::new(number),
            DType::C32 => Scalar::new(Complex::new(complex.re as f32, complex.im as f32)),
            DType::C64 => Scalar::new(complex),
            _ => {
                dispatch!(dtype, Integer, T => Scalar::new(rng.bits() as T), else unreachable!("an integer"))
            }
        }
    };
    let elements = (0..shape.iter().product()).map(|_| element(rng)).collect();
    Values::new(dtype, shape, elements)
}

/// Running values of an eager array, each by `f` from the one before and the element.
pub(super) fn running<A: Clone, D: Dimension + RemoveAxis>(
    x: &Array<A, D>,
    axis: Axis,
    f: impl Fn(&A, &A) -> A,
) -> Array<A, D> {
    let mut y = x.clone();
    y.accumulate_axis_inplace(axis, |before, x| *x = f(before, x));
    y
}

/// Numbers whose sums depend on the order of additions.
pub(super) fn rough(i: usize) -> f64 {
    (Rng::new(i as u64).bits() >> 11) as f64 / (1u64 << 52) as f64 - 0.75
}
