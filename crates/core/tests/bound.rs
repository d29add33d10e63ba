//! The bound on the engine's memory, in a process of its own: it holds for everything in it.

use chunkwise_core::{Buffer, DType, MemoryBound};

#[test]
fn what_is_kept_for_later_makes_room() {
    const MIB: usize = 1 << 20;
    drop((Buffer::uninit(3 * MIB), Buffer::uninit(5 * MIB)));
    assert!(Buffer::pool_stats().free >= 8 * MIB, "kept for later");

    let bound = MemoryBound::new(12 * MIB);
    let large = Buffer::uninit(7 * MIB);
    assert_eq!(Buffer::pool_stats().free, 0, "it made room");

    // Within the bound, memory is kept as ever; beyond it, nothing is.
    drop(Buffer::uninit(2 * MIB));
    assert!(Buffer::pool_stats().free >= 2 * MIB);
    let returned = Buffer::vec(DType::U8, 6 * MIB);
    drop(Buffer::uninit(2 * MIB));
    assert_eq!(Buffer::pool_stats().free, 0, "arrays that are returned count too");

    let wider = MemoryBound::new(1000 * MIB);
    drop(large);
    drop(returned);
    drop(bound);
    drop(Buffer::uninit(40 * MIB));
    assert!(Buffer::pool_stats().free >= 40 * MIB, "the least bound is gone");
    drop(wider);
}
