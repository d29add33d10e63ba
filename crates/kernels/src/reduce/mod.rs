//! Reductions: what each keeps for a group of elements, how it takes in a tile, merges and finishes.

use chunkwise_core::DType;

/// What a reduction computes.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is documented where expressions define it, under the same name")]
pub enum ReduceOp {
    Sum,
    NanSum,
    Prod,
    NanProd,
    Mean,
    NanMean,
    /// Variance with `ddof` delta degrees of freedom; `std` takes the square root, `nan` skips NaN.
    Var { ddof: f64, std: bool, nan: bool },
    Min,
    Max,
    NanMin,
    NanMax,
    Ptp,
    Any,
    All,
    CountNonzero,
    ArgMin,
    ArgMax,
    NanArgMin,
    NanArgMax,
}

impl ReduceOp {
    /// Type of the result for operands of this type; `None` where the reduction is not defined.
    pub fn result(self, operand: DType) -> Option<DType> {
        use ReduceOp::*;
        let ordered = !operand.is_complex();
        Some(match self {
            Sum | NanSum | Prod | NanProd => operand.sum(),
            Mean | NanMean => operand.mean(),
            Var { .. } => operand.real(),
            Min | Max | NanMin | NanMax if ordered => operand,
            Ptp if ordered && !operand.is_bool() => operand,
            Any | All => DType::Bool,
            CountNonzero => DType::I64,
            ArgMin | ArgMax | NanArgMin | NanArgMax if ordered => DType::I64,
            _ => return None,
        })
    }

    /// Whether the reduction of no elements is an error.
    pub fn needs_elements(self) -> bool {
        use ReduceOp::*;
        matches!(self, Min | Max | NanMin | NanMax | Ptp | ArgMin | ArgMax | NanArgMin | NanArgMax)
    }
}

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

    /// Where field `i` begins, a multiple of 64 bytes.
    pub fn offset(&self, i: usize, cells: usize) -> usize {
        self.fields[..i].iter().map(|f| (f.size() * cells).next_multiple_of(64)).sum()
    }
}

/// The fields that `op` keeps for operands of this type.
pub fn layout(op: ReduceOp, operand: DType) -> Layout {
    let _ = (op, operand);
    todo!()
}

/// Writes the state of no elements.
///
/// # Safety
/// `state` must be valid for writes of `layout(op, operand).bytes(cells)` bytes and 64-byte aligned.
pub unsafe fn init(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) {
    let _ = (op, operand, state, cells);
    todo!()
}

/// Merges `from`, whose elements come after those of `into`, into `into`.
///
/// # Safety
/// Both must be initialised states of `cells` cells that do not overlap.
pub unsafe fn merge(op: ReduceOp, operand: DType, into: *mut u8, from: *const u8, cells: usize) {
    let _ = (op, operand, into, from, cells);
    todo!()
}

/// A NaN-skipping arg-reduction met a slice without any other value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all values of a slice are NaN, so none of them has an index")]
pub struct AllNan;

/// Writes the results of `cells` cells, each of which has taken in `count` elements, to `out`, row-major
/// elements of `op.result(operand)`.
///
/// # Errors
/// [`AllNan`] from the NaN-skipping arg-reductions.
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
) -> Result<(), AllNan> {
    let _ = (op, operand, state, cells, count, out);
    todo!()
}

/// How a tile lies over the cells of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "skeleton")]
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
#[expect(dead_code, reason = "skeleton")]
pub(crate) fn code(op: ReduceOp, operand: DType, shape: Shape, isa: crate::Isa) -> crate::Code {
    let _ = (op, operand, shape, isa);
    todo!()
}
