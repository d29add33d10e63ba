//! Free small chunks, kept by the thread that freed them.
//!
//! States of reductions, blocks of a few elements: allocators take their time over memory that is aligned more strictly
//! than any type asks for, which is longer than the work on such a block.

use std::cell::RefCell;

use super::chunk::Chunk;

/// The largest chunk that is kept.
pub(super) const LARGEST: usize = 4 << 10;

/// The smallest: two cache lines.
const SMALLEST: usize = 128;

/// Powers of two from [`SMALLEST`] to [`LARGEST`].
const CLASSES: usize = (LARGEST.ilog2() - SMALLEST.ilog2()) as usize + 1;

/// Chunks of a class that a thread keeps, at most.
const KEPT: usize = 8;

thread_local! {
    static FREE: RefCell<[Vec<Chunk>; CLASSES]> = const { RefCell::new([const { Vec::new() }; CLASSES]) };
}

/// The class of chunks of at least this many bytes, which are at most [`LARGEST`], and their capacity.
fn class_of(bytes: usize) -> (usize, usize) {
    let capacity = bytes.next_power_of_two().max(SMALLEST);
    ((capacity.ilog2() - SMALLEST.ilog2()) as usize, capacity)
}

/// A chunk of at least this many bytes.
pub(super) fn take(bytes: usize) -> Chunk {
    let (class, capacity) = class_of(bytes);
    // While a thread ends, it keeps nothing any more.
    let kept = FREE.try_with(|free| free.borrow_mut()[class].pop()).ok().flatten();
    kept.unwrap_or_else(|| Chunk::new(capacity))
}

/// Takes a chunk back, which must have come from [`take`].
pub(super) fn give(chunk: Chunk) {
    let (class, capacity) = class_of(chunk.capacity());
    debug_assert_eq!(capacity, chunk.capacity());
    let _ = FREE.try_with(|free| {
        let free = &mut free.borrow_mut()[class];
        if free.len() < KEPT {
            free.push(chunk);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_as_large_as_asked_for_and_come_back() {
        for bytes in [0, 1, 127, 128, 129, 1000, LARGEST - 1, LARGEST] {
            let chunk = take(bytes);
            assert!(chunk.capacity() >= bytes && chunk.capacity() <= LARGEST);
            let ptr = chunk.ptr();
            give(chunk);
            assert_eq!(take(bytes).ptr(), ptr, "the last one that was given back");
        }
    }

    #[test]
    fn a_thread_keeps_a_few() {
        let chunks: Vec<Chunk> = (0..3 * KEPT).map(|_| take(300)).collect();
        chunks.into_iter().for_each(give);
        assert_eq!(FREE.with(|free| free.borrow()[class_of(300).0].len()), KEPT);
    }
}
