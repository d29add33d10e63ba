//! Logarithms.
//!
//! `x` is `2^k (1 + f)` with `1 + f` between the roots of one half and two. With `s = f / (2 + f)`, `ln (1 + f)` is twice
//! the inverse hyperbolic tangent of `s`, whose series is replaced by the polynomial with the least largest error. The
//! sums are those of FreeBSD's `e_log.c`, `e_log2.c`, `e_log10.c` and `s_log1p.c` (Sun Microsystems, S. G. Kargl and
//! others), which keep the error below one unit.

use super::bits::{near_one32, near_one64};
use super::{Function, fma, horner};
use crate::isa::{Baseline, Level};

/// `ln 2` in two parts; the first has zeros at the end, so that its product with `k` is exact.
pub(super) const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);

/// `ln (1 + f)` as `f - (half_square - rest)`.
pub(super) struct Parts {
    pub(super) half_square: f64,
    pub(super) rest: f64,
    /// `f / (2 + f)`.
    pub(super) s: f64,
}

#[inline(always)]
pub(super) fn parts<L: Level>(f: f64) -> Parts {
    let s = f / (2.0 + f);
    let z = s * s;
    let series = horner!(
        L,
        z,
        0.666_666_666_666_673_4,
        0.399_999_999_994_155_4,
        0.285_714_287_422_215_94,
        0.222_221_985_884_536_18,
        0.181_835_636_074_998_15,
        0.153_140_672_393_772_16,
        0.147_957_982_388_976_95
    );
    let half_square = 0.5 * f * f;
    Parts { half_square, rest: s * fma::<L, _>(z, series, half_square), s }
}

/// `ln (1 + f)` within 2^-37 of itself, which is enough for `f32`.
#[inline(always)]
pub(super) fn short<L: Level>(f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let series = horner!(
        L,
        z,
        0.666_666_656_464_991_7,
        0.400_003_350_985_060_1,
        0.285_373_104_337_685_8,
        0.235_821_541_846_176_1
    );
    s * fma::<L, _>(z, series, 2.0)
}

/// `high` without its last 32 bits, so that products with numbers of the same kind are exact.
#[inline(always)]
fn shortened(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !0xffff_ffff)
}

/// Whether a number is positive, normal and finite. (Of comparisons with infinity LLVM makes tests of classes, which take
/// longer.)
#[inline(always)]
fn is_common64(x: f64) -> bool {
    (x >= f64::MIN_POSITIVE) & (x <= f64::MAX)
}

/// `of` the argument times `2^54` and -54, for what is too small for the vector loop; for other rare arguments what the
/// standard library says.
fn rare64(x: f64, of: fn(f64, f64) -> f64, std: fn(f64) -> f64) -> f64 {
    if x > 0.0 && x < f64::INFINITY { of(x * 18_014_398_509_481_984.0, -54.0) } else { std(x) }
}

/// `ln x`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Ln;

/// `ln x + more ln 2`.
#[inline(always)]
fn ln<L: Level>(x: f64, more: f64) -> f64 {
    let (k, m) = near_one64(x);
    let (k, f) = (k + more, m - 1.0);
    let parts = parts::<L>(f);
    let rest = fma::<L, _>(k, LN_2.1, parts.rest);
    fma::<L, _>(k, LN_2.0, f - (parts.half_square - rest))
}

impl Function<f64> for Ln {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        ln::<L>(x, 0.0)
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common64(x)
    }

    fn rare(x: f64) -> f64 {
        rare64(x, ln::<Baseline>, f64::ln)
    }
}

