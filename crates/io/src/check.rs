//! What every format checks of a request and of what it read.

use chunkwise_core::{Block, DType, Error as CoreError, Shape};
use smallvec::SmallVec;

use crate::copy::{CopyAxis, copy};

/// Checks that a block has the right dtype and lies within the array.
pub(crate) fn check_box(
    what: &'static str,
    (dtype, shape): (DType, &[usize]),
    start: &[usize],
    block: &Block,
) -> Result<(), CoreError> {
    if block.dtype() != dtype {
        return Err(CoreError::DTypeMismatch { what, expected: dtype, got: block.dtype() });
    }
    let fits = start.len() == shape.len()
        && block.shape().len() == shape.len()
        && (0..shape.len())
            .all(|k| start[k].checked_add(block.shape()[k]).is_some_and(|end| end <= shape[k]));
    if fits {
        return Ok(());
    }
    let why = format!("the box of shape {:?} at {start:?} is not within shape {shape:?}", block.shape());
    Err(CoreError::Invalid { what, why })
}

/// Finds the first byte of a bool block, in C order, that is neither 0 nor 1: the index in the array of an element
/// that is none, and what is there.
///
/// # Safety
/// Every element must have been written.
pub(crate) unsafe fn check_bools(start: &[usize], block: &Block) -> Result<(), (Shape, u8)> {
    let (&columns, rows) = block.shape().split_last().unwrap_or((&1, &[]));
    let (&step, steps) = block.strides().split_last().unwrap_or((&1, &[]));
    let mut row: Vec<u8> = vec![0; columns];
    let mut index: Shape = SmallVec::from_elem(0, rows.len());
    loop {
        let at: isize = index.iter().zip(steps).map(|(&i, &step)| i as isize * step).sum();
        let axis = CopyAxis { len: columns, from: step, to: 1 };
        // SAFETY: `at` and the axis reach elements of the block; `row` has room for them.
        unsafe { copy(1, &[axis], block.as_ptr().wrapping_offset(at), row.as_mut_ptr()) };
        // One pass that the compiler vectorises; where a fault lies matters only when there is one.
        if row.iter().fold(0, |all, byte| all | byte) > 1 {
            let column = row.iter().position(|&byte| byte > 1).unwrap_or(0);
            index.push(column);
            let index = start.iter().zip(&index).map(|(start, i)| start + i).collect();
            return Err((index, row[column]));
        }
        // The next row, in C order.
        let Some(axis) = (0..rows.len()).rev().find(|&axis| index[axis] + 1 < rows[axis]) else {
            return Ok(());
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}
