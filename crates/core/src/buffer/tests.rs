use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::Buffer;
use super::chunk::Chunk;
use super::pool::{Pool, PoolStats};
use crate::DType;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Writes and reads back both ends.
fn touch(buffer: &Buffer) {
    if buffer.bytes() > 0 {
        let last = buffer.as_mut_ptr().wrapping_add(buffer.bytes() - 1);
        // SAFETY: both are within the buffer, which the test holds alone.
        unsafe {
            buffer.as_mut_ptr().write(1);
            last.write(2);
            assert_eq!(last.read(), 2);
        }
    }
}

#[test]
fn buffers_have_the_bytes_asked_for_and_are_aligned() {
    for bytes in [0, 1, 63, 64, 4095, 4096, 4097, 5000, 100_000, MIB, 2 * MIB, 2 * MIB + 1, 5 * MIB, 70 * MIB]
    {
        let buffer = Buffer::uninit(bytes);
        assert_eq!(buffer.bytes(), bytes);
        assert!(buffer.is_pooled());
        let align = if bytes >= 2 * MIB { 2 * MIB } else { 64 };
        assert_eq!(buffer.as_ptr() as usize % align, 0, "{bytes}");
        touch(&buffer);
    }
}

#[test]
fn a_freed_chunk_is_the_next_one_of_its_class() {
    let pool = Pool::new(MIB, 2 * MIB);
    let chunk = pool.take(100 * KIB);
    assert_eq!(chunk.capacity(), 112 * KIB);
    let at = chunk.ptr();
    pool.give(chunk);
    assert_eq!(pool.stats(), PoolStats { used: 0, free: 112 * KIB, reused: 0, fresh: 1 });
    let other = pool.take(50 * KIB);
    assert_ne!(other.ptr(), at);
    let again = pool.take(97 * KIB);
    assert_eq!(again.ptr(), at);
    assert_eq!(pool.stats(), PoolStats { used: (112 + 56) * KIB, free: 0, reused: 1, fresh: 2 });
    pool.give(again);
    pool.give(other);
    assert_eq!(pool.stats().used, 0);
    assert_eq!(pool.trim(), (112 + 56) * KIB);
    assert_eq!(pool.stats().free, 0);
    assert_eq!(pool.trim(), 0);
}

#[test]
fn the_pool_keeps_no_small_and_no_huge_buffers() {
    let pool = Pool::new(MIB, 2 * MIB);
    // Threads keep the small ones, in powers of two.
    for (bytes, capacity) in [(0, 128), (1, 128), (300, 512), (4096, 4096), (64 * MIB + 1, 64 * MIB + 1)] {
        let chunk = pool.take(bytes);
        assert_eq!(chunk.capacity(), capacity);
        pool.give(chunk);
        assert_eq!((pool.stats().used, pool.stats().free), (0, 0));
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let pool = Pool::new(64 * KIB, 256 * KIB);
    let chunks: Vec<Chunk> = (0..100).map(|_| pool.take(16 * KIB)).collect();
    assert_eq!(pool.stats().used, 1600 * KIB);
    chunks.into_iter().for_each(|chunk| pool.give(chunk));
    // Four in this thread's shard, sixteen on the shared lists.
    assert_eq!(pool.stats(), PoolStats { used: 0, free: (64 + 256) * KIB, reused: 0, fresh: 100 });
    // Chunks of another size push them out, the shard's and then the shared ones.
    let chunks: Vec<Chunk> = (0..100).map(|_| pool.take(8 * KIB)).collect();
    chunks.into_iter().for_each(|chunk| pool.give(chunk));
    assert_eq!(pool.stats().free, (64 + 256) * KIB);
    let chunks: Vec<Chunk> = (0..40).map(|_| pool.take(8 * KIB)).collect();
    assert_eq!(pool.stats().reused, 40);
    drop(chunks);
    // One that is larger than all that may be kept.
    let large = pool.take(512 * KIB);
    pool.give(large);
    assert_eq!(pool.stats().free, 0);
}

#[test]
fn memory_freed_elsewhere_comes_round() {
    let pool = Pool::new(64 * KIB, MIB);
    let chunks: Vec<Chunk> = (0..20).map(|_| pool.take(32 * KIB)).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| chunks.into_iter().for_each(|chunk| pool.give(chunk)));
    });
    // All but what the other thread keeps for itself.
    let _chunks: Vec<Chunk> = (0..20).map(|_| pool.take(32 * KIB)).collect();
    assert_eq!((pool.stats().reused, pool.stats().fresh), (18, 22));
}

