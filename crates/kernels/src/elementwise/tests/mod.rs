//! Every instruction against a plain definition of it, over values at the edges, on every instruction set.

mod casts;
mod closures;
mod complex;
mod draws;
mod floats;
mod integers;
#[rustfmt::skip]
mod numpy;
mod table;

use std::fmt::Debug;

use chunkwise_core::{Complex, DType, Element};

use super::code;
use crate::args::Args;
use crate::{Binary, Isa, Op, Ternary, Unary};

/// Tiles of these lengths, in turn: empty, shorter and longer than vectors, with and without a rest.
const LENGTHS: [usize; 6] = [0, 1, 7, 8, 33, 512];

/// What a register holds before it is written.
const UNWRITTEN: u8 = 0xA5;

/// Equal, bit by bit, but for the payloads of NaN.
trait Same: Element {
    fn same(self, other: Self) -> bool;
}

macro_rules! same_if_equal {
    ($($T:ty)*) => {$(
        impl Same for $T {
            fn same(self, other: Self) -> bool {
                self == other
            }
        }
    )*};
}

same_if_equal!(bool i8 i16 i32 i64 u8 u16 u32 u64);

impl Same for f32 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
    }
}

impl Same for f64 {
    fn same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
    }
}

impl Same for Complex<f32> {
    fn same(self, other: Self) -> bool {
        self.re.same(other.re) && self.im.same(other.im)
    }
}

impl Same for Complex<f64> {
    fn same(self, other: Self) -> bool {
        self.re.same(other.re) && self.im.same(other.im)
    }
}

/// A register as the caller sees it.
struct Operand {
    dtype: DType,
    ptr: *const u8,
    len: usize,
}

fn operand<T: Element>(values: &[T]) -> Operand {
    Operand { dtype: T::DTYPE, ptr: values.as_ptr().cast(), len: values.len() }
}

/// Runs `op` over all the elements of the operands, in tiles of [`LENGTHS`].
fn apply<R: Element>(op: &Op, operands: &[Operand], len: usize, isa: Isa) -> Vec<R> {
    assert!(operands.iter().all(|operand| operand.len == len));
    let dtypes: Vec<DType> = operands.iter().map(|operand| operand.dtype).collect();
    assert_eq!(op.result(&dtypes), Some(R::DTYPE), "{} of {dtypes:?}", op.name());
    let code = code(op, &dtypes, isa).expect("defined instructions have code");
    let mut results = Vec::with_capacity(len);
    for tile_len in LENGTHS.into_iter().cycle() {
        let (start, tile_len) = (results.len(), tile_len.min(len - results.len()));
        // u128 is aligned for every type; one more than needed shows what is written beyond the end
        let bytes = tile_len * size_of::<R>();
        let mut tile = vec![u128::from_ne_bytes([UNWRITTEN; 16]); bytes / 16 + 2];
        let src: Vec<*const u8> =
            operands.iter().map(|operand| operand.ptr.wrapping_add(start * operand.dtype.size())).collect();
        let args = Args {
            dst: tile.as_mut_ptr().cast(),
            src: &src,
            len: tile_len,
            rows: 1,
            cols: tile_len,
            ..Args::default()
        };
        // SAFETY: the operands have `tile_len` elements from `start` on, the tile has room for as many results.
        unsafe { code.run(&args) };
        // SAFETY: `run` has written `tile_len` elements; the bytes of the vector are initialised.
        let (written, all) = unsafe {
            let all = std::slice::from_raw_parts(tile.as_ptr().cast::<u8>(), tile.len() * 16);
            (std::slice::from_raw_parts(tile.as_ptr().cast::<R>(), tile_len), all)
        };
        assert!(all[bytes..].iter().all(|&byte| byte == UNWRITTEN), "{} wrote beyond its tile", op.name());
        if R::DTYPE.is_bool() {
            assert!(all[..bytes].iter().all(|&byte| byte < 2), "{} made a bool that is none", op.name());
        }
        results.extend_from_slice(written);
        if results.len() == len {
            return results;
        }
    }
    unreachable!("a cycle has no end")
}

