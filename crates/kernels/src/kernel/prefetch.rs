//! Asking for the next tile's memory while the current one is computed.
//!
//! Rows of a strided box end where the hardware's prefetcher has just learned the way. Asking for the next
//! tile ahead of time, a few lines before each step, made such boxes up to 1.7 times faster. Along one row it helps
//! programs that keep values in between, whose tiles of several operands are far apart in time; those that only stream
//! through memory are faster without.

/// Bytes of a cache line.
pub(super) const LINE: usize = 64;

/// What is still to be asked for, and how much of it before each step.
#[derive(Debug, Default)]
pub(super) struct Prefetch {
    areas: Vec<Area>,
    /// Lines left in all areas.
    left: usize,
    /// Lines to ask for at a time.
    quota: usize,
}

/// Runs of adjacent bytes at equal distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// The first byte of the current run.
    pub(super) ptr: *const u8,
    /// Bytes from one run to the next.
    pub(super) pitch: isize,
    /// Runs left, this one included.
    pub(super) runs: usize,
    /// Lines of each run.
    pub(super) lines: usize,
    /// Lines of the current run already asked for.
    pub(super) done: usize,
}

impl Prefetch {
    /// Forgets what is left.
    pub(super) fn clear(&mut self) {
        self.areas.clear();
        self.left = 0;
    }

    /// Adds `runs` runs of `bytes` bytes.
    pub(super) fn add(&mut self, ptr: *const u8, pitch: isize, runs: usize, bytes: usize) {
        let lines = bytes.div_ceil(LINE);
        self.areas.push(Area { ptr, pitch, runs, lines, done: 0 });
        self.left += runs * lines;
    }

    /// Spreads what was added over this many calls of [`advance`](Self::advance).
    pub(super) fn spread(&mut self, calls: usize) {
        self.quota = self.left.div_ceil(calls.max(1));
    }

    /// Asks for the next few lines.
    #[inline]
    pub(super) fn advance(&mut self) {
        if self.left != 0 {
            self.ask();
        }
    }

    fn ask(&mut self) {
        let mut quota = self.quota.min(self.left);
        self.left -= quota;
        while quota > 0 {
            let Some(area) = self.areas.last_mut() else { return };
            let now = quota.min(area.lines - area.done);
            for line in area.done..area.done + now {
                touch(area.ptr.wrapping_add(line * LINE));
            }
            quota -= now;
            area.done += now;
            if area.done == area.lines {
                area.done = 0;
                area.ptr = area.ptr.wrapping_offset(area.pitch);
                area.runs -= 1;
                if area.runs == 0 {
                    self.areas.pop();
                }
            }
        }
    }
}

/// Brings a line to the second-level cache.
#[inline(always)]
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn touch(ptr: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: a prefetch is a hint; it accesses nothing and never faults.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(ptr.cast()) }
}

#[inline(always)]
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn touch(_: *const u8) {}
