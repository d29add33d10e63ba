//! Draws, by the definition of the generator in wide integers.

use chunkwise_core::{DType, Scalar};
use chunkwise_kernels::Op;
use chunkwise_kernels::random::{Distribution, Draw, Parameter};
use rand::RngCore;
use rand::rand_core::impls::fill_bytes_via_next;
use rand_distr::Distribution as _;

use super::Wide;

/// What an index draws.
pub(in crate::ops) fn draw(op: &Op, operands: &[Scalar]) -> Option<Scalar> {
    let &Op::Draw(Draw { key, dtype, distribution }) = op else { return None };
    let index = operands[0].get::<i64>()? as u64;
    let sequence = Sequence::numbered(key);
    let word = sequence.word(index);
    let mut words = Words { sequence: Sequence::numbered(word), taken: 0 };
    let get = Parameter::get;
    let value = match distribution {
        Distribution::Uniform { low, high } if dtype == DType::F32 => {
            let (low, high) = (get(low) as f32, get(high) as f32);
            let value = low + (high - low) * ((word >> 40) as f32 / 2f32.powi(24));
            Wide::Real(if value < high { value } else { high.next_down() }.into())
        }
        Distribution::Uniform { low, high } => {
            let (low, high) = (get(low), get(high));
            let value = low + (high - low) * ((word >> 11) as f64 / 2f64.powi(53));
            Wide::Real(if value < high { value } else { high.next_down() })
        }
        Distribution::Integers { low, span } if span < 4096 => {
            // Of each 64 elements, the last 32 have the upper halves of the words whose lower halves the others have.
            let (run, place) = (index / 64, index % 64);
            let word = sequence.word(32 * run + place % 32);
            let half = if place < 32 { word % (1 << 32) } else { word >> 32 };
            Wide::Int(i128::from(low) + i128::from(half * (span + 1) / (1 << 32)))
        }
        Distribution::Integers { low, span } => {
            // Only many integers use a second word.
            let second = Sequence::numbered(sequence.word(u64::MAX)).word(index);
            let second = if span < u64::from(u32::MAX) { 0 } else { second };
            let count = u128::from(span) + 1;
            let offset = (u128::from(word) * count + ((u128::from(second) * count) >> 64)) >> 64;
            Wide::Int(i128::from(low) + offset as i128)
        }
        Distribution::Bernoulli { probability } => {
            Wide::Bool((word >> 11) as f64 / 2f64.powi(53) < get(probability))
        }
        Distribution::Normal { mean, std } => Wide::Real(get(mean) + get(std) * quantile(word)),
        Distribution::Exponential { scale } => {
            let u = ((word >> 1) as f64 + 0.5) / 2f64.powi(63);
            Wide::Real(-get(scale) * u.ln() + 0.0)
        }
        Distribution::Gamma { shape, scale } => {
            Wide::Real(rand_distr::Gamma::new(get(shape), get(scale)).ok()?.sample(&mut words))
        }
        Distribution::Beta { alpha, beta } => {
            Wide::Real(rand_distr::Beta::new(get(alpha), get(beta)).ok()?.sample(&mut words))
        }
        Distribution::StudentT { freedom } => {
            Wide::Real(rand_distr::StudentT::new(get(freedom)).ok()?.sample(&mut words))
        }
        Distribution::Poisson { rate } if get(rate) == 0.0 => Wide::Int(0),
        Distribution::Poisson { rate } => {
            Wide::Real(rand_distr::Poisson::new(get(rate)).ok()?.sample(&mut words))
        }
        Distribution::Binomial { trials, probability } => {
            let binomial = rand_distr::Binomial::new(trials, get(probability)).ok()?;
            Wide::Int(binomial.sample(&mut words).into())
        }
        Distribution::Geometric { probability } => {
            let geometric = rand_distr::Geometric::new(get(probability)).ok()?;
            Wide::Int(geometric.sample(&mut words).min(i64::MAX as u64).into())
        }
        Distribution::Permutation { len } => Wide::Int(place(sequence, len, index % len).into()),
    };
    Some(value.narrow(dtype))
}

/// A sequence of words: two constants of the mixer.
#[derive(Clone, Copy)]
struct Sequence(u64, u64);

impl Sequence {
    fn numbered(number: u64) -> Self {
        let first = Sequence(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344);
        let second = Sequence(0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89);
        Sequence(first.word(number), second.word(number))
    }

