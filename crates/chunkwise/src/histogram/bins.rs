//! Which bins a histogram has.

use chunkwise_core::Error::Invalid;
use chunkwise_kernels::bins::{self, check_count};

use crate::Result;

/// The bins of a histogram.
///
/// All but the last contain their lower edge and not their upper one; the last contains both, as in NumPy.
/// Wherever a histogram takes bins it takes a number too: that many, over the [range](Self::count) of the data.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::array;
///
/// let x = ChunkedArray::from_array(array![0.0, 1.0, 1.5, 4.0], Auto)?;
/// assert_eq!(x.histogram(Bins::linear(2, 0.0, 2.0))?.counts.compute()?, array![1, 2]);
/// assert_eq!(x.histogram(Bins::edges([0.0, 1.5, 4.0])?)?.counts.compute()?, array![2, 2]);
/// assert_eq!(x.histogram(Bins::count(4))?.counts.compute()?, array![1, 2, 0, 1]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bins(pub(super) Choice);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Choice {
    Known(bins::Bins),
    Automatic(usize),
    /// Too many to be counted.
    TooMany(usize),
}

impl Bins {
    /// `count` bins of equal width from `lo` to `hi`; if these are equal, from half less to half more.
    ///
    /// Edges that are not finite or not in order, and no bins, are refused by the histogram.
    pub fn linear(count: usize, lo: f64, hi: f64) -> Self {
        let (lo, hi) = if lo == hi { (lo - 0.5, hi + 0.5) } else { (lo, hi) };
        Bins(match u32::try_from(count) {
            Ok(count) => Choice::Known(bins::Bins::uniform(count, lo, hi)),
            Err(_) => Choice::TooMany(count),
        })
    }

    /// Bins between neighbouring edges, which may be of any width, even none, and infinite at the ends.
    ///
    /// # Errors
    /// Less than two edges, edges that decrease, NaN.
    pub fn edges(edges: impl IntoIterator<Item = f64>) -> Result<Self> {
        let edges = bins::Bins::edges(edges);
        edges.check().map_err(|why| Invalid { what: "bins", why })?;
        Ok(Bins(Choice::Known(edges)))
    }

    /// `count` bins of equal width from the least finite element to the largest, which one more pass over the data
    /// finds.
    ///
    /// Unlike NumPy, which refuses data with NaN or infinite elements here, this leaves them out of the range and so
    /// of every bin. If all elements are `x`, bins go from `x - 0.5` to `x + 0.5`; without any, from 0 to 1.
    pub fn count(count: usize) -> Self {
        Bins(Choice::Automatic(count))
    }

    /// What a histogram can count: the bins, or how many.
    pub(super) fn checked(self, what: &'static str) -> Result<Choice> {
        let invalid = |why| Invalid { what, why };
        match &self.0 {
            Choice::Known(known) => {
                known.check().map_err(invalid)?;
                let uniform = matches!(known, bins::Bins::Uniform { .. });
                if uniform && known.all_edges().windows(2).any(|pair| pair[0] >= pair[1]) {
                    let why = format!("the range is too narrow for {} bins", known.count());
                    return Err(invalid(why).into());
                }
            }
            Choice::Automatic(count) | Choice::TooMany(count) => check_count(*count).map_err(invalid)?,
        }
        Ok(self.0)
    }
}

/// That many bins over the range of the data, as [`Bins::count`].
impl From<usize> for Bins {
    fn from(count: usize) -> Self {
        Bins::count(count)
    }
}
