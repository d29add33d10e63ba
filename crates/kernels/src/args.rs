//! What one instruction sees of one tile.

use std::ptr;

use crate::reduce::LEAF;

/// Elements of an operand that [repeats](Args::repeats), as many as a leaf of a sum has. Where tiles are longer, a constant
/// as long would take as much of the first-level cache as any operand.
pub(crate) const REPEATED: usize = LEAF;

/// One tile as an instruction sees it: operand pointers, its shape, and what loads, coordinates and reducers
/// need besides.
///
/// A tile is `rows` x `cols` positions of the box in row-major order; registers hold `len = rows * cols`
/// elements without gaps. The verifier of [`Kernel`](crate::Kernel) has checked the dtype of every operand;
/// tiles of distinct registers never overlap (`dst` is never one of `src`).
#[derive(Clone, Copy)]
pub(crate) struct Args<'a> {
    /// Where the result goes: `len` elements.
    pub(crate) dst: *mut u8,
    /// The operands: `len` elements each (a load has one: the first element in the source's memory).
    pub(crate) src: &'a [*const u8],
    /// Operands that are constants of [so many elements](REPEATED), which serve all positions: a bit for each.
    pub(crate) repeating: u8,
    /// `rows * cols`.
    pub(crate) len: usize,
    /// Rows of the tile.
    pub(crate) rows: usize,
    /// Columns of the tile.
    pub(crate) cols: usize,
    /// Loads and stores: source elements from one row to the next, and from one column to the next.
    pub(crate) stride: [isize; 2],
    /// Loads and stores: destination elements from one row to the next, and from one column to the next.
    pub(crate) dst_stride: [isize; 2],
    /// Coordinates, and positions of arg-reductions: value at the tile's first position, and steps of it from
    /// one row to the next, and from one column to the next.
    pub(crate) base: i64,
    /// See `base`.
    pub(crate) step: [i64; 2],
    /// Reducers: where each field of the state begins (cell zero), one array of cells per field.
    pub(crate) fields: [*mut u8; 4],
    /// Reducers: the cell of the tile's first position.
    pub(crate) cell: usize,
    /// Reducers: cells from one row to the next and from one column to the next; zero where an axis is
    /// reduced.
    pub(crate) cell_step: [usize; 2],
}

impl Default for Args<'_> {
    /// An empty tile without operands.
    #[inline(always)]
    fn default() -> Self {
        Args {
            dst: ptr::null_mut(),
            src: &[],
            repeating: 0,
            len: 0,
            rows: 0,
            cols: 0,
            stride: [0; 2],
            dst_stride: [0; 2],
            base: 0,
            step: [0; 2],
            fields: [ptr::null_mut(); 4],
            cell: 0,
            cell_step: [0; 2],
        }
    }
}

impl Args<'_> {
    /// Whether operand `i` is a constant of [so many elements](REPEATED), which serve all of the tile.
    #[inline(always)]
    pub(crate) fn repeats(&self, i: usize) -> bool {
        self.repeating >> i & 1 == 1
    }

    /// Operand `i` of the tile.
    ///
    /// # Safety
    /// The operand must be a register of `T`.
    #[inline(always)]
    pub(crate) unsafe fn src<T>(&self, i: usize) -> &[T] {
        // SAFETY: registers hold `len` elements of their dtype (struct's contract, caller's for T).
        unsafe { std::slice::from_raw_parts(self.src[i].cast::<T>(), self.len) }
    }

    /// The result of the tile.
    ///
    /// # Safety
    /// The result must be a register of `T`; the slice must not be made twice at a time.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "the pointer is the mutable thing, not these arguments")]
    pub(crate) unsafe fn dst<T>(&self) -> &mut [T] {
        // SAFETY: as in `src`, and no operand overlaps the result.
        unsafe { std::slice::from_raw_parts_mut(self.dst.cast::<T>(), self.len) }
    }
}
