//! Measuring functions.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use chunkwise_core::Element;

use crate::args::Args;
use crate::elementwise::code;
use crate::isa::Code;
use crate::{Binary, Isa, Op, Unary};

/// Elements measured at a time.
const TILE: usize = 4096;

/// A float whose distance from a reference can be told.
pub(super) trait Ulps: Element + PartialEq {
    fn wide(self) -> f64;

    fn from_f64(x: f64) -> Self;

    /// Units in the last place, of this type, from `exact`; infinite for NaN instead of a number, the reverse, and zeros
    /// with the wrong sign.
    fn ulps(self, exact: f64) -> f64;
}

/// Whether no number can say the difference.
fn differ_in_kind(result: f64, exact: f64) -> bool {
    let zero = (result == 0.0) & (result.is_sign_negative() != exact.is_sign_negative());
    result.is_nan() != exact.is_nan() || (zero && !exact.is_nan())
}

impl Ulps for f32 {
    fn wide(self) -> f64 {
        self.into()
    }

    fn from_f64(x: f64) -> f32 {
        x as f32
    }

    fn ulps(self, exact: f64) -> f64 {
        if differ_in_kind(self.into(), exact) {
            return f64::INFINITY;
        }
        if exact.is_nan() {
            return 0.0;
        }
        let beyond = 2.0_f64.powi(128);
        let (result, exact) = (f64::from(self).clamp(-beyond, beyond), exact.clamp(-beyond, beyond));
        let exponent = (exact.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        (result - exact).abs() / 2.0_f64.powi(exponent.clamp(-126, 127) - 23)
    }
}

impl Ulps for f64 {
    fn wide(self) -> f64 {
        self
    }

    fn from_f64(x: f64) -> f64 {
        x
    }

    fn ulps(self, exact: f64) -> f64 {
        if differ_in_kind(self, exact) {
            return f64::INFINITY;
        }
        if exact.is_nan() {
            return 0.0;
        }
        let ordered = |x: f64| {
            if x.is_sign_negative() { -((x.to_bits() << 1 >> 1) as i64) } else { x.to_bits() as i64 }
        };
        ordered(self).abs_diff(ordered(exact)) as f64
    }
}

/// Asserts that `op` is within `limit` units in the last place of `reference` on every instruction set.
#[track_caller]
pub(super) fn assert_within<T: Ulps>(
    op: Unary,
    reference: fn(f64) -> f64,
    limit: f64,
    arguments: impl IntoIterator<Item = T>,
) {
    let mut arguments = arguments.into_iter();
    let mut tile = Vec::with_capacity(TILE);
    let mut largest = Largest::default();
    loop {
        tile.clear();
        tile.extend(arguments.by_ref().take(TILE));
        if tile.is_empty() {
            return largest.assert(op, limit);
        }
        largest.take(&Op::Unary(op), &[&tile], &|i| reference(tile[i].wide()));
    }
}

/// As [`assert_within`], of two arguments.
#[track_caller]
pub(super) fn assert_within2<T: Ulps>(
    op: Binary,
    reference: fn(f64, f64) -> f64,
    limit: f64,
    arguments: impl IntoIterator<Item = (T, T)>,
) {
    let mut arguments = arguments.into_iter();
    let mut largest = Largest::default();
    loop {
        let (x, y): (Vec<T>, Vec<T>) = arguments.by_ref().take(TILE).unzip();
        if x.is_empty() {
            return largest.assert(op, limit);
        }
        largest.take(&Op::Binary(op), &[&x, &y], &|i| reference(x[i].wide(), y[i].wide()));
    }
}

/// As [`assert_within`], for every `f32` that there is, on all cores.
#[track_caller]
pub(super) fn assert_within_for_every_f32(op: Unary, reference: fn(f64) -> f64, limit: f64) {
    const PART: u64 = 1 << 20;
    let next = AtomicU64::new(0);
    let all = Mutex::new(Largest::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, |count| count.get()) {
            scope.spawn(|| {
                let mut largest = Largest::default();
                loop {
                    let start = next.fetch_add(PART, Ordering::Relaxed);
                    if start >= 1 << 32 {
                        return all.lock().expect("nobody panics with it").join(largest);
                    }
                    for tile in (start..start + PART).step_by(TILE) {
                        let bits = tile as u32..=(tile + TILE as u64 - 1) as u32;
                        let tile: Vec<f32> = bits.map(f32::from_bits).collect();
                        largest.take(&Op::Unary(op), &[&tile], &|i| reference(tile[i].into()));
                    }
                }
            });
        }
    });
    all.into_inner().expect("nobody panics with it").assert(op, limit);
}

