//! Points of several coordinates as numbers of bins.

use chunkwise_core::Error::Invalid;
use chunkwise_core::{Element, Grid, Scalar};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::bins::MOST;
use chunkwise_kernels::{Binary, Op, Ternary};
use ndarray::Ix1;

use super::binned::{Binned, binned};
use super::several::{Histogram2, HistogramD};
use super::{Bins, counts, named, same_length, sums};
use crate::{ChunkedArray, Result};

/// Points as numbers of bins, row-major over the coordinates.
pub(super) struct Several {
    numbers: Expr,
    shape: Vec<usize>,
    edges: Vec<ChunkedArray<f64, Ix1>>,
    what: &'static str,
}

impl Several {
    #[track_caller]
    pub(super) fn new(coordinates: &[&Expr], bins: impl IntoIterator<Item = Bins>, what: &'static str) -> Result<Self> {
        let invalid = |why: String| Invalid { what, why };
        let bins: Vec<Bins> = bins.into_iter().collect();
        if coordinates.is_empty() || bins.len() != coordinates.len() {
            let (coordinates, bins) = (coordinates.len(), bins.len());
            return Err(
                invalid(format!("needs bins for each of its {coordinates} coordinates, got {bins}")).into()
            );
        }
        let (mut numbers, mut shape, mut edges) = (None, Vec::new(), Vec::new());
        for (x, bins) in coordinates.iter().zip(bins) {
            same_length(coordinates[0], x, what)?;
            let Binned { numbers: more, count, edges: along } = binned(x, bins, what)?;
            shape.push(count);
            edges.push(along);
            let all = shape.iter().try_fold(1usize, |all, &n| all.checked_mul(n));
            if all.is_none_or(|all| all > MOST as usize) {
                return Err(invalid(format!("{shape:?} bins are more than 2^31 together")).into());
            }
            numbers = Some(match numbers {
                None => more,
                Some(before) => joined(&before, &more, count).map_err(|error| named(error, what))?,
            });
        }
        let numbers = numbers.ok_or_else(|| invalid("needs a coordinate".to_owned()))?;
        Ok(Several { numbers, shape, edges, what })
    }

    /// The counts, or the sums of weights.
    #[track_caller]
    fn counts(&self, weights: Option<&Expr>) -> Result<Expr> {
        let count = self.shape.iter().product();
        let counts = match weights {
            None => counts(&self.numbers, count)?,
            Some(weights) => sums(&self.numbers, count, weights, self.what)?,
        };
        Ok(counts.reshape(&self.shape, None)?)
    }

    #[track_caller]
    pub(super) fn two<W: Element>(self, weights: Option<&Expr>) -> Result<Histogram2<W>> {
        let counts = ChunkedArray::from_expr(self.counts(weights)?);
        let [x, y] = [0, 1].map(|axis| self.edges[axis].clone());
        Ok(Histogram2 { counts, edges: [x, y] })
    }

    #[track_caller]
    pub(super) fn any<W: Element>(self, weights: Option<&Expr>) -> Result<HistogramD<W>> {
        Ok(HistogramD { counts: ChunkedArray::from_expr(self.counts(weights)?), edges: self.edges })
    }
}

/// Numbers of bins along one coordinate more, which has `count`: -1 where either is.
#[track_caller]
fn joined(before: &Expr, more: &Expr, count: usize) -> Result<Expr, ExprError> {
    let number = |value: i64| Expr::fill(Scalar::new(value), Grid::new([]));
    let least = Expr::elementwise(Op::Binary(Binary::Minimum), &[before, more])?;
    let out = Expr::elementwise(Op::Binary(Binary::Lt), &[&least, &number(0)])?;
    let both = Expr::elementwise(Op::Ternary(Ternary::MulAdd), &[before, &number(count as i64), more])?;
    Expr::elementwise(Op::Ternary(Ternary::Select), &[&out, &number(-1), &both])
}
