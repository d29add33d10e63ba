//! Random bits as a function of a key and a counter.
//!
//! There is no state that moves on: the bits of a counter are found without those of any other, by a mixer that
//! spreads every bit of the counter over the whole word. It is Evensen's NASAM (2020,
//! <https://mostlymangling.blogspot.com/2020/01/nasam-not-another-strange-acronym-mixer.html>), which as published
//! passes PractRand to 2^42 bytes for counters under every rotation and bit reversal, with the two places for
//! constants that are discussed there given to a key: one before it, and one after the first product. For one key
//! it is a permutation of the 64-bit words. It needs two products, and nothing but shifts, sums and exclusive ors
//! besides, so that loops over it become vector code on every instruction set.

use rand::RngCore;
use rand::rand_core::impls::fill_bytes_via_next;

/// Which of 2^64 sequences of random words.
///
/// ```
/// use chunkwise_kernels::random::Key;
///
/// let (a, b) = (Key::new(1), Key::new(2));
/// assert_eq!(a.bits(1000), Key::new(1).bits(1000));
/// assert_ne!(a.bits(1000), b.bits(1000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    before: u64,
    between: u64,
}

impl Key {
    /// The sequence of this number. Numbers that are near each other give sequences that have nothing in common.
    #[inline]
    pub const fn new(number: u64) -> Key {
        // The first digits of pi, which nobody has chosen.
        const FIRST: Key = Key { before: 0x243F_6A88_85A3_08D3, between: 0x1319_8A2E_0370_7344 };
        const SECOND: Key = Key { before: 0xA409_3822_299F_31D0, between: 0x082E_FA98_EC4E_6C89 };
        Key { before: FIRST.bits(number), between: SECOND.bits(number) }
    }

    /// The word at a place of the sequence.
    #[inline(always)]
    pub const fn bits(self, counter: u64) -> u64 {
        let mut x = counter ^ self.before;
        x ^= x.rotate_right(25) ^ x.rotate_right(47);
        x = x.wrapping_mul(0x9E6C_63D0_676A_9A99).wrapping_add(self.between);
        x ^= (x >> 23) ^ (x >> 51);
        x = x.wrapping_mul(0x9E6D_62D0_6F6A_9A9B);
        x ^ (x >> 23) ^ (x >> 51)
    }

    /// Another sequence, for whoever needs a second word at each place.
    #[inline]
    pub(super) const fn other(self) -> Key {
        Key::new(self.bits(u64::MAX))
    }
}

/// A random number generator for one element of an array: as many words as a distribution asks for, which depend
/// on the key of the array and the index of the element alone.
///
/// ```
/// use chunkwise_kernels::random::{ElementRng, Key};
/// use rand::Rng;
///
/// let mut rng = ElementRng::new(Key::new(1), 10);
/// let (first, second): (f64, f64) = (rng.random(), rng.random());
/// assert_ne!(first, second);
/// assert_eq!(ElementRng::new(Key::new(1), 10).random::<f64>(), first);
/// ```
#[derive(Clone, Debug)]
pub struct ElementRng {
    key: Key,
    counter: u64,
}

impl ElementRng {
    /// The generator of the element at `index`.
    #[inline]
    pub const fn new(key: Key, index: u64) -> Self {
        Self::of_word(key.bits(index))
    }

    /// The generator of the element whose word this is.
    #[inline]
    pub(super) const fn of_word(word: u64) -> Self {
        ElementRng { key: Key::new(word), counter: 0 }
    }
}

impl RngCore for ElementRng {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(1);
        self.key.bits(self.counter)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        fill_bytes_via_next(self, bytes);
    }
}
