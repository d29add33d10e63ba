//! Memory that a thread keeps from run to run.

use std::ptr;

use super::Kernel;
use super::prefetch::Prefetch;
use super::space::Space;
use crate::args::REPEATED;
use crate::reduce::grouped::Memory;

/// Scratch memory of one thread, reused from run to run, by any kernels in any order. Runs that fit in what
/// earlier ones have left allocate nothing.
#[derive(Debug, Default)]
pub struct Frame {
    /// Pinned constants and slots.
    arena: Vec<Line>,
    /// The kernel whose constants are in the arena, by its number.
    kernel: u64,
    /// How many elements of those constants that are read as tiles are there.
    splatted: usize,
    /// What the pointers below are valid for lasts for one run; only their memory is kept.
    pub(super) run: Scratch,
}

// SAFETY: the pointers in `run` are left over from earlier runs; each run writes them before it reads them.
unsafe impl Send for Frame {}

/// What one run writes down for itself.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) space: Space,
    /// Where each place is for the current tile.
    pub(super) places: Vec<*mut u8>,
    /// Where each output is for the current tile.
    pub(super) targets: Vec<*mut u8>,
    /// Operands of the current instruction.
    pub(super) operands: Vec<*const u8>,
    /// The reducers as they lie over the panel.
    pub(super) reducers: Vec<Reducer>,
    pub(super) prefetch: Prefetch,
    /// For the groups of each reduction.
    pub(super) grouping: Vec<Memory>,
}

/// A reduction as it lies over the panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reducer {
    /// Which of the kernel's four loops for it.
    pub(super) shape: usize,
    /// Where each field of the state begins.
    pub(super) fields: [*mut u8; 4],
}

/// A cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Bytes between the end of one tile and the beginning of the next: 13 lines, coprime with the 64 lines of a
/// page, so that no two of some dozens of tiles share their address modulo 4096. A store and a later load
/// that do are taken for the same address by some processors.
const SKEW: usize = 13 * 64;

/// Bytes that a tile of this many bytes takes in the arena.
pub(super) fn slot_bytes(tile: usize) -> usize {
    tile.next_multiple_of(64) + SKEW
}

impl Frame {
    /// Makes the arena ready for tiles of at most `len` elements of `kernel` and points to its places.
    pub(super) fn prepare(&mut self, kernel: &Kernel, len: usize) {
        if self.kernel != kernel.id {
            let lines = kernel.scratch_bytes().div_ceil(64);
            if self.arena.len() < lines {
                self.arena = vec![Line([0; 64]); lines];
            }
            self.kernel = kernel.id;
            self.splatted = 0;
        }
        self.run.prefetch.clear();
        let base = self.arena.as_mut_ptr().cast::<u8>();
        let places = &mut self.run.places;
        places.clear();
        places.extend(kernel.offsets.iter().map(|&offset| match offset {
            usize::MAX => ptr::null_mut(),
            offset => base.wrapping_add(offset),
        }));
        let pinned = || kernel.places.pinned.iter().zip(&kernel.constants).zip(places.iter());
        if self.splatted == 0 {
            for ((_, value), &place) in pinned().filter(|((constant, _), _)| !constant.whole) {
                // SAFETY: such constants have places of so many elements.
                unsafe { value.fill(place, 1, REPEATED) };
            }
        }
        if self.splatted < len {
            for ((_, value), &place) in pinned().filter(|((constant, _), _)| constant.whole) {
                // SAFETY: constants that are read as tiles have places of at least `len` elements.
                unsafe { value.fill(place, 1, len) };
            }
            self.splatted = len;
        }
        self.run.targets.clear();
        self.run.targets.resize(kernel.places.outputs.len(), ptr::null_mut());
        self.run.operands.clear();
        self.run.operands.resize(kernel.max_operands, ptr::null());
    }
}
