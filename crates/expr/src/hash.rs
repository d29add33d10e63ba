//! A fast hasher for the small keys of the optimiser. Not for keys that an adversary chooses.

use std::hash::{BuildHasherDefault, Hasher};

/// Multiplies and rotates, one step per word.
#[derive(Clone, Copy, Default)]
pub(crate) struct FastHasher(u64);

pub(crate) type BuildFast = BuildHasherDefault<FastHasher>;

/// An odd constant with well-spread bits: the fractional part of the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for FastHasher {
    fn finish(&self) -> u64 {
        // Tables take the high bits for their tags and the low ones for their buckets.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