/// Asserts that an element has the same bits in a tile of its own, between others and among rare ones.
pub(super) fn assert_same_in_any_tile<T: Ulps>(op: Unary) {
    let argument = |i: usize| match i % 37 {
        5 => T::from_f64(f64::NAN),
        11 => T::from_f64(-2.5),
        23 => T::from_f64(1e-310),
        _ => T::from_f64(0.01 + i as f64 * 0.013),
    };
    let arguments: Vec<T> = (0..300).map(argument).collect();
    for isa in Isa::available() {
        let code = code(&Op::Unary(op), &[T::DTYPE], isa).expect("the function is there");
        let whole = run(&code, &[&arguments]);
        for len in [1, 2, 7, 16, 33, 63, 64, 65, 129] {
            let tiles = arguments.chunks(len).flat_map(|tile| run(&code, &[tile]));
            for (i, (one, other)) in tiles.zip(&whole).enumerate() {
                let same = one.wide().to_bits() == other.wide().to_bits();
                assert!(
                    same || one.wide().is_nan(),
                    "{op:?} of {:?} in tiles of {len} ({isa:?})",
                    arguments[i]
                );
            }
        }
    }
}

/// The results of a tile.
fn run<T: Ulps>(code: &Code, operands: &[&[T]]) -> Vec<T> {
    let len = operands[0].len();
    let src: Vec<*const u8> = operands.iter().map(|operand| operand.as_ptr().cast()).collect();
    let mut results: Vec<T> = Vec::with_capacity(len);
    let dst = results.as_mut_ptr().cast();
    // SAFETY: operands and results have `len` elements of the type; `run` writes all of them.
    unsafe {
        code.run(&Args { dst, src: &src, len, rows: 1, cols: len, ..Args::default() });
        results.set_len(len);
    }
    results
}

/// Every `n`th of all `f32`: all signs, exponents, subnormal numbers, infinities and NaN.
pub(super) fn every_nth_f32(n: usize) -> impl Iterator<Item = f32> {
    let edges =
        [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, f32::NAN];
    (0..=u32::MAX).step_by(n).map(f32::from_bits).chain(edges)
}

/// As many `f64` spread evenly over all that there are, with some next to every one of them that is special.
pub(super) fn spread_f64(count: u64) -> impl Iterator<Item = f64> {
    let edges =
        [0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -f64::MIN_POSITIVE];
    let edges = edges.into_iter().flat_map(|edge: f64| {
        (-2_i64..=2).map(move |away| f64::from_bits(edge.to_bits().wrapping_add_signed(away)))
    });
    // an odd step, so that the low bits vary
    (0..count).map(move |i| f64::from_bits(i.wrapping_mul((u64::MAX / count) | 1))).chain(edges)
}

/// As many `f64` evenly from `low` to `high`.
pub(super) fn between(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| low + (high - low) * (f64::from(i) / f64::from(count)))
}

/// The largest error so far on each instruction set, with the arguments and what came out.
#[derive(Default)]
struct Largest(Vec<(Isa, f64, String)>);

impl Largest {
    fn take<T: Ulps>(&mut self, op: &Op, operands: &[&[T]], reference: &dyn Fn(usize) -> f64) {
        let len = operands[0].len();
        let exact: Vec<f64> = (0..len).map(reference).collect();
        let dtypes = vec![T::DTYPE; operands.len()];
        for isa in Isa::available() {
            let code = code(op, &dtypes, isa).expect("the function is there");
            let results = run(&code, operands);
            let errors = results.iter().zip(&exact).map(|(result, &exact)| result.ulps(exact));
            let Some((i, error)) = errors.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
            let arguments: Vec<T> = operands.iter().map(|operand| operand[i]).collect();
            let description = || format!("{arguments:?} gives {:?} for {:?}", results[i], exact[i]);
            self.note(isa, error, description);
        }
    }

    fn note(&mut self, isa: Isa, error: f64, description: impl FnOnce() -> String) {
        match self.0.iter_mut().find(|largest| largest.0 == isa) {
            None => self.0.push((isa, error, description())),
            Some(largest) if largest.1 < error => *largest = (isa, error, description()),
            Some(_) => {}
        }
    }

    fn join(&mut self, other: Largest) {
        for (isa, error, description) in other.0 {
            self.note(isa, error, || description);
        }
    }

    #[track_caller]
    fn assert(self, op: impl std::fmt::Debug, limit: f64) {
        for (isa, error, description) in self.0 {
            println!("{op:?} {isa:?}: {error:.3} ulp, {description}");
            assert!(error <= limit, "{op:?} is not within {limit} ulp but {error}: {description} ({isa:?})");
        }
    }
}
