//! Reductions: what each keeps for a group of elements, how it takes in a tile, merges and finishes.
//!
//! A reduction works on *states*: one cell per result, each field of the cells an array of its own
//! ([`Layout`]). A state begins as that of no elements ([`init`]), takes in tiles through the loops of a
//! [`Kernel`](crate::Kernel), takes in other states ([`merge`]), and becomes results at last ([`finish`]).
//! Elements come in a fixed order, row-major within a box; where a box is cut into tiles makes no difference
//! to the bits of a result, nor does the instruction set.
//!
//! There is one file per family of reductions, each behind the trait of `reducer.rs`; the loops
//! over tiles are in `loops.rs`.

mod arg;
mod cell;
mod extreme;
pub(crate) mod formula;
pub mod grouped;
mod items;
mod lanes;
mod loops;
mod number;
mod op;
mod pick;
mod prod;
mod rank;
mod reducer;
mod sum;
#[cfg(test)]
mod tests;
mod truth;
mod var;

use chunkwise_core::DType;

pub use op::ReduceOp;
use reducer::{Counts, Family};

/// Elements of one fixed leaf of a reduction.
///
/// What happens inside a leaf may be reordered (lanes, two passes), leaves are taken in order. Tiles are made of
/// whole leaves, so that a result depends neither on how a box is cut nor on what else a program computes.
pub(crate) const LEAF: usize = 512;

/// Rows that share their cells and are taken together, so that each cell is read and written once for all of them.
pub(crate) const TOGETHER: usize = 4;

/// The fields that a reduction keeps per cell, each stored as one array of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Types of the fields, at most four.
    pub fields: smallvec::SmallVec<[DType; 4]>,
}

impl Layout {
    /// Bytes of a state of `cells` cells.
    pub fn bytes(&self, cells: usize) -> usize {
        self.offset(self.fields.len(), cells)
    }

    /// Bytes of the fields of one cell.
    pub(crate) fn bytes_of_a_cell(&self) -> usize {
        self.fields.iter().map(|field| field.size()).sum()
    }

    /// Where field `i` begins, a multiple of 64 bytes.
    pub fn offset(&self, i: usize, cells: usize) -> usize {
        self.fields[..i].iter().map(|f| (f.size() * cells).next_multiple_of(64)).sum()
    }
}

/// The reduction itself.
///
/// # Panics
/// When it is not defined for this type, see [`ReduceOp::result`].
fn family(op: ReduceOp, operand: DType) -> Box<dyn Family> {
    // A bool is a byte of 0 or 1 to every loop, and its results have the bits that they should.
    let bytes = if operand.is_bool() { DType::U8 } else { operand };
    let families =
        [sum::family, prod::family, var::family, extreme::family, truth::family, arg::family, pick::family];
    op.result(operand)
        .and_then(|_| families.iter().find_map(|family| family(op, bytes)))
        .unwrap_or_else(|| panic!("{} is not defined for {operand}", op.name()))
}

/// The fields that `op` keeps for operands of this type.
///
/// # Panics
/// Like all functions here, when `op` is not defined for this type ([`ReduceOp::result`] is `None`).
pub fn layout(op: ReduceOp, operand: DType) -> Layout {
    family(op, operand).layout()
}

/// Writes the state of no elements.
///
/// # Safety
/// `state` must be valid for writes of `layout(op, operand).bytes(cells)` bytes and 64-byte aligned.
pub unsafe fn init(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) {
    // SAFETY: the caller's promise.
    unsafe { family(op, operand).init(state, cells) }
}

/// Merges `from`, whose elements come after those of `into`, into `into`.
///
/// # Safety
/// Both must be initialised states of `cells` cells that do not overlap.
pub unsafe fn merge(op: ReduceOp, operand: DType, into: *mut u8, from: *const u8, cells: usize) {
    // SAFETY: the caller's promise.
    unsafe { family(op, operand).merge(into, from, cells) }
}

/// A NaN-skipping arg-reduction met a slice without any other value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all values of a slice are NaN, so none of them has an index")]
pub struct AllNan;

/// A cell without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Without {
    /// The first such cell.
    pub cell: usize,
    /// Why it has none.
    pub why: AllNan,
}

/// Writes the results of `cells` cells, each of which has taken in `count` elements, to `out`, row-major
/// elements of `op.result(operand)`.
///
/// # Errors
/// [`Without`] from the NaN-skipping arg-reductions, when a cell has taken in nothing but NaN.
///
/// # Safety
/// `state` must be an initialised state of `cells` cells; `out` must be valid for writes of `cells` elements.
pub unsafe fn finish(
    op: ReduceOp,
    operand: DType,
    state: *const u8,
    cells: usize,
    count: u64,
    out: *mut u8,
) -> Result<(), Without> {
    // SAFETY: the caller's promise.
    unsafe { family(op, operand).finish(state, cells, Counts::Same(count), out) }
}

/// How a tile lies over the cells of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Rows and columns are reduced: the whole tile goes into one cell.
    All,
    /// Columns are reduced: row `r` goes into cell `cell + r * cell_step[0]`.
    Columns,
    /// Rows are reduced: column `c` goes into cell `cell + c * cell_step[1]`.
    Rows,
    /// Nothing of the tile is reduced: position `(r, c)` goes into
    /// `cell + r * cell_step[0] + c * cell_step[1]`.
    None,
}

/// The loop that takes a tile (its one operand) into the state.
///
/// So that a result does not depend on the tiles, those of a box of `cols` columns must come in row-major
/// order and end where a leaf does. With `cols >= 512` a tile begins at a multiple of 512 columns and ends at
/// one or at the end of the row; it has several rows only if it has all columns or the rows have cells of
/// their own. With `cols < 512` it has all columns, and a multiple of `512 / cols` rows or the last ones.
pub(crate) fn code(op: ReduceOp, operand: DType, shape: Shape, isa: crate::Isa) -> crate::Code {
    family(op, operand).code(shape, isa)
}
