//! Which axes a contraction multiplies along.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How many axes of each kind a contraction has.
///
/// Axes are in canonical order, which permuted views bring any contraction to: those of the left operand are
/// batch, rows, summed; those of the right one batch, summed, columns; those of the result batch, rows, columns.
/// Element `[b, i, j]` of the result is the sum over `k` of `left[b, i, k] * right[b, k, j]`, where each letter
/// stands for any number of axes, none included.
///
/// ```
/// use chunkwise_plan::Contraction;
///
/// let axes = Contraction { batch: 1, rows: 1, summed: 2, cols: 0 };
/// assert_eq!(axes.result(&[7, 2, 4, 5], &[7, 4, 5]).as_deref(), Some(&[7, 2][..]));
/// assert_eq!(axes.result(&[7, 2, 4, 5], &[7, 4, 6]), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contraction {
    /// Axes that both operands and the result have.
    pub batch: usize,
    /// Axes of the left operand and the result.
    pub rows: usize,
    /// Axes of both operands that are summed over.
    pub summed: usize,
    /// Axes of the right operand and the result.
    pub cols: usize,
}

impl Contraction {
    /// The left operand's axes that are summed over; those before are the result's.
    pub fn left_summed(&self) -> Range<usize> {
        let first = self.batch + self.rows;
        first..first + self.summed
    }

    /// The right operand's axes that are summed over; those before are batches, those after columns.
    pub fn right_summed(&self) -> Range<usize> {
        self.batch..self.batch + self.summed
    }

    /// Axes of the left operand.
    pub fn left_ndim(&self) -> usize {
        self.batch.saturating_add(self.rows).saturating_add(self.summed)
    }

    /// Axes of the right operand.
    pub fn right_ndim(&self) -> usize {
        self.batch.saturating_add(self.summed).saturating_add(self.cols)
    }

    /// Axes of the result.
    pub fn result_ndim(&self) -> usize {
        self.batch.saturating_add(self.rows).saturating_add(self.cols)
    }

    /// Whether there is at most one axis of each kind but batches, so that any box of a strided operand is a matrix.
    pub fn is_single(&self) -> bool {
        self.rows.max(self.summed).max(self.cols) <= 1
    }

    /// The result's entry for every axis, from those of the operands: their lengths, or anything else that they
    /// share. `None` when operands have other axes, or differ where they must not.
    pub fn result<T: Clone + PartialEq>(&self, left: &[T], right: &[T]) -> Option<Vec<T>> {
        let fits = left.len() == self.left_ndim()
            && right.len() == self.right_ndim()
            && left[..self.batch] == right[..self.batch]
            && left[self.left_summed()] == right[self.right_summed()];
        fits.then(|| [&left[..self.batch + self.rows], &right[self.batch + self.summed..]].concat())
    }

    /// The left operand's entries, from those of the result and of the axes summed over.
    pub fn left_of(&self, result: &[usize], summed: &[usize]) -> chunkwise_core::Shape {
        result[..self.batch + self.rows].iter().chain(summed).copied().collect()
    }

    /// The right operand's entries, from those of the result and of the axes summed over.
    pub fn right_of(&self, result: &[usize], summed: &[usize]) -> chunkwise_core::Shape {
        let (batch, cols) = (&result[..self.batch], &result[self.batch + self.rows..]);
        batch.iter().chain(summed).chain(cols).copied().collect()
    }
}