    /// Evensen's NASAM, modulo 2^64, of a counter changed by the constants.
    fn word(self, counter: u64) -> u64 {
        const MODULUS: u128 = 1 << 64;
        let mut x = u128::from(counter ^ self.0);
        let twice = x + x * MODULUS;
        x ^= ((twice >> 25) % MODULUS) ^ ((twice >> 47) % MODULUS);
        x = (x * 0x9E6C_63D0_676A_9A99 % MODULUS + u128::from(self.1)) % MODULUS;
        x ^= (x / (1 << 23)) ^ (x / (1 << 51));
        x = x * 0x9E6D_62D0_6F6A_9A9B % MODULUS;
        x ^= (x / (1 << 23)) ^ (x / (1 << 51));
        x as u64
    }
}

/// The words of one element, from number one on.
struct Words {
    sequence: Sequence,
    taken: u64,
}

impl RngCore for Words {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.taken += 1;
        self.sequence.word(self.taken)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        fill_bytes_via_next(self, bytes);
    }
}

/// The normal quantile that a word stands for: Wichura's PPND16 (1988, algorithm AS 241), good to 16 digits.
fn quantile(word: u64) -> f64 {
    #[rustfmt::skip]
    const CENTRE: [[f64; 8]; 2] = [
        [3.387_132_872_796_366_5, 133.141_667_891_784_38, 1_971.590_950_306_551_3, 13_731.693_765_509_46,
            45_921.953_931_549_87, 67_265.770_927_008_7, 33_430.575_583_588_13, 2_509.080_928_730_122_7],
        [1.0, 42.313_330_701_600_91, 687.187_007_492_057_9, 5_394.196_021_424_751,
            21_213.794_301_586_597, 39_307.895_800_092_71, 28_729.085_735_721_943, 5_226.495_278_852_854],
    ];
    #[rustfmt::skip]
    const TAIL: [[f64; 8]; 2] = [
        [1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
            1.270_458_252_452_368_4, 0.241_780_725_177_450_6, 0.022_723_844_989_269_184, 7.745_450_142_783_414e-4],
        [1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 0.689_767_334_985_1,
            0.148_103_976_427_480_08, 0.015_198_666_563_616_457, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9],
    ];
    #[rustfmt::skip]
    const FAR_TAIL: [[f64; 8]; 2] = [
        [6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 0.296_560_571_828_504_87,
            0.026_532_189_526_576_124, 1.242_660_947_388_078_4e-3, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7],
        [1.0, 0.599_832_206_555_887_9, 0.136_929_880_922_735_8, 0.014_875_361_290_850_615,
            7.868_691_311_456_133e-4, 1.846_318_317_510_054_8e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15],
    ];
    let ratio = |[over, under]: [[f64; 8]; 2], r: f64| {
        let sum = |terms: [f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * r + term);
        sum(over) / sum(under)
    };
    let probability = ((word % (1 << 63)) as f64 + 0.5) / 2f64.powi(64);
    let from_half = 0.5 - probability;
    let root = (-probability.ln()).sqrt();
    let deviate = if from_half <= 0.425 {
        from_half * ratio(CENTRE, 0.180_625 - from_half * from_half)
    } else if root <= 5.0 {
        ratio(TAIL, root - 1.6)
    } else {
        ratio(FAR_TAIL, root - 5.0)
    };
    if word >> 63 == 1 { -deviate } else { deviate }
}

/// Where an index goes in the permutation of a sequence.
fn place(sequence: Sequence, len: u64, index: u64) -> u64 {
    if len <= 4096 {
        let mut words = Words { sequence: Sequence::numbered(sequence.word(len)), taken: 0 };
        let mut places: Vec<u64> = (0..len).collect();
        for last in (1..places.len()).rev() {
            let other = (u128::from(words.next_u64()) * (last as u128 + 1)) >> 64;
            places.swap(last, other as usize);
        }
        return places[index as usize];
    }
    let bits = (0..64).find(|&bits| len <= 1 << bits).expect("less than 2^63 places");
    let (high, low) = (1u64 << (bits / 2), 1u64 << (bits - bits / 2));
    let mut number = index;
    loop {
        let (mut left, mut right) = (number / low, number % low);
        for round in 0..12 {
            let word = |half: u64| sequence.word((round << 40) + half);
            if round % 2 == 0 {
                left ^= word(right) % high;
            } else {
                right ^= word(left) % low;
            }
        }
        number = left * low + right;
        if number < len {
            return number;
        }
    }
}
