//! Normal numbers by a ziggurat, and the logarithm that it needs: nothing but sums, products, quotients and roots, which
//! round the same way everywhere, so that every instruction set gives the same bits.

use std::sync::LazyLock;

use rand::RngCore;

use super::bits::ElementRng;
use super::loops::RUN;
use super::uniform::{positive, unit_f64};

/// Layers of the ziggurat. So many take a quarter of a first-level cache, and four of a thousand words need more than a
/// look at their layer.
const LAYERS: usize = 1024;

/// Where the lowest layer ends, beyond which is the tail.
const EDGE: f64 = 4.038_849_846_109_504;

/// The density there, `exp(-EDGE^2 / 2)`.
const DENSITY_AT_EDGE: f64 = 2.869_639_270_833_274e-4;

/// The area of every layer, that of the lowest one with its tail. Edge and area were found with 50 digits, such that the
/// uppermost layer ends where the density is 1.
const AREA: f64 = 0.001_226_324_646_353_088;

/// Marsaglia and Tsang's ziggurat (2000, <https://doi.org/10.18637/jss.v005.i08>): the area under the density
/// `exp(-x^2 / 2)` cut into layers that are equally likely, so that a normal number is the abscissa of a random point of
/// a random layer. Layer `i` lies under `width[i]`; all of it that is nearer than `width[i + 1]` lies below the density.
///
/// Layer, place and sign come from different bits of a word, as Doornik asks for (2005, "An improved ziggurat method to
/// generate normal random samples"). The few words whose point may not lie below the density go on with the words of an
/// [`ElementRng`] of their own.
pub(super) struct Ziggurat {
    width: [f64; LAYERS + 1],
    /// The density at each width.
    density: [f64; LAYERS + 1],
}

/// The layers, which are the same for all.
pub(super) static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(Ziggurat::new);

impl Ziggurat {
    fn new() -> Self {
        let (mut width, mut density) = ([0.0; LAYERS + 1], [1.0; LAYERS + 1]);
        // The lowest layer is as wide as a rectangle of its area.
        (width[0], density[0]) = (AREA / DENSITY_AT_EDGE, 0.0);
        (width[1], density[1]) = (EDGE, DENSITY_AT_EDGE);
        for i in 2..LAYERS {
            density[i] = density[i - 1] + AREA / width[i - 1];
            width[i] = (-2.0 * ln(density[i])).sqrt();
        }
        Ziggurat { width, density }
    }

    /// Writes what `value` makes of the standard normal number of each word.
    #[inline(always)]
    pub(super) fn normal<T>(&self, words: &[u64; RUN], values: &mut [T; RUN], value: impl Fn(f64) -> T) {
        let (mut x, mut inner) = ([0.0; RUN], [0.0; RUN]);
        for i in 0..RUN {
            let layer = layer(words[i]);
            (x[i], inner[i]) = (self.width[layer], self.width[layer + 1]);
        }
        const { assert!(RUN as u32 <= u64::BITS, "a bit for each") };
        let mut outer = 0u64;
        for i in 0..RUN {
            let point = x[i] * place(words[i]);
            outer |= u64::from(point.abs() >= inner[i]) << i;
            values[i] = value(point);
        }
        while outer != 0 {
            let i = outer.trailing_zeros() as usize;
            values[i] = value(self.outer(words[i]));
            outer &= outer - 1;
        }
    }

    /// The standard normal number of a word whose point may lie above the density.
    #[cold]
    #[inline(never)]
    fn outer(&self, mut word: u64) -> f64 {
        let mut more = ElementRng::of_word(word);
        loop {
            let layer = layer(word);
            let x = self.width[layer] * place(word);
            if x.abs() < self.width[layer + 1] {
                return x;
            }
            if layer == 0 {
                return tail(&mut more).copysign(x);
            }
            let [low, high] = [self.density[layer], self.density[layer + 1]];
            let y = low + (high - low) * unit_f64(more.next_u64());
            // Whether `y` is less than the density at `x`.
            if -2.0 * ln(y) > x * x {
                return x;
            }
            word = more.next_u64();
        }
    }
}

/// The layer of a word: its last bits.
#[inline(always)]
fn layer(word: u64) -> usize {
    word as usize % LAYERS
}

/// Where in its layer a word lies, from -1 up to 1, exclusive: a multiple of 2^-51.
#[inline(always)]
fn place(word: u64) -> f64 {
    const TWO: u64 = 2f64.to_bits();
    f64::from_bits((word >> 12) | TWO) - 3.0
}

/// A number beyond the edge (Marsaglia 1964, "Generating a variable from the tail of the normal distribution").
fn tail(more: &mut ElementRng) -> f64 {
    loop {
        let [beyond, chance] = [(); 2].map(|()| -ln(positive(more.next_u64())));
        let beyond = beyond / EDGE;
        if 2.0 * chance > beyond * beyond {
            return EDGE + beyond;
        }
    }
}

/// `(ln((1 + s) / (1 - s)) / s - 2) / s^2` for `s` from 0 to 0.1716, in powers of `s^2`.
#[rustfmt::skip]
const LOGARITHM: [f64; 7] = [
    0.666_666_666_666_667, 0.399_999_999_998_990_05, 0.285_714_286_261_730_57,
    0.222_222_111_061_270_9, 0.181_828_910_050_497_7, 0.153_316_647_993_062_63,
    0.146_170_932_375_582_04,
];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_one_area() {
        let Ziggurat { width, density } = &*ZIGGURAT;
        for i in 1..LAYERS {
            let area = width[i] * (density[i + 1] - density[i]);
            assert!((area / AREA - 1.0).abs() < 1e-9, "layer {i} has the area {area}");
            assert!((density[i] - (-width[i] * width[i] / 2.0).exp()).abs() < 1e-14, "density at layer {i}");
        }
        // The rectangle of the lowest layer, and the tail: exp(-x^2 / 2) from the edge on, by its continued fraction.
        let fraction = (1..200).rev().fold(EDGE, |below, k| EDGE + f64::from(k) / below);
        let area = DENSITY_AT_EDGE * (EDGE + 1.0 / fraction);
        assert!((area / AREA - 1.0).abs() < 1e-12, "{area}");
    }
}
