//! Compressing: the elements of a tile for which a mask is true, moved next to each other.
//!
//! Nothing branches on the mask. A vector of elements is compressed in registers and stored whole: what it has too
//! much is overwritten by the next one. (Stores that compress exist, but are microcoded on some processors: 2 ns for
//! an element instead of 0.13.) Without vectors every element is stored where the next one that stays goes.

mod portable;
#[cfg(test)]
mod tests;
#[cfg_attr(not(target_arch = "x86_64"), path = "no_vectors.rs")]
mod vectors;

use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

/// The loop that compresses elements of one size.
#[derive(Debug)]
pub(crate) struct Compress {
    size: usize,
    code: Code,
}

impl Compress {
    /// The loop for elements of `size` bytes: 1, 2, 4, 8 or 16.
    pub(crate) fn new(size: usize, isa: Isa) -> Self {
        let code = match size {
            1 => Code::new(OfSize::<1>, isa),
            2 => Code::new(OfSize::<2>, isa),
            4 => Code::new(OfSize::<4>, isa),
            8 => Code::new(OfSize::<8>, isa),
            _ => Code::new(OfSize::<16>, isa),
        };
        Compress { size, code }
    }

    /// Bytes of an element.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Moves the elements of `src` for which the byte of `mask` is not zero to `dst`, in order; tells how many there
    /// are.
    ///
    /// # Safety
    /// `src` and `mask` must hold `len` elements, of the loop's size and of one byte; `dst` must be valid for writing
    /// `len` elements, however few are moved, and overlap neither.
    pub(crate) unsafe fn run(&self, src: *const u8, mask: *const u8, len: usize, dst: *mut u8) -> usize {
        let mut taken = 0usize;
        let src = [src, mask];
        let mut args = Args { dst, src: &src, len, rows: 1, cols: len, ..Args::default() };
        args.fields[0] = (&raw mut taken).cast();
        // SAFETY: the caller's promise; the first field is the number to add to.
        unsafe { self.code.run(&args) };
        taken
    }
}

/// Compresses operand 0, elements of `SIZE` bytes, by operand 1, and adds how many were taken to the `usize` that
/// the first field points to.
struct OfSize<const SIZE: usize>;

impl<const SIZE: usize> Body for OfSize<SIZE> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (src, mask, dst) = (args.src[0], args.src[1], args.dst);
        // SAFETY: `Compress::run` passes operands of `len` elements and room for as many, and a number of its own;
        // the level says what the processor has. What vectors have taken is no more than what they have seen.
        unsafe {
            let (taken, seen) = match L::ISA {
                Isa::Avx512 => vectors::avx512::<SIZE>(src, mask, args.len, dst),
                Isa::Avx2 if SIZE == 4 || SIZE == 8 => vectors::avx2::<SIZE>(src, mask, args.len, dst),
                Isa::Avx2 | Isa::Baseline => (0, 0),
            };
            let (src, mask, dst) = (src.add(seen * SIZE), mask.add(seen), dst.add(taken * SIZE));
            *args.fields[0].cast::<usize>() +=
                taken + portable::compress::<SIZE>(src, mask, args.len - seen, dst);
        }
    }
}
