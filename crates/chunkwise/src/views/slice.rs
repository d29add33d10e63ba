//! Slices by ndarray's `s![]`.

use chunkwise_core::{AxisMap, Element, Error, Shape, View, counted};
use ndarray::{Axis, Dimension, RemoveAxis, Slice, SliceArg, SliceInfoElem};
use smallvec::SmallVec;

use crate::axes::checked_axis;
use crate::error::invalid;
use crate::{ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// A slice, written with ndarray's [`s!`](ndarray::s): ranges with any step, indices, which remove their axis,
    /// and `NewAxis`.
    ///
    /// Negative bounds and indices count from the end. A negative step takes the range backwards, as ndarray does
    /// (not as NumPy): `s![2..5;-1]` gives elements 4, 3, 2. Only what the slice needs is computed, whatever the
    /// array is made from.
    ///
    /// # Errors
    /// A bound or index outside of the array, a step of zero, or, for `IxDyn`, a number of entries that is not the
    /// number of axes.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{NewAxis, array, s};
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2, 3], [4, 5, 6]], (1, 2))?;
    /// assert_eq!(x.slice(s![.., ..;2])?.compute()?, array![[1, 3], [4, 6]]);
    /// assert_eq!(x.slice(s![-1, ..;-1])?.compute()?, array![6, 5, 4]);
    /// assert_eq!(x.slice(s![.., NewAxis, 0])?.compute()?, array![[1], [4]]);
    /// assert!(x.slice(s![2, ..]).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> Result<ChunkedArray<A, I::OutDim>> {
        self.known("slice")?;
        if info.in_ndim() != self.ndim() {
            let why = {
                let entries = counted(info.in_ndim(), "entry", "entries");
                format!("{entries} for an array of {}", counted(self.ndim(), "axis", "axes"))
            };
            return Err(invalid("slice", why));
        }
        let mut shape = Shape::new();
        let mut source: SmallVec<[AxisMap; 4]> = SmallVec::new();
        for &elem in info.as_ref() {
            let axis = source.len();
            match elem {
                SliceInfoElem::NewAxis => shape.push(1),
                SliceInfoElem::Index(index) => {
                    let start = position(axis, index, self.shape()[axis])?;
                    source.push(AxisMap { axis: None, start, step: 1 });
                }
                SliceInfoElem::Slice { start, end, step } => {
                    let (len, start, step) = range(axis, Slice { start, end, step }, self.shape()[axis])?;
                    source.push(AxisMap { axis: Some(shape.len()), start, step });
                    shape.push(len);
                }
            }
        }
        Ok(ChunkedArray::from_expr(self.expr().view(View { shape, source })))
    }

    /// A slice along one axis.
    ///
    /// # Errors
    /// An axis that the array does not have, a bound outside of it, a step of zero.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, Slice, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2, 3], [4, 5, 6]], Auto)?;
    /// let y = x.slice_axis(Axis(1), Slice::from(1..))?;
    /// assert_eq!(y.compute()?, array![[2, 3], [5, 6]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn slice_axis(&self, axis: Axis, indices: Slice) -> Result<Self> {
        self.known("slice_axis")?;
        let axis = checked_axis(axis.0, self.ndim())?;
        let (len, start, step) = range(axis, indices, self.shape()[axis])?;
        let mut view = View::identity(self.shape());
        view.shape[axis] = len;
        view.source[axis] = AxisMap { axis: Some(axis), start, step };
        Ok(Self::from_expr(self.expr().view(view)))
    }

    /// The part at one index of an axis, without that axis.
    ///
    /// # Errors
    /// An axis that the array does not have, or an index outside of it.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2, 3], [4, 5, 6]], Auto)?;
    /// assert_eq!(x.index_axis(Axis(0), 1)?.compute()?, array![4, 5, 6]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn index_axis(&self, axis: Axis, index: usize) -> Result<ChunkedArray<A, D::Smaller>>
    where
        D: RemoveAxis,
    {
        self.known("index_axis")?;
        let axis = checked_axis(axis.0, self.ndim())?;
        let start = position(axis, isize::try_from(index).unwrap_or(isize::MAX), self.shape()[axis])?;
        let mut view = super::axes::without(self.shape(), &[axis]);
        view.source[axis].start = start;
        Ok(ChunkedArray::from_expr(self.expr().view(view)))
    }
}

/// The position that an index means, counted from the end if it is negative.
fn position(axis: usize, index: isize, len: usize) -> Result<usize, Error> {
    let at = if index < 0 { len.checked_add_signed(index) } else { Some(index as usize) };
    at.filter(|&at| at < len).ok_or(Error::Index { axis, index, len })
}

/// Number of positions, first position and step of a range, as ndarray reads it.
fn range(axis: usize, slice: Slice, len: usize) -> Result<(usize, usize, isize), Error> {
    // A bound may lie one past the last position.
    let bound = |index: isize| {
        let at = if index < 0 { len.checked_add_signed(index) } else { Some(index as usize) };
        at.filter(|&at| at <= len).ok_or(Error::Index { axis, index, len })
    };
    let Slice { start, end, step } = slice;
    let start = bound(start)?;
    let end = end.map_or(Ok(len), bound)?.max(start);
    if step == 0 {
        return Err(Error::Invalid { what: "slice", why: format!("the step along axis {axis} is zero") });
    }
    let count = (end - start).div_ceil(step.unsigned_abs());
    let first = if step > 0 { start } else { end.saturating_sub(1) };
    // Steps that lead nowhere are normalised: equal views then compare equal, and no step overflows.
    Ok(match count {
        0 => (0, 0, 1),
        1 => (1, first, 1),
        _ => (count, first, step),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Slice};

    use super::range;

    #[test]
    fn ranges_are_those_of_ndarray() {
        for len in 0..5usize {
            let array = Array1::from_iter(0..len);
            let bounds = || -(len as isize)..=len as isize;
            for start in bounds() {
                for end in bounds().map(Some).chain([None]) {
                    for step in [-7, -2, -1, 1, 2, 3, isize::MAX, isize::MIN] {
                        let slice = Slice { start, end, step };
                        let expected = array.slice_axis(ndarray::Axis(0), slice);
                        let (count, first, step) = range(0, slice, len).expect("within bounds");
                        let got: Vec<usize> =
                            (0..count).map(|i| first.wrapping_add_signed(step * i as isize)).collect();
                        assert_eq!(got, expected.to_vec(), "{slice:?} of {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn errors() {
        for slice in [Slice::new(0, Some(4), 1), Slice::new(-4, None, 1), Slice::new(4, None, -1)] {
            assert!(range(0, slice, 3).is_err(), "{slice:?}");
        }
        assert!(range(0, Slice { start: 0, end: None, step: 0 }, 3).is_err());
    }
}
