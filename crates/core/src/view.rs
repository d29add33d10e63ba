//! Affine maps between the indices of two arrays.

use smallvec::SmallVec;

use crate::{AxisGrid, Grid, Shape, Strides};

/// Where the coordinate of one source axis comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct AxisMap {
    /// The axis of the view that moves along this source axis; `None` for a fixed position.
    pub axis: Option<usize>,
    /// Source coordinate where the view's coordinate is zero.
    pub start: usize,
    /// Source step for one step of the view.
    pub step: isize,
}

/// A view of a source array: slices with any step, permutations, new and removed axes, flips, broadcasts and
/// any sequence of these.
///
/// The element at view position `o` is the source element at `start[k] + step[k] * o[axis[k]]` for each
/// source axis `k`. A view axis that no source axis names repeats the source (a new or broadcast axis).
/// Views compose into views, so any chain of them costs as much as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct View {
    /// Shape of the view.
    pub shape: Shape,
    /// One entry per axis of the source.
    pub source: SmallVec<[AxisMap; 4]>,
}

impl View {
    /// The view that changes nothing.
    pub fn identity(shape: &[usize]) -> Self {
        let source = (0..shape.len()).map(|k| AxisMap { axis: Some(k), start: 0, step: 1 }).collect();
        View { shape: shape.into(), source }
    }

    /// Axis `i` of the view is axis `axes[i]` of the source.
    pub fn permuted(shape: &[usize], axes: &[usize]) -> Self {
        let mut view = View::identity(shape);
        for (i, &k) in axes.iter().enumerate() {
            view.shape[i] = shape[k];
            view.source[k].axis = Some(i);
        }
        view
    }

    /// NumPy's broadcast of `from` to `to`, which must be possible: trailing axes match, length-one axes repeat.
    pub fn broadcast(from: &[usize], to: &[usize]) -> Self {
        let shift = to.len() - from.len();
        let source = from
            .iter()
            .enumerate()
            .map(|(k, &n)| {
                let repeated = n == 1 && to[k + shift] != 1;
                AxisMap { axis: (!repeated).then_some(k + shift), start: 0, step: 1 }
            })
            .collect();
        View { shape: to.into(), source }
    }

    /// Whether the view of a source of this shape is the source itself.
    pub fn is_identity(&self, source: &[usize]) -> bool {
        // Axes of one element read it whatever their map says; arrays of none are all the same.
        self.shape[..] == *source
            && (source.contains(&0)
                || self
                    .source
                    .iter()
                    .enumerate()
                    .all(|(k, m)| source[k] == 1 || (m.start == 0 && m.axis == Some(k) && m.step == 1)))
    }

    /// The view of the source that `outer` makes of this view.
    ///
    /// ```
    /// use chunkwise_core::View;
    ///
    /// let transposed = View::permuted(&[2, 3], &[1, 0]);
    /// assert!(!transposed.is_identity(&[2, 3]));
    /// let twice = transposed.then(&View::permuted(&[3, 2], &[1, 0]));
    /// assert!(twice.is_identity(&[2, 3]));
    /// ```
    pub fn then(&self, outer: &View) -> View {
        debug_assert_eq!(outer.source.len(), self.shape.len());
        let source = self
            .source
            .iter()
            .map(|inner| match inner.axis {
                None => *inner,
                Some(k) => {
                    // Axes of one element or none may have steps of any size, whose product need not fit.
                    let m = outer.source[k];
                    let start = inner.start.wrapping_add_signed(inner.step.wrapping_mul(m.start as isize));
                    let step = if m.axis.is_some() { inner.step.wrapping_mul(m.step) } else { 1 };
                    AxisMap { axis: m.axis, start, step }
                }
            })
            .collect();
        View { shape: outer.shape.clone(), source }
    }

    /// Whether a view axis of more than one element repeats the source.
    pub fn repeats(&self) -> bool {
        (0..self.shape.len()).any(|i| self.shape[i] > 1 && self.drivers(i).next().is_none())
    }

    /// The source axes that view axis `i` moves along.
    pub fn drivers(&self, i: usize) -> impl Iterator<Item = (usize, AxisMap)> + '_ {
        self.source.iter().copied().enumerate().filter(move |(_, m)| m.axis == Some(i))
    }

    /// Strides of the view over a source with `strides`, and the offset of the element at `origin` of the
    /// view; both in elements.
    pub fn strides(&self, strides: &[isize], origin: &[usize]) -> (Strides, isize) {
        let mut out: Strides = SmallVec::from_elem(0, self.shape.len());
        let mut offset = 0isize;
        for (m, &stride) in self.source.iter().zip(strides) {
            let mut at = m.start as isize;
            if let Some(i) = m.axis {
                // Wrapping for the sake of axes that nobody steps along, as in `then`.
                out[i] = out[i].wrapping_add(m.step.wrapping_mul(stride));
                at = at.wrapping_add(m.step.wrapping_mul(origin[i] as isize));
            }
            offset = offset.wrapping_add(at.wrapping_mul(stride));
        }
        (out, offset)
    }

    /// The smallest box of the source that holds what the box at `origin` with `shape` of the view reads:
    /// its first position and shape.
    pub fn source_box(&self, origin: &[usize], shape: &[usize]) -> (Shape, Shape) {
        self.source
            .iter()
            .map(|m| match m.axis {
                None => (m.start, 1),
                Some(i) if shape[i] == 0 => (m.start, 0),
                Some(i) => {
                    let first = m.start.wrapping_add_signed(m.step.wrapping_mul(origin[i] as isize));
                    let last = first.wrapping_add_signed(m.step.wrapping_mul((shape[i] - 1) as isize));
                    (first.min(last), first.abs_diff(last) + 1)
                }
            })
            .unzip()
    }

    /// The grid that the view inherits from its source's; view axes that repeat take theirs from `free`.
    pub fn grid(&self, source: &Grid, free: &Grid) -> Grid {
        Grid::new((0..self.shape.len()).map(|i| {
            self.drivers(i)
                .map(|(k, m)| source.axes()[k].strided(m.start, m.step, self.shape[i]))
                .reduce(|a: AxisGrid, b| a.refine(&b))
                .unwrap_or_else(|| free.axes()[i].clone())
        }))
    }
}

#[cfg(test)]
mod tests;
