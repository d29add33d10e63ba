//! The positions of elements in order.
//!
//! Key and position are packed into one integer, so that a fast sort that is not stable gives what a stable one would.

use super::key::{Key, Ranked};

/// A key above a position.
trait Packed: Copy + Ord {
    fn pack(key: u64, position: usize) -> Self;
    fn position(self) -> i64;
}

/// For keys of up to 32 bits, and as many positions.
impl Packed for u64 {
    #[inline(always)]
    fn pack(key: u64, position: usize) -> Self {
        key << 32 | position as u64
    }

    #[inline(always)]
    fn position(self) -> i64 {
        (self & u64::from(u32::MAX)) as i64
    }
}

impl Packed for u128 {
    #[inline(always)]
    fn pack(key: u64, position: usize) -> Self {
        u128::from(key) << 64 | position as u128
    }

    #[inline(always)]
    fn position(self) -> i64 {
        self as u64 as i64
    }
}

/// Writes the positions of all elements in ascending order, those of equal elements ascending.
pub(super) fn sort<T: Ranked>(elements: &[T], out: &mut [i64]) {
    top(elements, false, out);
}

/// Writes the positions of as many of the largest elements, the largest first, or of the smallest, the smallest first;
/// those of equal elements ascending.
pub(super) fn top<T: Ranked>(elements: &[T], largest: bool, out: &mut [i64]) {
    if size_of::<T::Key>() <= 4 && u32::try_from(elements.len()).is_ok() {
        packed::<T, u64>(elements, largest, out);
    } else {
        packed::<T, u128>(elements, largest, out);
    }
}

fn packed<T: Ranked, P: Packed>(elements: &[T], largest: bool, out: &mut [i64]) {
    let key = |element: &T| {
        let key = element.equal_key();
        if largest { key.reversed() } else { key }
    };
    let mut packed: Vec<P> =
        elements.iter().enumerate().map(|(i, element)| P::pack(key(element).into(), i)).collect();
    if out.len() < packed.len() {
        packed.select_nth_unstable(out.len());
        packed.truncate(out.len());
    }
    packed.sort_unstable();
    out.iter_mut().zip(packed).for_each(|(out, packed)| *out = packed.position());
}