impl Function<f32> for Ln {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (k, m) = near_one32(x);
        let f = m - 1.0;
        let square = f * f;
        // (ln (1 + f) - f + f^2 / 2) / f^3
        let series = horner!(
            L,
            f,
            0.333_333_13,
            -0.250_000_1,
            0.200_021_17,
            -0.166_679_9,
            0.142_195_75,
            -0.124_057_02,
            0.118_881_635,
            -0.116_751_08,
            0.067_459_825
        );
        let rest = fma::<L, _>(k, -2.121_944_4e-4, series * f * square);
        fma::<L, _>(k, 0.693_359_375, f + fma::<L, _>(-0.5, square, rest))
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        (x >= f32::MIN_POSITIVE) & (x <= f32::MAX)
    }

    fn rare(x: f32) -> f32 {
        x.ln()
    }
}

/// The logarithm to the base 2. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Log2;

/// `log2 x + more`.
#[inline(always)]
fn log2<L: Level>(x: f64, more: f64) -> f64 {
    /// `log2 e` in two parts.
    const PER_LN: (f64, f64) = (1.442_695_040_721_446_3, 1.675_171_316_488_651_2e-10);
    let (k, m) = near_one64(x);
    let (k, f) = (k + more, m - 1.0);
    let parts = parts::<L>(f);
    let high = shortened(f - parts.half_square);
    let low = (f - high) - parts.half_square + parts.rest;
    let product = high * PER_LN.0;
    let sum = k + product;
    let rest = fma::<L, _>(low + high, PER_LN.1, low * PER_LN.0) + ((k - sum) + product);
    rest + sum
}

impl Function<f64> for Log2 {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        log2::<L>(x, 0.0)
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common64(x)
    }

    fn rare(x: f64) -> f64 {
        rare64(x, log2::<Baseline>, f64::log2)
    }
}

/// The logarithm to the base 10. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Log10;

/// `log10 x + more log10 2`.
#[inline(always)]
fn log10<L: Level>(x: f64, more: f64) -> f64 {
    /// `log10 e` in two parts.
    const PER_LN: (f64, f64) = (4.342_944_818_781_689e-1, 2.508_294_671_164_527_5e-11);
    /// `log10 2` in two parts.
    const PER_OCTAVE: (f64, f64) = (3.010_299_956_636_117_7e-1, 3.694_239_077_158_931e-13);
    let (k, m) = near_one64(x);
    let (k, f) = (k + more, m - 1.0);
    let parts = parts::<L>(f);
    let high = shortened(f - parts.half_square);
    let low = (f - high) - parts.half_square + parts.rest;
    let product = high * PER_LN.0;
    let octaves = k * PER_OCTAVE.0;
    let rest = fma::<L, _>(k, PER_OCTAVE.1, fma::<L, _>(low + high, PER_LN.1, low * PER_LN.0));
    let sum = octaves + product;
    rest + ((octaves - sum) + product) + sum
}

impl Function<f64> for Log10 {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        log10::<L>(x, 0.0)
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common64(x)
    }

    fn rare(x: f64) -> f64 {
        rare64(x, log10::<Baseline>, f64::log10)
    }
}

/// Whether a number is positive and finite; all such are normal as `f64`.
#[inline(always)]
fn is_common32(x: f32) -> bool {
    (x > 0.0) & (x <= f32::MAX)
}

/// `ln x` of a positive normal number, to 2^-37 of the sum's terms.
#[inline(always)]
fn octaves_and_rest<L: Level>(x: f32) -> (f64, f64) {
    let (k, m) = near_one64(f64::from(x));
    (k, short::<L>(m - 1.0))
}

impl Function<f32> for Log2 {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (k, rest) = octaves_and_rest::<L>(x);
        fma::<L, _>(rest, std::f64::consts::LOG2_E, k) as f32
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        is_common32(x)
    }

    fn rare(x: f32) -> f32 {
        x.log2()
    }
}

impl Function<f32> for Log10 {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (k, rest) = octaves_and_rest::<L>(x);
        fma::<L, _>(rest, std::f64::consts::LOG10_E, k * std::f64::consts::LOG10_2) as f32
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        is_common32(x)
    }

    fn rare(x: f32) -> f32 {
        x.log10()
    }
}
