use super::*;

/// Elements that tell their places, a mask of some density, and what is left of the elements.
fn case(size: usize, len: usize, one_in: u64) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut state = 0x9E37_79B9_7F4A_7C15 ^ (len as u64) << 8 ^ one_in;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let src: Vec<u8> = (0..len * size).map(|_| word() as u8).collect();
    // Whatever is not zero is true.
    let mask: Vec<u8> = (0..len).map(|_| if word() % one_in == 0 { word() as u8 | 1 } else { 0 }).collect();
    let left = src.chunks(size).zip(&mask).filter(|(_, taken)| **taken != 0).flat_map(|(x, _)| x.to_vec());
    let left = left.collect();
    (src, mask, left)
}

#[test]
fn what_the_mask_takes_is_moved_in_order_on_every_instruction_set() {
    for isa in Isa::available() {
        for size in [1, 2, 4, 8, 16] {
            let compress = Compress::new(size, isa);
            for len in [0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 1000, 1024] {
                for one_in in [1, 2, 7, 1_000_000] {
                    let (src, mask, left) = case(size, len, one_in);
                    // Nothing is written beyond as many elements as there are.
                    let mut dst = vec![0xA5u8; (len + 8) * size];
                    // SAFETY: both sources have `len` elements, and the destination more.
                    let taken = unsafe { compress.run(src.as_ptr(), mask.as_ptr(), len, dst.as_mut_ptr()) };
                    assert_eq!(taken * size, left.len(), "{isa:?} {size} {len} {one_in}");
                    assert_eq!(dst[..left.len()], left, "{isa:?} {size} {len} {one_in}");
                    assert!(dst[len * size..].iter().all(|&byte| byte == 0xA5), "{isa:?} {size} {len}");
                }
            }
        }
    }
}

#[test]
fn the_number_of_elements_is_that_of_one_tile() {
    let compress = Compress::new(8, Isa::detect());
    assert_eq!(compress.size(), 8);
    let (src, mask) = ([1u64, 2, 3], [1u8, 0, 1]);
    let mut dst = [0u64; 3];
    for _ in 0..2 {
        // SAFETY: all have three elements.
        let taken = unsafe { compress.run(src.as_ptr().cast(), mask.as_ptr(), 3, dst.as_mut_ptr().cast()) };
        assert_eq!((taken, &dst[..2]), (2, &[1, 3][..]));
    }
}
