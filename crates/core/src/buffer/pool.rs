//! Free memory of the engine, kept for the next buffer.
//!
//! Memory comes in size classes, four to a power of two, so that what one buffer leaves fits the next one of
//! about its size. A freed chunk goes to the thread's shard: a handful of chunks, last in, first out, behind
//! a lock that hardly anybody else takes. What a shard has no room for goes to lists by class that all
//! threads share, so that memory that is allocated on one thread and freed on another comes round. Both are
//! bounded. When the shared lists are full, chunks of other sizes make room: what was used last is what will
//! be needed next.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::chunk::Chunk;
use super::{bound, small};

/// The pool of the process.
pub(super) static POOL: Pool = Pool::new(4 << 20, 128 << 20);

/// Buffers up to this size are kept by threads, and count for nothing.
const SMALL: usize = small::LARGEST;

/// Larger chunks are not kept.
const LARGEST: usize = 64 << 20;

/// Classes from `SMALL` (exclusive) to `LARGEST`.
const CLASSES: usize = 4 * (LARGEST.ilog2() - SMALL.ilog2()) as usize;

const SHARDS: usize = 32;

/// Chunks in a shard, at most.
const SHARD_CHUNKS: usize = 16;

/// What the engine's own memory amounts to, in buffers of more than 4 KiB (of smaller ones every thread keeps a
/// few).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Bytes in use. Rounded up to size classes, so up to a quarter more than what was asked for; pages that
    /// are never touched take no memory.
    pub used: usize,
    /// Bytes kept for later.
    pub free: usize,
    /// Buffers made of kept memory since the start of the process.
    pub reused: u64,
    /// Buffers made of fresh memory since the start of the process.
    pub fresh: u64,
}

pub(super) struct Pool {
    shards: [Shard; SHARDS],
    classes: [Mutex<Vec<Chunk>>; CLASSES],
    /// Bytes in `classes`, or on their way there.
    shared: AtomicUsize,
    /// The class that makes room next.
    victim: AtomicUsize,
    shard_limit: usize,
    shared_limit: usize,
}

/// Aligned so that neighbours share no cache line, nor a pair that is fetched together.
#[repr(align(128))]
struct Shard(Mutex<Local>);

struct Local {
    /// Oldest first.
    chunks: Vec<Chunk>,
    free: usize,
    /// Bytes taken less bytes given here. Buffers may be given on another shard than they were taken from,
    /// so only the (wrapping) sum over all shards means something.
    used: usize,
    reused: u64,
    fresh: u64,
}

impl Pool {
    /// A pool whose shards and shared lists keep at most so many bytes (each shard, and all lists together).
    pub(super) const fn new(shard_limit: usize, shared_limit: usize) -> Self {
        Pool {
            shards: [const {
                let chunks = Vec::new();
                Shard(Mutex::new(Local { chunks, free: 0, used: 0, reused: 0, fresh: 0 }))
            }; SHARDS],
            classes: [const { Mutex::new(Vec::new()) }; CLASSES],
            shared: AtomicUsize::new(0),
            victim: AtomicUsize::new(0),
            shard_limit,
            shared_limit,
        }
    }

    /// A chunk of at least this many bytes.
    pub(super) fn take(&self, bytes: usize) -> Chunk {
        if bytes <= SMALL {
            return small::take(bytes);
        }
        let Some((class, capacity)) = class_of(bytes) else {
            self.local().took(bytes, false);
            return self.fresh(bytes);
        };
        let mut local = self.local();
        let near = local.chunks.iter().rposition(|chunk| chunk.capacity() == capacity);
        let found = match near {
            Some(at) => {
                local.free -= capacity;
                Some(local.chunks.remove(at))
            }
            None => {
                let chunk = lock(&self.classes[class]).pop();
                self.shared.fetch_sub(chunk.as_ref().map_or(0, Chunk::capacity), Ordering::Relaxed);
                chunk
            }
        };
        local.took(capacity, found.is_some());
        drop(local);
        found.unwrap_or_else(|| self.fresh(capacity))
    }

    /// A chunk of fresh memory, for which what is kept makes room if there is a bound.
    fn fresh(&self, capacity: usize) -> Chunk {
        if bound::exceeds(capacity) {
            self.trim();
        }
        Chunk::new(capacity)
    }

