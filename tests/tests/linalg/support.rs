//! The definition of a contraction, and values whose products are exact.

use chunkwise_core::{Complex, DType, Element, Scalar, dispatch};
use chunkwise_expr::Contraction;
use chunkwise_tests::{Rng, Values, small};
use ndarray::{Array, Dimension, IntoDimension};

/// `sum + a * b` as the products define it, by a way of its own: integers as wide ones, cut at the end.
pub(crate) trait Multiply: Element {
    fn add_product(sum: Self, a: Self, b: Self) -> Self;
}

macro_rules! multiply {
    ($($T:ty: |$sum:ident, $a:ident, $b:ident| $body:expr;)*) => {$(
        impl Multiply for $T {
            fn add_product($sum: Self, $a: Self, $b: Self) -> Self {
                $body
            }
        }
    )*};
}

multiply! {
    bool: |sum, a, b| sum || (a && b);
    i8: |sum, a, b| (i128::from(sum) + i128::from(a) * i128::from(b)) as i8;
    i16: |sum, a, b| (i128::from(sum) + i128::from(a) * i128::from(b)) as i16;
    i32: |sum, a, b| (i128::from(sum) + i128::from(a) * i128::from(b)) as i32;
    i64: |sum, a, b| (i128::from(sum) + i128::from(a) * i128::from(b)) as i64;
    u8: |sum, a, b| (u128::from(sum) + u128::from(a) * u128::from(b)) as u8;
    u16: |sum, a, b| (u128::from(sum) + u128::from(a) * u128::from(b)) as u16;
    u32: |sum, a, b| (u128::from(sum) + u128::from(a) * u128::from(b)) as u32;
    u64: |sum, a, b| u128::from(a).wrapping_mul(u128::from(b)).wrapping_add(u128::from(sum)) as u64;
    f32: |sum, a, b| sum + a * b;
    f64: |sum, a, b| sum + a * b;
    Complex<f32>: |sum, a, b| sum + a * b;
    Complex<f64>: |sum, a, b| sum + a * b;
}

/// Elements of which products and their sums are exact, whatever their order; of integers any at all.
pub(crate) fn values(dtype: DType, shape: &[usize], rng: &mut Rng) -> Values {
    let len = shape.iter().product();
    let elements = match dtype {
        DType::Bool => (0..len).map(|_| Scalar::new(rng.below(8) == 0)).collect(),
        DType::F32 | DType::F64 | DType::C32 | DType::C64 => small(dtype, len, 0, rng),
        integer => dispatch!(integer, Integer, T => {
            (0..len).map(|_| Scalar::new(rng.bits() as T)).collect()
        }, else unreachable!("an integer")),
    };
    Values::new(dtype, shape, elements)
}

/// The contraction of two arrays by its definition.
pub(crate) fn contracted(axes: Contraction, left: &Values, right: &Values) -> Values {
    let shape = axes.result(&left.shape, &right.shape).expect("lengths that fit");
    let len = |shape: &[usize]| shape.iter().product::<usize>();
    let batch = len(&left.shape[..axes.batch]);
    let rows = len(&left.shape[axes.batch..axes.batch + axes.rows]);
    let summed = len(&left.shape[axes.left_summed()]);
    let cols = len(&right.shape[axes.batch + axes.summed..]);
    let elements = dispatch!(left.dtype, Element, T => {
        let get = |values: &Values, at: usize| values.elements[at].get::<T>().expect("of this type");
        let element = |at: usize| {
            let (b, i, j) = (at / (rows * cols), at / cols % rows, at % cols);
            let sum = (0..summed).fold(T::default(), |sum, k| {
                let a = get(left, (b * rows + i) * summed + k);
                T::add_product(sum, a, get(right, (b * summed + k) * cols + j))
            });
            Scalar::new(sum)
        };
        (0..batch * rows * cols).map(element).collect()
    });
    Values::new(left.dtype, &shape, elements)
}

/// Small whole numbers as an array: products of them are exact.
pub(crate) fn whole<Sh: IntoDimension>(shape: Sh, seed: u64) -> Array<f64, Sh::Dim> {
    let mut rng = Rng::new(seed);
    let dim = shape.into_dimension();
    debug_assert!(dim.ndim() < 7);
    Array::from_shape_simple_fn(dim, || rng.below(9) as f64 - 4.0)
}
