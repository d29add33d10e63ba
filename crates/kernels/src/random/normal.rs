//! The quantile function of the normal distribution, and the logarithm that it needs: without branches but for one
//! in a thousand values, and with nothing but sums, products, quotients and roots that round the same way
//! everywhere, so that every instruction set gives the same bits.

use super::loops::RUN;

/// Where the polynomial for most values ends; beyond it lies one value in a thousand.
const CENTRAL: f64 = 6.25;

/// `z / x` for `w` from 0 to 6.25, in powers of `w / 3.125 - 1`.
#[rustfmt::skip]
const CENTRE: [f64; 24] = [
    2.338_620_710_026_593, 1.061_359_245_941_059_2, -0.083_329_093_528_014_54,
    -0.031_967_516_158_619_286, 0.025_184_826_807_707_2, -0.005_851_046_104_325_073,
    -0.001_798_444_464_877_766_4, 0.001_742_997_806_472_656_5, -0.000_373_908_999_012_773_33,
    -0.000_165_305_781_493_907_92, 0.000_132_040_790_706_011_9, -2.125_239_684_647_160_7e-5,
    -1.591_794_214_083_551e-5, 1.008_343_656_683_964_3e-5, -9.724_099_368_630_836e-7,
    -1.498_128_655_406_68e-6, 7.715_569_408_465_953e-7, -1.437_955_595_020_864_2e-8,
    -1.486_319_158_570_807_8e-7, 5.535_609_619_759_047e-8, 1.279_936_298_672_826_5e-8,
    -1.210_281_714_470_144_6e-8, -1.157_737_860_024_289_8e-10, 1.086_256_090_301_889_2e-9,
];

/// `z / x` for `sqrt(w)` from 2.5 to 4, in powers of `(sqrt(w) - 3.25) / 0.75`.
#[rustfmt::skip]
const TAIL: [f64; 22] = [
    4.361_272_855_165_33, 1.066_238_149_357_699_1, 0.004_272_536_364_741_451,
    -0.002_238_051_071_645_489, 0.001_114_835_654_638_674_2, -0.000_566_584_438_332_986_8,
    0.000_239_942_575_195_274_62, -6.702_216_345_468_358e-5, 3.402_406_263_234_679e-6,
    7.251_112_915_985_396e-6, -3.768_586_194_952_228_4e-6, 7.445_560_585_810_404e-7,
    1.313_678_849_187_679_5e-7, -1.339_645_015_676_675_7e-7, 3.733_839_111_133_717e-8,
    -4.530_597_006_993_625e-10, -3.483_568_501_375_31e-9, 1.344_330_371_700_043_6e-9,
    -1.649_311_553_632_137_6e-10, -6.736_697_102_352_893e-11, 3.407_930_432_089_84e-11,
    -4.588_506_981_306_145e-12,
];

/// `z / x` for `sqrt(w)` from 4 to 6.75, in powers of `(sqrt(w) - 5.375) / 1.375`.
#[rustfmt::skip]
const FAR_TAIL: [f64; 22] = [
    7.394_554_452_707_218, 1.964_222_386_205_627_6, -0.000_870_793_081_672_224_9,
    -0.000_457_882_155_507_643_7, 0.000_237_957_157_151_075_04, -8.259_471_553_260_418e-5,
    2.490_024_037_928_217e-5, -6.973_460_040_891_379_5e-6, 1.877_014_127_957_122_1e-6,
    -5.107_407_532_576_121e-7, 1.609_182_372_271_403_8e-7, -7.247_210_620_768_617e-8,
    4.591_938_325_158_966e-8, -3.236_957_874_841_213_6e-8, 2.155_198_455_068_535_6e-8,
    -1.226_004_183_975_581e-8, 5.725_999_473_486_05e-9, -2.430_075_310_021_8e-9,
    8.370_513_702_950_762e-10, 1.107_397_781_641_905_4e-10, -3.020_050_195_121_126_6e-10,
    9.524_018_003_930_024e-11,
];

/// `(ln((1 + s) / (1 - s)) / s - 2) / s^2` for `s` from 0 to 0.1716, in powers of `s^2`.
#[rustfmt::skip]
const LOGARITHM: [f64; 7] = [
    0.666_666_666_666_667, 0.399_999_999_998_990_05, 0.285_714_286_261_730_57,
    0.222_222_111_061_270_9, 0.181_828_910_050_497_7, 0.153_316_647_993_062_63,
    0.146_170_932_375_582_04,
];

