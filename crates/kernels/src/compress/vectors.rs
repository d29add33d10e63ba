//! Compressing a vector at a time.
//!
//! Every loop looks at one word of the mask after the other and leaves what is less than a word. It tells how many
//! elements it has taken and how many it has seen.

use std::arch::x86_64::*;

/// # Safety
/// As for [`Compress::run`](super::Compress::run), elements of `SIZE` bytes. The processor must have AVX-512 F and BW.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx512cd,avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn avx512<const SIZE: usize>(
    src: *const u8,
    mask: *const u8,
    len: usize,
    dst: *mut u8,
) -> (usize, usize) {
    let lanes = lanes_of_512::<SIZE>();
    let seen = len / 64 * 64;
    let mut taken = 0;
    for word in (0..seen).step_by(64) {
        // SAFETY: 64 bytes of the mask, and as many elements; a vector is stored at or before the place that it was
        // loaded from, seen from the beginning of each.
        unsafe {
            let bytes = _mm512_loadu_si512(mask.add(word).cast());
            let mut bits = _mm512_test_epi8_mask(bytes, bytes);
            for at in (word..word + 64).step_by(lanes) {
                let few = bits & (u64::MAX >> (64 - lanes));
                compress_512::<SIZE>(src.add(at * SIZE), few as u16, dst.add(taken * SIZE));
                taken += few.count_ones() as usize;
                bits >>= lanes;
            }
        }
    }
    (taken, seen)
}

/// Elements that are compressed at once; those of less than 4 bytes are widened to 4 for it.
const fn lanes_of_512<const SIZE: usize>() -> usize {
    if SIZE < 4 { 16 } else { 64 / SIZE }
}

/// Compresses one vector by the lowest bits of `bits`.
///
/// # Safety
/// A vector must be readable at `src` and writable at `dst`.
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx512cd,avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn compress_512<const SIZE: usize>(src: *const u8, bits: u16, dst: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe {
        match SIZE {
            1 => {
                let wide = _mm512_cvtepu8_epi32(_mm_loadu_si128(src.cast()));
                _mm_storeu_si128(dst.cast(), _mm512_cvtepi32_epi8(_mm512_maskz_compress_epi32(bits, wide)));
            }
            2 => {
                let wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(src.cast()));
                _mm256_storeu_si256(
                    dst.cast(),
                    _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(bits, wide)),
                );
            }
            4 => {
                let all = _mm512_loadu_si512(src.cast());
                _mm512_storeu_si512(dst.cast(), _mm512_maskz_compress_epi32(bits, all));
            }
            _ => {
                // Elements of 16 bytes are two of 8, and have two bits.
                let bits = if SIZE == 8 { bits as u8 } else { 3 * _pdep_u32(bits.into(), 0b0101_0101) as u8 };
                let all = _mm512_loadu_si512(src.cast());
                _mm512_storeu_si512(dst.cast(), _mm512_maskz_compress_epi64(bits, all));
            }
        }
    }
}

/// # Safety
/// As for [`Compress::run`](super::Compress::run), elements of `SIZE` bytes, 4 or 8. The processor must have AVX2.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn avx2<const SIZE: usize>(
    src: *const u8,
    mask: *const u8,
    len: usize,
    dst: *mut u8,
) -> (usize, usize) {
    let lanes = 32 / SIZE;
    let seen = len / 32 * 32;
    let mut taken = 0;
    for word in (0..seen).step_by(32) {
        // SAFETY: as in `avx512`, with vectors of 32 bytes.
        unsafe {
            let zero = _mm256_cmpeq_epi8(_mm256_loadu_si256(mask.add(word).cast()), _mm256_setzero_si256());
            let mut bits = !_mm256_movemask_epi8(zero).cast_unsigned();
            for at in (word..word + 32).step_by(lanes) {
                let few = bits as usize & ((1 << lanes) - 1);
                let order = if SIZE == 4 { &ORDERS_OF_4_BYTES[few] } else { &ORDERS_OF_8_BYTES[few] };
                let order = _mm256_loadu_si256(order.as_ptr().cast());
                let all = _mm256_loadu_si256(src.add(at * SIZE).cast());
                _mm256_storeu_si256(dst.add(taken * SIZE).cast(), _mm256_permutevar8x32_epi32(all, order));
                taken += few.count_ones() as usize;
                bits >>= lanes;
            }
        }
    }
    (taken, seen)
}

/// For every mask of some lanes, the order that moves those that stay to the front: of each 4 bytes, from where.
static ORDERS_OF_4_BYTES: [[u32; 8]; 256] = orders(1);
static ORDERS_OF_8_BYTES: [[u32; 8]; 16] = orders(2);

/// Orders of lanes of `words` times 4 bytes each.
const fn orders<const N: usize>(words: usize) -> [[u32; 8]; N] {
    let mut orders = [[0; 8]; N];
    let mut bits = 0;
    while bits < N {
        let (mut to, mut lane) = (0, 0);
        while lane < 8 / words {
            let mut word = 0;
            while word < words && bits >> lane & 1 == 1 {
                orders[bits][to] = (lane * words + word) as u32;
                to += 1;
                word += 1;
            }
            lane += 1;
        }
        bits += 1;
    }
    orders
}