fn compare<R: Same>(op: &Op, isa: Isa, results: &[R], expected: &[R], describe: impl Fn(usize) -> String) {
    for (i, (result, expected)) in results.iter().zip(expected).enumerate() {
        assert!(
            result.same(*expected),
            "{} of {} is {result:?}, not {expected:?} ({isa:?})",
            op.name(),
            describe(i)
        );
    }
}

/// Asserts that `op` is `expected`, for each value, bit by bit.
fn assert_unary<A: Element, R: Same>(op: Op, values: &[A], expected: impl Fn(A) -> R) {
    // enough to fill every length
    let values: Vec<A> = values.iter().copied().cycle().take(values.len().max(700)).collect();
    let expected: Vec<R> = values.iter().map(|&x| expected(x)).collect();
    for isa in Isa::available() {
        let results = apply::<R>(&op, &[operand(&values)], values.len(), isa);
        compare(&op, isa, &results, &expected, |i| format!("{:?}", values[i]));
    }
}

/// Every pair of the values, long enough to fill every length.
fn pairs<A: Copy>(values: &[A]) -> (Vec<A>, Vec<A>) {
    let len = (values.len() * values.len()).max(700);
    let pair = |i: usize| (values[i / values.len() % values.len()], values[i % values.len()]);
    (0..len).map(pair).unzip()
}

/// Asserts that `op` is `expected`, for each pair of the values, bit by bit.
fn assert_binary<A: Element, R: Same>(op: Op, values: &[A], expected: impl Fn(A, A) -> R) {
    let (left, right) = pairs(values);
    assert_pairs(op, &left, &right, expected);
}

/// Asserts that `op` is `expected`, position by position, bit by bit.
fn assert_pairs<A: Element, R: Same>(op: Op, left: &[A], right: &[A], expected: impl Fn(A, A) -> R) {
    let expected: Vec<R> = left.iter().zip(right).map(|(&x, &y)| expected(x, y)).collect();
    for isa in Isa::available() {
        let results = apply::<R>(&op, &[operand(left), operand(right)], left.len(), isa);
        compare(&op, isa, &results, &expected, |i| format!("{:?} and {:?}", left[i], right[i]));
    }
}

/// Results at the baseline, which other tests show to be those of every instruction set.
fn results1<A: Element, R: Element>(op: Op, values: &[A]) -> Vec<R> {
    apply(&op, &[operand(values)], values.len(), Isa::Baseline)
}

/// As [`results1`], of two operands.
fn results2<A: Element, R: Element>(op: Op, left: &[A], right: &[A]) -> Vec<R> {
    apply(&op, &[operand(left), operand(right)], left.len(), Isa::Baseline)
}

/// Asserts that every result is within `tolerance` of what is expected, relative to it.
fn assert_close(name: impl Debug, values: &[impl Debug], results: &[f64], expected: &[f64], tolerance: f64) {
    for ((value, &result), &expected) in values.iter().zip(results).zip(expected) {
        let close = (result - expected).abs() <= tolerance * expected.abs();
        assert!(close || result.same(expected), "{name:?} of {value:?} is {result:e}, not {expected:e}");
    }
}

pub(super) const F64_EDGES: [f64; 27] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    -7.25,
    0.499_999_999_999_999_94,
    1e10,
    -3e9,
    1e19,
    4_503_599_627_370_497.5,
    9_007_199_254_740_993.0,
    f64::EPSILON,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e300,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

pub(super) fn f32_edges() -> Vec<f32> {
    let mut edges: Vec<f32> = F64_EDGES.iter().map(|&x| x as f32).collect();
    edges.extend([f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, -1e-45, f32::EPSILON, 16_777_217.0]);
    edges
}

fn complex_edges() -> Vec<Complex<f64>> {
    let (left, right) = pairs(&[0.0, -0.0, 1.5, -2.0, 1e300, f64::INFINITY, f64::NAN]);
    left[..49].iter().zip(&right).map(|(&re, &im)| Complex::new(re, im)).collect()
}
