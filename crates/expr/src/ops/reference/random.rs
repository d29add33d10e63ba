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
        Distribution::Normal { mean, std } => Wide::Real(get(mean) + get(std) * deviate(word)),
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

/// The normal number that a word stands for: a point of a random one of 1024 layers of the same area under the density
/// (Marsaglia and Tsang's ziggurat, 2000), with further words where the first point lies above it.
fn deviate(word: u64) -> f64 {
    let density = |x: f64| (-x * x / 2.0).exp();
    let (edge, area) = (4.038_849_846_109_504, 0.001_226_324_646_353_088);
    // Widths of the layers from the lowest one up, at each of which the next begins.
    let mut widths = vec![area / density(edge), edge];
    let mut reached = density(edge);
    for _ in 2..1024 {
        reached += area / widths[widths.len() - 1];
        widths.push((-2.0 * reached.ln()).sqrt());
    }
    widths.push(0.0);
    let mut more = Words { sequence: Sequence::numbered(word), taken: 0 };
    let mut word = word;
    loop {
        let layer = (word % 1024) as usize;
        let place = (word >> 12) as f64 / 2f64.powi(51) - 1.0;
        let x = widths[layer] * place;
        if x.abs() < widths[layer + 1] {
            return x;
        }
        if layer == 0 {
            loop {
                let [beyond, chance] =
                    [(); 2].map(|()| -(((more.next_u64() >> 1) as f64 + 0.5) / 2f64.powi(63)).ln());
                let beyond = beyond / edge;
                if 2.0 * chance > beyond * beyond {
                    return if x < 0.0 { -edge - beyond } else { edge + beyond };
                }
            }
        }
        let [low, high] = [density(widths[layer]), density(widths[layer + 1])];
        let fraction = (more.next_u64() >> 11) as f64 / 2f64.powi(53);
        if low + (high - low) * fraction < density(x) {
            return x;
        }
        word = more.next_u64();
    }
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
