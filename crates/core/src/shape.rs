//! Shapes, strides and broadcasting.

use smallvec::SmallVec;

use crate::{DType, Error, Result};

/// Lengths of the axes.
pub type Shape = SmallVec<[usize; 6]>;

/// Steps between neighbours along each axis, in elements.
pub type Strides = SmallVec<[isize; 6]>;

/// The number of elements of a shape.
///
/// # Errors
/// [`Error::TooLarge`] when the product does not fit in `isize`.
pub fn checked_len(shape: &[usize]) -> Result<usize> {
    // A zero anywhere makes the array empty, however large the other axes are; ndarray still refuses
    // shapes whose non-zero axes overflow, and so do we.
    let nonzero = shape.iter().filter(|&&n| n != 0).try_fold(1usize, |len, &n| len.checked_mul(n));
    match nonzero {
        Some(len) if isize::try_from(len).is_ok() => Ok(if shape.contains(&0) { 0 } else { len }),
        _ => Err(Error::TooLarge { shape: shape.into() }),
    }
}

/// The number of bytes of a shape of elements of `dtype`.
///
/// # Errors
/// [`Error::TooLarge`] when it does not fit in `isize`.
pub fn byte_len(shape: &[usize], dtype: DType) -> Result<usize> {
    let bytes = checked_len(shape)?.checked_mul(dtype.size());
    bytes.filter(|&b| isize::try_from(b).is_ok()).ok_or_else(|| Error::TooLarge { shape: shape.into() })
}

/// Strides of a row-major (C order) array of this shape, in elements.
pub fn row_major_strides(shape: &[usize]) -> Strides {
    let mut strides: Strides = SmallVec::from_elem(1, shape.len());
    let mut step = 1isize;
    for (stride, &n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step = step.wrapping_mul(n.max(1) as isize);
    }
    strides
}

/// NumPy's broadcasting of two shapes.
///
/// # Errors
/// [`Error::Broadcast`] when an axis differs and neither side has length one.
pub fn broadcast_shapes(a: &[usize], b: &[usize]) -> Result<Shape> {
    let ndim = a.len().max(b.len());
    let axis = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(ndim).map_or(1, |k| shape[k]);
    (0..ndim)
        .map(|i| match (axis(a, i), axis(b, i)) {
            (x, y) if x == y => Ok(x),
            (1, y) => Ok(y),
            (x, 1) => Ok(x),
            _ => Err(Error::Broadcast { left: a.into(), right: b.into() }),
        })
        .collect()
}

#[cfg(test)]
mod tests;
