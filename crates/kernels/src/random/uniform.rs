//! Random words to floats and integers: without branches, so that loops become vector code.

/// A float from 0 up to 1, exclusive: a multiple of 2^-53.
#[inline(always)]
pub(super) fn unit_f64(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A float from 0 up to 1, exclusive: a multiple of 2^-24.
#[inline(always)]
pub(super) fn unit_f32(bits: u64) -> f32 {
    // Conversions of signed integers are single instructions everywhere.
    ((bits >> 40) as u32).cast_signed() as f32 * (1.0 / (1u32 << 24) as f32)
}

/// A float above 0, at most 1, as fine near 0 as floats are: an odd multiple of 2^-64, rounded.
#[inline(always)]
pub(super) fn positive(bits: u64) -> f64 {
    ((bits >> 1) as f64 + 0.5) * (1.0 / (1u64 << 63) as f64)
}

/// A number below `count` from one word, by Lemire's product (2019, <https://doi.org/10.1145/3230636>) without its
/// rejection: probabilities are off by less than 2^-64.
#[inline(always)]
pub(super) fn below_u32(bits: u64, count: u32) -> u64 {
    // The upper half of a product of 64 by 32 bits, from products of 32 by 32 bits, which vectors have.
    let count = u64::from(count);
    ((bits >> 32) * count + (((bits & u64::from(u32::MAX)) * count) >> 32)) >> 32
}

/// A number below `count`, which is at most 2^12, from half a word, in the same way. Probabilities are off by less than
/// 2^-32, a millionth of themselves at most: more than 10^15 draws would not show it.
#[inline(always)]
pub(super) fn below_few(half: u32, count: u32) -> u64 {
    (u64::from(half) * u64::from(count)) >> 32
}

/// A number up to `last` from the 128 bits of two words; `last` is less than the largest. Probabilities are off by
/// less than 2^-128.
#[inline(always)]
pub(super) fn up_to(bits: [u64; 2], last: u64) -> u64 {
    let count = u128::from(last) + 1;
    ((u128::from(bits[0]) * count + ((u128::from(bits[1]) * count) >> 64)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_stay_in_their_interval() {
        assert_eq!((unit_f64(0), unit_f64(u64::MAX)), (0.0, 1.0f64.next_down()));
        assert_eq!((unit_f32(0), unit_f32(u64::MAX)), (0.0, 1.0f32.next_down()));
        assert_eq!((positive(0), positive(u64::MAX)), (2f64.powi(-64), 1.0));
    }

    #[test]
    fn products_are_those_of_wide_integers() {
        let words = [0, 1, u64::MAX, 1 << 63, 0x1234_5678_9ABC_DEF0, u64::from(u32::MAX), 1 << 32];
        for bits in words {
            for count in [1, 2, 3, 100, 1 << 16, u32::MAX - 1, u32::MAX] {
                let expected = (u128::from(bits) * u128::from(count)) >> 64;
                assert_eq!(u128::from(below_u32(bits, count)), expected, "{bits:#x} below {count}");
            }
            for last in [0, 1, 99, 1 << 40, u64::MAX - 1] {
                let expected = (u128::from(bits) * (u128::from(last) + 1)) >> 64;
                assert_eq!(u128::from(up_to([bits, 0], last)), expected, "{bits:#x} up to {last}");
                assert!(up_to([bits, u64::MAX], last) <= last);
            }
        }
        // A sum that carries from the second word.
        assert_eq!((up_to([u64::MAX / 3, 0], 2), up_to([u64::MAX / 3, u64::MAX], 2)), (0, 1));
    }
}