#[test]
fn threads_never_share_a_chunk() {
    let pool = Pool::new(128 * KIB, MIB);
    let rounds = if cfg!(miri) { 20 } else { 2000 };
    std::thread::scope(|scope| {
        for thread in 0..4u8 {
            let pool = &pool;
            scope.spawn(move || {
                let mut held: Vec<Chunk> = Vec::new();
                for round in 0..rounds {
                    let chunk = pool.take((4 + round % 7 * 5) * KIB + 1);
                    // SAFETY: every chunk here has more than 4 KiB, and is this thread's alone.
                    unsafe { chunk.ptr().write_bytes(thread, 4 * KIB) };
                    held.push(chunk);
                    if held.len() > 5 {
                        let chunk = held.swap_remove(round % 5);
                        // SAFETY: written above.
                        let bytes = unsafe { std::slice::from_raw_parts(chunk.ptr().as_ptr(), 4 * KIB) };
                        assert!(bytes.iter().all(|&byte| byte == thread));
                        pool.give(chunk);
                    }
                    if round % 500 == 499 {
                        pool.trim();
                    }
                }
                held.into_iter().for_each(|chunk| pool.give(chunk));
            });
        }
    });
    assert_eq!(pool.stats().used, 0);
    assert_eq!(pool.stats().free, pool.trim());
}

proptest! {
    #[test]
    fn classes_waste_at_most_a_quarter(bytes in 4097usize..64 * MIB) {
        let (class, capacity) = super::pool::class_of(bytes).unwrap();
        prop_assert!(capacity >= bytes && capacity <= bytes + bytes / 4);
        // A chunk goes back to the class it came from, and the next class is the next larger one.
        prop_assert_eq!(super::pool::class_of(capacity), Some((class, capacity)));
        if capacity < 64 * MIB {
            let (next, larger) = super::pool::class_of(capacity + 1).unwrap();
            prop_assert!(next == class + 1 && larger > capacity);
        }
    }
}

#[test]
fn a_vec_goes_to_its_own_type_only() {
    for len in [0, 1, 1000, 700_000] {
        let buffer = Buffer::vec(DType::F64, len);
        assert_eq!((buffer.bytes(), buffer.is_pooled()), (len * 8, false));
        for i in 0..len {
            // SAFETY: within the buffer, which is aligned for f64 and held here alone.
            unsafe { buffer.as_mut_ptr().cast::<f64>().add(i).write(i as f64) };
        }
        let at = buffer.as_ptr();
        // SAFETY: every element was written.
        let buffer = unsafe { buffer.into_vec::<i64>() }.unwrap_err();
        // SAFETY: as above.
        let vec = unsafe { buffer.into_vec::<f64>() }.unwrap();
        assert_eq!((vec.as_ptr().cast(), vec.len()), (at, len));
        assert!(vec.iter().enumerate().all(|(i, &x)| x == i as f64));
    }
    for dtype in DType::ALL {
        let buffer = Buffer::vec(dtype, 10);
        assert_eq!(buffer.bytes(), 10 * dtype.size());
        touch(&buffer);
    }
    // SAFETY: not a Vec, so nothing is read.
    assert!(unsafe { Buffer::uninit(8).into_vec::<f64>() }.is_err());
}

#[test]
fn foreign_memory_lives_as_long_as_the_buffer() {
    struct Owner([u8; 3], Arc<AtomicBool>);
    impl Drop for Owner {
        fn drop(&mut self) {
            self.1.store(true, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let owner = Arc::new(Owner([1, 2, 3], dropped.clone()));
    // SAFETY: the owner keeps its bytes, and nobody writes them.
    let buffer = unsafe { Buffer::foreign(owner.0.as_ptr(), 3, owner.clone()) };
    drop(owner);
    assert!(!buffer.is_pooled() && !dropped.load(Ordering::Relaxed));
    // SAFETY: the buffer is alive.
    assert_eq!(unsafe { std::slice::from_raw_parts(buffer.as_ptr(), buffer.bytes()) }, [1, 2, 3]);
    drop(buffer);
    assert!(dropped.load(Ordering::Relaxed));
    // SAFETY: no bytes.
    let none = unsafe { Buffer::foreign(std::ptr::null(), 0, Arc::new(())) };
    assert_eq!(none.as_ptr() as usize % 64, 0);
}

#[test]
fn what_is_not_needed_of_a_vec_is_given_back() {
    for (room, len) in [(0, 0), (10, 0), (10, 3), (1 << 20, 1 << 19), (7, 7)] {
        let buffer = Buffer::try_vec(DType::F64, room).unwrap();
        assert_eq!(buffer.bytes(), 8 * room);
        for i in 0..len {
            // SAFETY: an element of the memory.
            unsafe { buffer.as_mut_ptr().cast::<f64>().add(i).write(i as f64) };
        }
        // SAFETY: so many were written.
        let buffer = unsafe { buffer.shortened(len) };
        assert_eq!(buffer.bytes(), 8 * len);
        // SAFETY: as above.
        let vec = unsafe { buffer.into_vec::<f64>() }.unwrap();
        assert!(vec.len() == len && vec.capacity() == len, "{room} {len}");
        assert!(vec.iter().enumerate().all(|(i, &x)| x == i as f64));
    }
    assert!(Buffer::try_vec(DType::F64, usize::MAX / 16).is_none());
}