    /// Takes a chunk back, which must have come from `take`.
    pub(super) fn give(&self, chunk: Chunk) {
        let capacity = chunk.capacity();
        if capacity <= SMALL {
            return small::give(chunk);
        }
        let mut local = self.local();
        local.used = local.used.wrapping_sub(capacity);
        if class_of(capacity).is_none() || bound::exceeds(0) {
            drop(local);
            return;
        }
        if capacity > self.shard_limit {
            drop(local);
            self.share(chunk);
            return;
        }
        local.free += capacity;
        local.chunks.push(chunk);
        let mut fit = 0;
        while local.free > self.shard_limit || local.chunks.len() - fit > SHARD_CHUNKS {
            local.free -= local.chunks[fit].capacity();
            fit += 1;
        }
        let overflow: Vec<Chunk> = local.chunks.drain(..fit).collect();
        drop(local);
        overflow.into_iter().for_each(|chunk| self.share(chunk));
    }

    /// Puts a chunk on the shared lists, or frees it if they are full of its own kind.
    fn share(&self, chunk: Chunk) {
        let Some((class, capacity)) = class_of(chunk.capacity()) else { return };
        let mut evicted = 0;
        while self
            .shared
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |shared| {
                Some(shared + capacity).filter(|&sum| sum <= self.shared_limit)
            })
            .is_err()
        {
            // Each turn frees a chunk of another class or moves on to the next class.
            let victim = self.victim.load(Ordering::Relaxed) % CLASSES;
            let old = if victim == class { None } else { lock(&self.classes[victim]).pop() };
            match old {
                Some(old) => {
                    self.shared.fetch_sub(old.capacity(), Ordering::Relaxed);
                    evicted = 0;
                }
                None => {
                    self.victim.store(victim + 1, Ordering::Relaxed);
                    evicted += 1;
                    if evicted > CLASSES {
                        return;
                    }
                }
            }
        }
        lock(&self.classes[class]).push(chunk);
    }

    pub(super) fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::default();
        for shard in &self.shards {
            let local = lock(&shard.0);
            stats.used = stats.used.wrapping_add(local.used);
            stats.free += local.free;
            stats.reused += local.reused;
            stats.fresh += local.fresh;
        }
        stats.free += self.shared.load(Ordering::Relaxed);
        stats
    }

    pub(super) fn trim(&self) -> usize {
        let mut chunks = Vec::new();
        for shard in &self.shards {
            let mut local = lock(&shard.0);
            local.free = 0;
            chunks.append(&mut local.chunks);
        }
        for class in &self.classes {
            let old = std::mem::take(&mut *lock(class));
            self.shared.fetch_sub(old.iter().map(Chunk::capacity).sum(), Ordering::Relaxed);
            chunks.extend(old);
        }
        chunks.iter().map(Chunk::capacity).sum()
    }

    /// The shard of this thread.
    fn local(&self) -> MutexGuard<'_, Local> {
        thread_local! {
            static SHARD: Cell<Option<usize>> = const { Cell::new(None) };
        }
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let shard = SHARD.get().unwrap_or_else(|| {
            let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
            SHARD.set(Some(shard));
            shard
        });
        lock(&self.shards[shard].0)
    }
}

impl Local {
    fn took(&mut self, capacity: usize, reused: bool) {
        self.used = self.used.wrapping_add(capacity);
        self.reused += u64::from(reused);
        self.fresh += u64::from(!reused);
    }
}

/// The class of buffers of this many bytes (more than `SMALL`) and the capacity of its chunks; `None` if they
/// are too large to be kept.
pub(super) fn class_of(bytes: usize) -> Option<(usize, usize)> {
    if bytes > LARGEST {
        return None;
    }
    // The power of two below, and how many quarters of it are needed on top.
    let power = (bytes - 1).ilog2();
    let quarter = 1 << (power - 2);
    let quarters = (bytes - (1 << power)).div_ceil(quarter);
    let class = 4 * (power - SMALL.ilog2()) as usize + quarters - 1;
    Some((class, (1 << power) + quarters * quarter))
}

/// Nothing in here panics with a lock held, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
