//! Evenly spaced numbers.

use std::ops::Range;

use chunkwise_core::{Element, Grid, Number, Ordered, Real, Scalar, dispatch};
use chunkwise_expr::Expr;
use ndarray::Ix1;

use crate::error::invalid;
use crate::{ChunkedArray, IntoShape, Result};

impl<A: Number + Ordered> ChunkedArray<A, Ix1> {
    /// The numbers from `range.start` up to `range.end`, exclusive, in steps of one.
    ///
    /// # Errors
    /// As for [`arange_step`](Self::arange_step).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// assert_eq!(ChunkedArray::arange(2..5)?.compute()?, array![2, 3, 4]);
    /// assert_eq!(ChunkedArray::arange(0.5..3.0)?.compute()?, array![0.5, 1.5, 2.5]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn arange(range: Range<A>) -> Result<Self> {
        Self::arange_step(range.start, range.end, A::one())
    }

    /// The numbers `start`, `start + step`, `start + 2 step`, .. before `stop`, in automatic chunks.
    ///
    /// As in NumPy there are `ceil((stop - start) / step)` of them, none if that is negative; with a fractional
    /// step, rounding may let the last one reach `stop`, so [`linspace`](Self::linspace) is the better choice.
    ///
    /// # Errors
    /// A step of zero, bounds or a step that are not finite, more numbers than can be addressed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// assert_eq!(ChunkedArray::arange_step(0, 10, 3)?.compute()?, array![0, 3, 6, 9]);
    /// assert_eq!(ChunkedArray::arange_step(1.0, 0.0, -0.25)?.compute()?, array![1.0, 0.75, 0.5, 0.25]);
    /// assert!(ChunkedArray::arange_step(0, 10, 0).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn arange_step(start: A, stop: A, step: A) -> Result<Self> {
        let len = count(start, stop, step)?;
        let grid = len.into_chunked().grid(A::DTYPE)?;
        Ok(index(grid).cast::<A>() * step + start)
    }
}

impl<A: Real> ChunkedArray<A, Ix1> {
    /// `n` evenly spaced numbers from `start` to `end`, both included; a chunk spec may follow the number.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::linspace(0.0, 1.0, 5.chunked(2))?;
    /// assert_eq!(x.compute()?, array![0.0, 0.25, 0.5, 0.75, 1.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn linspace(start: A, end: A, n: impl IntoShape<Dim = Ix1>) -> Result<Self> {
        let grid = n.into_chunked().grid(A::DTYPE)?;
        let steps = grid.shape()[0].saturating_sub(1);
        if steps == 0 {
            return Ok(Self::from_expr(Expr::fill(Scalar::new(start), grid)));
        }
        // The last number is `end` itself, not what rounding makes of it.
        let last = index(grid.clone()).eq(steps as i64)?;
        last.select(end, spaced(grid, start, end, steps))
    }

    /// `n` evenly spaced numbers from `start` to `end`, without `end` itself: NumPy's `endpoint=False`.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// assert_eq!(ChunkedArray::linspace_exclusive(0.0, 1.0, 4)?.compute()?, array![0.0, 0.25, 0.5, 0.75]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn linspace_exclusive(start: A, end: A, n: impl IntoShape<Dim = Ix1>) -> Result<Self> {
        let grid = n.into_chunked().grid(A::DTYPE)?;
        let steps = grid.shape()[0];
        Ok(spaced(grid, start, end, steps))
    }
}

/// The index of each position.
#[track_caller]
fn index(grid: Grid) -> ChunkedArray<i64, Ix1> {
    ChunkedArray::from_expr(Expr::coord(0, grid))
}

/// `start + i * step`, where `steps` steps lead to `end`.
#[track_caller]
fn spaced<A: Real>(grid: Grid, start: A, end: A, steps: usize) -> ChunkedArray<A, Ix1> {
    let index = index(grid).cast::<A>();
    let steps = A::from(steps).unwrap_or(A::infinity());
    let step = (end - start) / steps;
    // A span so small that the step underflows is divided only after it was multiplied, as NumPy does.
    let offset = if step == A::zero() { index / steps * (end - start) } else { index * step };
    offset + start
}

/// How many numbers an arange has.
fn count<A: Element>(start: A, stop: A, step: A) -> Result<usize> {
    const WHAT: &str = "arange";
    let values = [start, stop, step].map(Scalar::new);
    if step == A::default() {
        return Err(invalid(WHAT, "the step is zero"));
    }
    let too_long = || invalid(WHAT, "more numbers than can be addressed");
    dispatch!(A::DTYPE, Integer, T => {
        let [start, stop, step] = values.map(|v| v.get::<T>().map_or(0, |v| v as i128));
        let span = stop - start;
        // Towards zero, then up by one unless it divides: the ceiling of a positive quotient.
        let count = span / step + i128::from(span % step != 0 && (span > 0) == (step > 0));
        usize::try_from(count.max(0)).map_err(|_| too_long())
    }, else dispatch!(A::DTYPE, Real, T => {
        let [start, stop, step] = values.map(|v| v.get::<T>().unwrap_or(T::NAN));
        let count = ((stop - start) / step).ceil();
        if !(start.is_finite() && step.is_finite() && count.is_finite()) {
            return Err(invalid(WHAT, format!("{start}, {stop} and {step} are not all finite")));
        }
        if count >= isize::MAX as T { Err(too_long()) } else { Ok(count.max(0.0) as usize) }
    }, else unreachable!("an ordered number is an integer or a float")))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts() {
        for (start, stop, step, expected) in [
            (0, 10, 1, 10),
            (0, 10, 3, 4),
            (0, 9, 3, 3),
            (10, 0, -3, 4),
            (10, 1, -3, 3),
            (0, 10, -1, 0),
            (10, 0, 1, 0),
        ] {
            assert_eq!(count(start, stop, step).ok(), Some(expected), "{start}..{stop} by {step}");
        }
        assert_eq!(count(0u8, 255, 100).ok(), Some(3));
        assert_eq!(count(i64::MIN, i64::MAX, 1 << 60).ok(), Some(16));
        assert_eq!(count(0.0f32, 1.0, 0.1).ok(), Some(10));
        assert_eq!(count(0.0, 1.0, 0.3).ok(), Some(4));
        assert_eq!(count(1.0, 0.0, 0.5).ok(), Some(0));
        assert!(count(0, 1, 0).is_err());
        assert!(count(0.0, f64::NAN, 1.0).is_err());
        assert!(count(0.0, f64::INFINITY, 1.0).is_err());
        assert!(count(0.0, 1e300, 1e-300).is_err());
        assert!(count(i64::MIN, i64::MAX, 1).is_err() || usize::MAX as u128 > i64::MAX as u128);
    }
}
