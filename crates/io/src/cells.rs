//! The cells of a grid that a box meets, and copies between a cell in memory of its own and a block.

use chunkwise_core::{Block, Grid, Shape, row_major_strides};
use smallvec::SmallVec;

use crate::copy::{CopyAxis, copy};

/// Where a cell of a grid and a box meet.
#[derive(Debug)]
pub(crate) struct Meeting {
    /// Coordinates of the cell.
    pub(crate) coords: Shape,
    /// First position of the part that both have, from the first position of the cell.
    pub(crate) in_cell: Shape,
    /// The same from the first position of the box.
    pub(crate) in_box: Shape,
    /// Shape of the part.
    pub(crate) shape: Shape,
}

/// Calls `each` for every cell that the box at `start` with `shape` meets, in row-major order.
///
/// # Errors
/// The first one of `each`.
pub(crate) fn each_cell<E>(
    grid: &Grid,
    start: &[usize],
    shape: &[usize],
    mut each: impl FnMut(&Meeting) -> Result<(), E>,
) -> Result<(), E> {
    if shape.contains(&0) {
        return Ok(());
    }
    let axes = grid.axes();
    let first: Shape = axes.iter().zip(start).map(|(axis, &at)| axis.find(at)).collect();
    let last: Shape =
        axes.iter().zip(start.iter().zip(shape)).map(|(axis, (&at, &n))| axis.find(at + n - 1)).collect();
    let mut coords = first.clone();
    loop {
        let mut meeting = Meeting {
            coords: coords.clone(),
            in_cell: Shape::new(),
            in_box: Shape::new(),
            shape: Shape::new(),
        };
        for (k, axis) in axes.iter().enumerate() {
            let cell = axis.bounds(coords[k]);
            let from = cell.start.max(start[k]);
            let to = cell.end.min(start[k] + shape[k]);
            meeting.in_cell.push(from - cell.start);
            meeting.in_box.push(from - start[k]);
            meeting.shape.push(to - from);
        }
        // Explicit grids may have cells of no length.
        if !meeting.shape.contains(&0) {
            each(&meeting)?;
        }
        let Some(axis) = (0..coords.len()).rev().find(|&k| coords[k] < last[k]) else { return Ok(()) };
        coords[axis] += 1;
        coords[axis + 1..].copy_from_slice(&first[axis + 1..]);
    }
}

/// Copies a part of a row-major cell into a block.
///
/// # Panics
/// If the part is not within the cell or the block.
pub(crate) fn read_part(
    cell: &[u8],
    cell_shape: &[usize],
    in_cell: &[usize],
    out: &Block,
    in_box: &[usize],
    shape: &[usize],
) {
    let size = out.dtype().size();
    let strides = row_major_strides(cell_shape);
    assert!(within(cell_shape, in_cell, shape) && cell.len() == cell_shape.iter().product::<usize>() * size);
    let part = out.region(in_box, shape);
    let at: usize = in_cell.iter().zip(&strides).map(|(&i, &step)| i * step as usize).sum();
    let axes: SmallVec<[CopyAxis; 6]> = (0..shape.len())
        .map(|k| CopyAxis { len: shape[k], from: strides[k], to: part.strides()[k] })
        .collect();
    // SAFETY: the part is within the cell, by the assertion, and within the block, by `region`; who calls `read`
    // holds the memory of the block alone, so that it is not the cell's.
    unsafe { copy(size, &axes, cell.as_ptr().wrapping_add(at * size), part.as_mut_ptr()) };
}

/// Fills a part of a block with one element.
///
/// # Panics
/// If the part is not within the block.
#[cfg(feature = "zarr")]
pub(crate) fn fill_part(element: &[u8], out: &Block, in_box: &[usize], shape: &[usize]) {
    let size = out.dtype().size();
    assert_eq!(element.len(), size);
    let part = out.region(in_box, shape);
    let axes: SmallVec<[CopyAxis; 6]> =
        (0..shape.len()).map(|k| CopyAxis { len: shape[k], from: 0, to: part.strides()[k] }).collect();
    // SAFETY: the one element is read again and again; the part is within the block, by `region`.
    unsafe { copy(size, &axes, element.as_ptr(), part.as_mut_ptr()) };
}

/// Copies a part of a block into a row-major cell.
///
/// # Panics
/// If the part is not within the cell or the block.
///
/// # Safety
/// Every element of the part must have been written, and nobody may write to it meanwhile. `cell` must be valid for
/// writes of the elements of a cell, and not be memory of the part.
pub(crate) unsafe fn write_part(
    block: &Block,
    in_box: &[usize],
    shape: &[usize],
    cell: *mut u8,
    cell_shape: &[usize],
    in_cell: &[usize],
) {
    let size = block.dtype().size();
    let strides = row_major_strides(cell_shape);
    assert!(within(cell_shape, in_cell, shape));
    let part = block.region(in_box, shape);
    let at: usize = in_cell.iter().zip(&strides).map(|(&i, &step)| i * step as usize).sum();
    let axes: SmallVec<[CopyAxis; 6]> = (0..shape.len())
        .map(|k| CopyAxis { len: shape[k], from: part.strides()[k], to: strides[k] })
        .collect();
    // SAFETY: the part is within the block, by `region`, and written, by the caller's contract; it is within the
    // cell, by the assertion, whose memory is apart and may be written to, by the same contract.
    unsafe { copy(size, &axes, part.as_ptr(), cell.wrapping_add(at * size)) };
}

fn within(cell: &[usize], start: &[usize], shape: &[usize]) -> bool {
    start.len() == cell.len()
        && shape.len() == cell.len()
        && (0..cell.len()).all(|k| start[k] <= cell[k] && shape[k] <= cell[k] - start[k])
}
