//! What a grouped reduction keeps, and what becomes of it.

use chunkwise_core::DType;

use crate::reduce::{self, AllNan, Counts, ReduceOp, Without, family, layout};

/// Bytes of a state of `cells` cells: the fields, and how many elements each cell has taken in.
pub fn bytes(op: ReduceOp, operand: DType, cells: usize) -> usize {
    counts_at(op, operand, cells) + cells * size_of::<i64>()
}

fn counts_at(op: ReduceOp, operand: DType, cells: usize) -> usize {
    layout(op, operand).bytes(cells)
}

/// The counts of a state.
///
/// # Safety
/// `state` must be an initialised state of so many cells, which nothing writes to while the slice lives.
unsafe fn counts<'a>(op: ReduceOp, operand: DType, state: *const u8, cells: usize) -> &'a [i64] {
    // SAFETY: the caller's promise; the fields before it take multiples of 64 bytes.
    unsafe { std::slice::from_raw_parts(state.add(counts_at(op, operand, cells)).cast(), cells) }
}

/// The counts of a state, to be changed.
///
/// # Safety
/// As for [`counts`]; nothing else may access the state while the slice lives.
unsafe fn counts_mut<'a>(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) -> &'a mut [i64] {
    // SAFETY: the caller's promise, and as in `counts`.
    unsafe { std::slice::from_raw_parts_mut(state.add(counts_at(op, operand, cells)).cast(), cells) }
}

/// Writes the state of no elements.
///
/// # Safety
/// `state` must be valid for writes of [`bytes`] bytes and 64-byte aligned.
pub unsafe fn init(op: ReduceOp, operand: DType, state: *mut u8, cells: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        reduce::init(op, operand, state, cells);
        state.add(counts_at(op, operand, cells)).write_bytes(0, cells * size_of::<i64>());
    }
}

/// Merges `from`, whose elements come after those of `into`, into `into`.
///
/// # Safety
/// Both must be initialised states of `cells` cells that do not overlap.
pub unsafe fn merge(op: ReduceOp, operand: DType, into: *mut u8, from: *const u8, cells: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        reduce::merge(op, operand, into, from, cells);
        let from = counts(op, operand, from, cells);
        for (into, from) in counts_mut(op, operand, into, cells).iter_mut().zip(from) {
            *into += *from;
        }
    }
}

/// A group without elements, whose reduction therefore has no value, and no NaN to stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no elements{} to take the {op} of", group.map_or_else(String::new, |group| format!(" in group {group}")))]
pub struct NoElements {
    /// The reduction.
    pub op: &'static str,
    /// The group, if there are several.
    pub group: Option<usize>,
}

/// Why a cell has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has taken in nothing but NaN.
    AllNan(AllNan),
    /// It has taken in nothing.
    NoElements(NoElements),
}

/// What becomes of a reduction that needs elements where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum OfNothing {
    /// An error.
    Fails,
    /// NaN, where the type of the result has one, else an error.
    Nan,
}

/// Writes the results of `cells` cells to `out`, row-major elements of `op.result(operand)`.
///
/// # Errors
/// The first cell without a result, and why it has none.
///
/// # Safety
/// `state` must be an initialised state of `cells` cells; `out` must be valid for writes of `cells` elements.
pub unsafe fn finish(
    op: ReduceOp,
    operand: DType,
    state: *const u8,
    cells: usize,
    of_nothing: OfNothing,
    out: *mut u8,
) -> Result<(), (usize, Reason)> {
    // SAFETY: the caller's promise.
    let counts = unsafe { counts(op, operand, state, cells) };
    if op == ReduceOp::Count {
        // Nothing else was taken in.
        // SAFETY: `out` has room for as many (caller), and is no part of the state.
        unsafe { std::ptr::copy_nonoverlapping(counts.as_ptr(), out.cast::<i64>(), cells) };
        return Ok(());
    }
    let result = op.result(operand).unwrap_or(operand);
    let nan = of_nothing == OfNothing::Nan && (result.is_float() || result.is_complex());
    let empty = counts.iter().position(|&n| n == 0).filter(|_| op.needs_elements());
    if let Some(cell) = empty.filter(|_| !nan) {
        return Err((cell, Reason::NoElements(NoElements { op: op.name(), group: None })));
    }
    // SAFETY: the caller's promise.
    let finished = unsafe { family(op, operand).finish(state, cells, Counts::Each(counts), out) };
    finished.map_err(|Without { cell, why }| (cell, Reason::AllNan(why)))?;
    if empty.is_some() {
        for cell in (0..cells).filter(|&cell| counts[cell] == 0) {
            // SAFETY: as above.
            unsafe { write_nan(result, out, cell) };
        }
    }
    Ok(())
}

/// # Safety
/// `out` must be valid for writing element `cell` of this type, a float or complex one.
unsafe fn write_nan(dtype: DType, out: *mut u8, cell: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match dtype {
            DType::F32 => out.cast::<f32>().add(cell).write(f32::NAN),
            DType::C32 => out.cast::<[f32; 2]>().add(cell).write([f32::NAN; 2]),
            DType::C64 => out.cast::<[f64; 2]>().add(cell).write([f64::NAN; 2]),
            _ => out.cast::<f64>().add(cell).write(f64::NAN),
        }
    }
}
