//! Histograms, as NumPy counts them.
//!
//! A histogram is an instruction that turns a value into the number of its bin, and a grouped reduction: the count of
//! each number, or the sum of weights.

mod binned;
mod bins;
mod density;
mod points;
mod several;

use binned::binned;
pub use bins::Bins;
use chunkwise_core::{Element, Error, Number, Ordered, Shape};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::Op;
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Array1, Dimension, Ix1};
pub use several::{
    Histogram2, HistogramD, histogram2d, histogram2d_weighted, histogramdd, histogramdd_weighted,
};

use crate::{ChunkedArray, Compute, Result, Roots, Values, compute};

/// A lazy histogram: what each bin holds, and the edges of the bins.
///
/// It can be [computed](crate::compute()) as a whole, which gives counts and edges, or field by field.
#[derive(Clone, Debug)]
#[must_use = "histograms are lazy: nothing happens before `compute`"]
pub struct Histogram<W = i64> {
    /// The number of elements in each bin, or the sum of their weights.
    pub counts: ChunkedArray<W, Ix1>,
    /// The edges of the bins, one more than bins.
    pub edges: ChunkedArray<f64, Ix1>,
}

impl<A: Ordered, D: Dimension> ChunkedArray<A, D> {
    /// The histogram of all elements, whatever the number of axes.
    ///
    /// Every bin holds its lower edge and not its upper one, but the last bin holds both. Elements outside all bins and
    /// NaN are dropped. Elements are compared with edges as `f64`, and an element next to an edge is in the bin in
    /// which NumPy puts it. With a number of bins, one more pass finds the [range](Bins::count).
    ///
    /// It works on arrays of unknown length.
    ///
    /// # Errors
    /// No bins or more than 2^31, edges that are not finite or not in order, a range too narrow for so many bins.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array1, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1.0, 2.0, 1.0], [3.0, f64::NAN, 9.0]], Auto)?;
    /// let (counts, edges): (Array1<i64>, Array1<f64>) = x.histogram(Bins::linear(2, 1.0, 3.0))?.compute()?;
    /// assert_eq!((counts, edges), (array![2, 2], array![1.0, 2.0, 3.0]));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn histogram(&self, bins: impl Into<Bins>) -> Result<Histogram> {
        let binned = binned(self.expr(), bins.into(), "histogram")?;
        let counts = counts(&binned.numbers, binned.count)?;
        Ok(Histogram { counts: ChunkedArray::from_expr(counts), edges: binned.edges })
    }

    /// The histogram in which each element counts as much as its weight says.
    ///
    /// The result has the type of the weights, as in NumPy; integers are summed as 64-bit integers, which wrap, and
    /// converted at last. Weights have the shape of this array, or are of unknown length and selected by the same mask.
    ///
    /// # Errors
    /// As for [`histogram`](Self::histogram); weights of another shape, or selected by another mask.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1.0, 2.0, 1.0], Auto)?;
    /// let weights = ChunkedArray::from_array(array![0.5, 2.0, 0.25], Auto)?;
    /// let h = x.histogram_weighted(Bins::linear(2, 1.0, 3.0), &weights)?;
    /// assert_eq!(h.counts.compute()?, array![0.75, 2.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn histogram_weighted<W: Number>(
        &self,
        bins: impl Into<Bins>,
        weights: &ChunkedArray<W, D>,
    ) -> Result<Histogram<W>> {
        const WHAT: &str = "histogram_weighted";
        let binned = binned(self.expr(), bins.into(), WHAT)?;
        let counts = sums(&binned.numbers, binned.count, weights.expr(), WHAT)?;
        Ok(Histogram { counts: ChunkedArray::from_expr(counts), edges: binned.edges })
    }
}

impl<W: Number + Ordered> Histogram<W> {
    /// The probability density in each bin: counts divided by the width of the bin and by all counts together, so that
    /// the integral is one. NaN if nothing was counted.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![0, 1, 2, 3], Auto)?;
    /// let h = x.histogram(Bins::edges([0.0, 1.0, 4.0])?)?;
    /// assert_eq!(h.density().compute()?, array![0.25, 0.25]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn density(&self) -> ChunkedArray<f64, Ix1> {
        ChunkedArray::from_expr(density::density(self.counts.expr(), &[self.edges.expr()]))
    }
}

impl<W: Element> Histogram<W> {
    /// Computes counts and edges.
    ///
    /// # Errors
    /// As for [`compute`](crate::compute()).
    pub fn compute(&self) -> Result<(Array1<W>, Array1<f64>)> {
        compute(self)
    }
}

impl<W: Element> Compute for Histogram<W> {
    type Output = (Array1<W>, Array1<f64>);

    fn roots(&self, roots: &mut Roots) {
        self.counts.roots(roots);
        self.edges.roots(roots);
    }

    fn collect(&self, values: &mut Values) -> Self::Output {
        (self.counts.collect(values), self.edges.collect(values))
    }
}

/// How often each number comes.
#[track_caller]
fn counts(numbers: &Expr, count: usize) -> Result<Expr> {
    let axes: Vec<usize> = (0..numbers.shape().len()).collect();
    Ok(numbers.reduce_groups(numbers, count as u32, ReduceOp::Count, &axes)?)
}

/// The weights of each number together, in the type of the weights.
#[track_caller]
fn sums(numbers: &Expr, count: usize, weights: &Expr, what: &'static str) -> Result<Expr> {
    same_length(numbers, weights, what)?;
    let axes: Vec<usize> = (0..numbers.shape().len()).collect();
    let sums = weights.reduce_groups(numbers, count as u32, ReduceOp::Sum, &axes);
    let sums = sums.map_err(|error| named(error, what))?;
    if sums.dtype() == weights.dtype() {
        return Ok(sums);
    }
    Ok(Expr::elementwise(Op::Cast(weights.dtype()), &[&sums])?)
}

/// Whether two arrays go together element by element, without broadcasting.
pub(crate) fn same_length(a: &Expr, b: &Expr, what: &'static str) -> Result<()> {
    if a.is_unknown() != b.is_unknown() {
        return Err(ExprError::UnknownLength { op: what }.into());
    }
    let (expected, got): (Shape, Shape) = (a.visible_shape().into(), b.visible_shape().into());
    if expected != got {
        return Err(Error::ShapeMismatch { what, expected, got }.into());
    }
    Ok(())
}

/// The error of a reduction as one of the method that is made of it.
pub(crate) fn named(error: ExprError, op: &'static str) -> ExprError {
    match error {
        ExprError::UnknownLength { .. } => ExprError::UnknownLength { op },
        ExprError::DifferentMasks { .. } => ExprError::DifferentMasks { op },
        other => other,
    }
}
