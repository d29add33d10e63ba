//! Ranges of the row-major order as boxes.

use smallvec::SmallVec;

use crate::Shape;

/// Calls `f` with the first position and shape of boxes that make up the elements from `first` up to `end` of the
/// row-major order of an array, in that order. There are at most `2 * ndim - 1`.
///
/// ```
/// let mut boxes = Vec::new();
/// // The last of the first row, two rows, and the first of the fourth.
/// chunkwise_core::for_flat_boxes(&[5, 3], 2, 10, |start, shape| boxes.push((start.to_vec(), shape.to_vec())));
/// assert_eq!(boxes, [(vec![0, 2], vec![1, 1]), (vec![1, 0], vec![2, 3]), (vec![3, 0], vec![1, 1])]);
/// ```
pub fn for_flat_boxes(shape: &[usize], first: usize, end: usize, mut f: impl FnMut(&[usize], &[usize])) {
    if shape.is_empty() {
        if first < end {
            f(&[], &[]);
        }
        return;
    }
    // Elements of one step along each axis.
    let mut steps: Shape = SmallVec::from_elem(1, shape.len());
    for k in (1..shape.len()).rev() {
        steps[k - 1] = steps[k] * shape[k];
    }
    let mut at = first;
    while at < end {
        let start: Shape = shape.iter().zip(&steps).map(|(n, step)| at / step % n).collect();
        // Whole steps along the outermost axis along which the range has some from here on.
        let axis = (0..shape.len()).find(|&k| at.is_multiple_of(steps[k]) && at + steps[k] <= end);
        let axis = axis.expect("single elements are steps along the last axis");
        let mut extent: Shape = shape.into();
        extent[..axis].fill(1);
        extent[axis] = ((end - at) / steps[axis]).min(shape[axis] - start[axis]);
        f(&start, &extent);
        at += extent[axis] * steps[axis];
    }
}