/// What a random word stands for on its way to a normal number.
///
/// The upper bit is the sign, the others are a probability `q` above 0, at most one half: that of a number further
/// out on that side. With `x = 1 - 2 q` and `w = -ln(4 q (1 - q)) = -ln(1 - x^2)`, the number is `x` times a
/// smooth function of `w` (Giles 2010, "Approximating the erfinv function", from where the choice of `w` is; the
/// polynomials were fitted anew with 50 digits, to 2^-55).
#[derive(Clone, Copy)]
struct Deviate {
    bits: u64,
    q: f64,
}

impl Deviate {
    const SIGN: u64 = 1 << 63;

    #[inline(always)]
    fn new(bits: u64) -> Self {
        Deviate { bits, q: ((bits & !Self::SIGN) as f64 + 0.5) * (0.5 / Self::SIGN as f64) }
    }

    #[inline(always)]
    fn w(self) -> f64 {
        -ln(4.0 * (self.q * (1.0 - self.q)))
    }

    /// The standard normal number for a `w` that is at most [`CENTRAL`].
    #[inline(always)]
    fn central(self, w: f64) -> f64 {
        let t = w * (1.0 / 3.125) - 1.0;
        let (t2, c) = (t * t, &CENTRE);
        // Four chains, each in powers of `t^4`: one would wait for itself most of the time.
        let t4 = t2 * t2;
        let chain = |k: usize| {
            let mut sum = c[20 + k];
            for i in (0..5).rev() {
                sum = sum * t4 + c[4 * i + k];
            }
            sum
        };
        self.times((chain(0) + chain(1) * t) + (chain(2) + chain(3) * t) * t2)
    }

    /// The standard normal number for a `w` that is more than [`CENTRAL`].
    #[inline(never)]
    fn outer(self, w: f64) -> f64 {
        let s = w.sqrt();
        self.times(if s <= 4.0 {
            polynomial(&TAIL, (s - 3.25) / 0.75)
        } else {
            polynomial(&FAR_TAIL, (s - 5.375) / 1.375)
        })
    }

    #[inline(always)]
    fn times(self, factor: f64) -> f64 {
        let x = 1.0 - 2.0 * self.q;
        f64::from_bits((x * factor).to_bits() ^ (self.bits & Self::SIGN))
    }
}

/// Writes what `value` makes of the standard normal number of each word.
///
/// One loop after the other over all words, although one loop could do everything: a processor sees some hundred
/// instructions ahead, so that of a short loop it works on several vectors at once, while in a long one each
/// polynomial waits for itself. (3.2 ns instead of 4.6 for a number with AVX-512, 6.2 instead of 12 with AVX2.)
#[inline(always)]
pub(super) fn normal<T>(words: &[u64; RUN], values: &mut [T; RUN], value: impl Fn(f64) -> T) {
    let mut w = [0.0; RUN];
    let mut outer = false;
    for i in 0..RUN {
        w[i] = Deviate::new(words[i]).w();
        outer |= w[i] > CENTRAL;
    }
    for i in 0..RUN {
        values[i] = value(Deviate::new(words[i]).central(w[i]));
    }
    if outer {
        for i in 0..RUN {
            if w[i] > CENTRAL {
                values[i] = value(Deviate::new(words[i]).outer(w[i]));
            }
        }
    }
}

/// A polynomial, its coefficients in ascending powers.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    for &c in coefficients[..N - 1].iter().rev() {
        sum = sum * x + c;
    }
    sum
}

/// The natural logarithm of a positive, normal number, to about one unit in the last place: `m 2^k` with `m` near
/// 1, and `ln(m)` by a series in `(m - 1) / (m + 1)`, arranged as fdlibm does it (Ng 1993).
#[inline(always)]
pub(super) fn ln(v: f64) -> f64 {
    const ONE: u64 = 1.0f64.to_bits();
    const ROOT_OF_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const MANTISSA: u64 = (1 << 52) - 1;
    const TWO_52: f64 = (1u64 << 52) as f64;
    // ln(2), so short that its product with an exponent is exact, and what is missing.
    const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
    const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

    // From here on the mantissa of a number overflows into the exponent where `m` would pass the root of two.
    let shifted = v.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let k = f64::from_bits((shifted >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
    let m = f64::from_bits((shifted & MANTISSA) + ROOT_OF_HALF);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * polynomial(&LOGARITHM, z);
    let half = 0.5 * f * f;
    k * LN_2_HIGH - ((half - (s * (half + series) + k * LN_2_LOW)) - f)
}
