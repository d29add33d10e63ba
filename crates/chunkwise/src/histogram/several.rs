//! Histograms over several coordinates.

use chunkwise_core::{Element, Number, Ordered};
use chunkwise_expr::Expr;
use ndarray::{Array1, Array2, ArrayD, Dimension, Ix1, Ix2, IxDyn};

use super::Bins;
use super::density::density;
use super::points::Several;
use crate::{ChunkedArray, Compute, Result, Roots, Values, compute};

/// A lazy histogram over two coordinates.
#[derive(Clone, Debug)]
#[must_use = "histograms are lazy: nothing happens before `compute`"]
pub struct Histogram2<W = i64> {
    /// The number of elements in each bin, or the sum of their weights: bins of the first coordinate by those of the
    /// second.
    pub counts: ChunkedArray<W, Ix2>,
    /// The edges along the first coordinate, and along the second.
    pub edges: [ChunkedArray<f64, Ix1>; 2],
}

/// A lazy histogram over any number of coordinates.
#[derive(Clone, Debug)]
#[must_use = "histograms are lazy: nothing happens before `compute`"]
pub struct HistogramD<W = i64> {
    /// The number of elements in each bin, or the sum of their weights, with an axis for each coordinate.
    pub counts: ChunkedArray<W, IxDyn>,
    /// The edges along each coordinate.
    pub edges: Vec<ChunkedArray<f64, Ix1>>,
}

/// The histogram of points given by two coordinates each: how many lie in each bin of the first by the second.
///
/// The rules are those of [`histogram`](ChunkedArray::histogram), along each coordinate; a point outside the bins along
/// one of them is dropped.
///
/// # Errors
/// As for [`histogram`](ChunkedArray::histogram); coordinates of different shapes; more than 2^31 bins together.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![0.5, 0.5, 1.5, 7.0], Auto)?;
/// let y = ChunkedArray::from_array(array![1, 1, 2, 1], Auto)?;
/// let h = chunkwise::histogram2d(&x, &y, (Bins::linear(2, 0.0, 2.0), 2))?;
/// assert_eq!(h.counts.compute()?, array![[2, 0], [0, 1]]);
/// assert_eq!(h.edges[1].compute()?, array![1.0, 1.5, 2.0]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn histogram2d<A: Ordered, B: Ordered, D: Dimension>(
    x: &ChunkedArray<A, D>,
    y: &ChunkedArray<B, D>,
    bins: (impl Into<Bins>, impl Into<Bins>),
) -> Result<Histogram2> {
    let several = Several::new(&[x.expr(), y.expr()], [bins.0.into(), bins.1.into()], "histogram2d")?;
    several.two(None)
}

/// The histogram of points given by two coordinates, in which each point counts as much as its weight says. The result
/// has the type of the [weights](ChunkedArray::histogram_weighted).
///
/// # Errors
/// As for [`histogram2d`]; weights of another shape.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![0.5, 0.5, 1.5], Auto)?;
/// let weights = ChunkedArray::from_array(array![1.0, 2.0, 4.0], Auto)?;
/// let h = chunkwise::histogram2d_weighted(&x, &x, (Bins::linear(2, 0.0, 2.0), Bins::linear(1, 0.0, 2.0)), &weights)?;
/// assert_eq!(h.counts.compute()?, array![[3.0], [4.0]]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn histogram2d_weighted<A: Ordered, B: Ordered, W: Number, D: Dimension>(
    x: &ChunkedArray<A, D>,
    y: &ChunkedArray<B, D>,
    bins: (impl Into<Bins>, impl Into<Bins>),
    weights: &ChunkedArray<W, D>,
) -> Result<Histogram2<W>> {
    const WHAT: &str = "histogram2d_weighted";
    let several = Several::new(&[x.expr(), y.expr()], [bins.0.into(), bins.1.into()], WHAT)?;
    several.two(Some(weights.expr()))
}

/// The histogram of points given by any number of coordinates, with an axis for each.
///
/// The rules are those of [`histogram2d`].
///
/// # Errors
/// As for [`histogram2d`]; no coordinates, or not as many bins as coordinates.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![0.5, 0.5, 1.5], Auto)?;
/// let y = ChunkedArray::from_array(array![2.5, 2.5, 0.5], Auto)?;
/// let h = chunkwise::histogramdd(&[&x, &y], [Bins::linear(2, 0.0, 2.0), Bins::linear(3, 0.0, 3.0)])?;
/// assert_eq!(h.counts.compute()?, array![[0, 0, 2], [1, 0, 0]].into_dyn());
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn histogramdd<A: Ordered, D: Dimension>(
    coordinates: &[&ChunkedArray<A, D>],
    bins: impl IntoIterator<Item: Into<Bins>>,
) -> Result<HistogramD> {
    let exprs: Vec<&Expr> = coordinates.iter().map(|x| x.expr()).collect();
    Several::new(&exprs, bins.into_iter().map(Into::into), "histogramdd")?.any(None)
}

/// The histogram of points given by any number of coordinates, in which each point counts as much as its weight says.
/// The result has the type of the [weights](ChunkedArray::histogram_weighted).
///
/// # Errors
/// As for [`histogramdd`]; weights of another shape.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![0.5, 0.5, 1.5], Auto)?;
/// let weights = ChunkedArray::from_array(array![1, 2, 4], Auto)?;
/// let h = chunkwise::histogramdd_weighted(&[&x], [Bins::linear(2, 0.0, 2.0)], &weights)?;
/// assert_eq!(h.counts.compute()?, array![3, 4].into_dyn());
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn histogramdd_weighted<A: Ordered, W: Number, D: Dimension>(
    coordinates: &[&ChunkedArray<A, D>],
    bins: impl IntoIterator<Item: Into<Bins>>,
    weights: &ChunkedArray<W, D>,
) -> Result<HistogramD<W>> {
    let exprs: Vec<&Expr> = coordinates.iter().map(|x| x.expr()).collect();
    let several = Several::new(&exprs, bins.into_iter().map(Into::into), "histogramdd_weighted")?;
    several.any(Some(weights.expr()))
}

macro_rules! whole {
    ($($Histogram:ident, $Dim:ty, $Counts:ident, $Edges:ty;)*) => {$(
        impl<W: Number + Ordered> $Histogram<W> {
            /// The probability density in each bin: counts divided by the size of the bin and by all counts together, so
            /// that the integral is one. NaN if nothing was counted.
            #[track_caller]
            pub fn density(&self) -> ChunkedArray<f64, $Dim> {
                let edges: Vec<&Expr> = self.edges.iter().map(|edges| edges.expr()).collect();
                ChunkedArray::from_expr(density(self.counts.expr(), &edges))
            }
        }

        impl<W: Element> $Histogram<W> {
            /// Computes counts and edges.
            ///
            /// # Errors
            /// As for [`compute`](crate::compute()).
            pub fn compute(&self) -> Result<($Counts<W>, $Edges)> {
                compute(self)
            }
        }

        impl<W: Element> Compute for $Histogram<W> {
            type Output = ($Counts<W>, $Edges);

            fn roots(&self, roots: &mut Roots) {
                self.counts.roots(roots);
                self.edges.roots(roots);
            }

            fn collect(&self, values: &mut Values) -> Self::Output {
                (self.counts.collect(values), self.edges.collect(values))
            }
        }
    )*};
}

whole! {
    Histogram2, Ix2, Array2, [Array1<f64>; 2];
    HistogramD, IxDyn, ArrayD, Vec<Array1<f64>>;
}
