//! One random permutation of any number of places, each place found without the others.

use rand::RngCore;

use super::bits::{ElementRng, Key};
use super::uniform::below_u32;

/// A random permutation of `0..len`.
///
/// Few places are shuffled by Fisher and Yates, so that every order is as likely as any other. Many are permuted
/// by a Feistel network over the next power of two, entered again until the result is a place (Black and Rogaway
/// 2002, "Ciphers with arbitrary finite domains"); that takes two turns at most on average.
pub(super) enum Permutation {
    Shuffled(Vec<u16>),
    Network { key: Key, len: u64, high: u32, low: u32 },
}

impl Permutation {
    /// So many places are shuffled.
    const FEW: u64 = 1 << 12;
    const ROUNDS: u64 = 12;

    /// The permutation of this key; `len` is not zero.
    pub(super) fn new(key: Key, len: u64) -> Self {
        if len <= Self::FEW {
            let mut places: Vec<u16> = (0..len as u16).collect();
            let mut rng = ElementRng::new(key, len);
            for i in (1..places.len()).rev() {
                places.swap(i, below_u32(rng.next_u64(), i as u32 + 1) as usize);
            }
            return Permutation::Shuffled(places);
        }
        let bits = u64::BITS - (len - 1).leading_zeros();
        Permutation::Network { key, len, high: bits / 2, low: bits - bits / 2 }
    }

    /// Where `index` goes. Indices are taken modulo the number of places.
    pub(super) fn place(&self, index: u64) -> u64 {
        match self {
            Permutation::Shuffled(places) => places[(index % places.len() as u64) as usize].into(),
            &Permutation::Network { key, len, high, low } => {
                let mut place = index % len;
                loop {
                    place = network(key, high, low, place);
                    if place < len {
                        return place;
                    }
                }
            }
        }
    }
}

/// A permutation of the numbers of `high + low` bits. Each half is changed in turn by what the other one is.
fn network(key: Key, high: u32, low: u32, number: u64) -> u64 {
    let mask = |bits: u32| (1u64 << bits) - 1;
    // Halves have at most 32 bits, which leaves room for the round.
    let word = |round: u64, half: u64| key.bits(round << 40 | half);
    let (mut left, mut right) = (number >> low, number & mask(low));
    for round in (0..Permutation::ROUNDS).step_by(2) {
        left ^= word(round, right) & mask(high);
        right ^= word(round + 1, left) & mask(low);
    }
    left << low | right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_taken_once() {
        for len in [1, 2, 3, 10, 4095, 4096, 4097, 5000, 8192, 8193, (1 << 16) + 1] {
            for key in 0..3 {
                let permutation = Permutation::new(Key::new(key), len);
                let mut places: Vec<u64> = (0..len).map(|i| permutation.place(i)).collect();
                assert!(len < 10 || !places.is_sorted());
                assert_eq!(permutation.place(len), places[0]);
                places.sort_unstable();
                assert!(places.iter().copied().eq(0..len), "{len} places");
            }
        }
    }

    #[test]
    fn the_largest_permutation_stays_within_its_places() {
        for len in [u64::from(u32::MAX) + 2, (1 << 62) + 1, i64::MAX as u64] {
            let permutation = Permutation::new(Key::new(1), len);
            assert!((0..1000).all(|i| permutation.place(len - 1 - i) < len));
        }
    }

    /// All orders of few places are as likely, and in long permutations all places of an index and of its
    /// neighbour relative to it.
    #[test]
    fn orders_and_places_are_as_likely_as_they_should_be() {
        let mut orders = [0u32; 120];
        for key in 0..120_000 {
            let permutation = Permutation::new(Key::new(key), 5);
            let places: Vec<u64> = (0..5).map(|i| permutation.place(i)).collect();
            let rank = (0..5).fold(0, |rank, i| {
                rank * (5 - i) + places[i + 1..].iter().filter(|&&p| p < places[i]).count()
            });
            orders[rank] += 1;
        }
        assert_uniform(&orders, 1000.0);

        let len = 5000;
        let (mut first, mut apart) = ([0u32; 100], [0u32; 100]);
        for key in 0..100_000 {
            let permutation = Permutation::new(Key::new(key), len);
            let (a, b) = (permutation.place(0), permutation.place(1));
            first[(a / 50) as usize] += 1;
            apart[((b + len - a) % len / 50) as usize] += 1;
        }
        assert_uniform(&first, 1000.0);
        // The neighbour is never at the same place, so that the first class is smaller by a fiftieth.
        apart[0] += apart[1] / 50;
        assert_uniform(&apart, 1000.0);
    }

    /// Pearson's statistic is within five standard deviations of its mean.
    fn assert_uniform(counts: &[u32], expected: f64) {
        let statistic: f64 = counts.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        let freedom = (counts.len() - 1) as f64;
        assert!((statistic - freedom).abs() < 5.0 * (2.0 * freedom).sqrt(), "{statistic} of {freedom}");
    }
}
