//! Chunk boundaries along each axis.

mod axis;

#[cfg(test)]
mod tests;

use smallvec::SmallVec;

use crate::Shape;

pub use axis::AxisGrid;

/// Chunk boundaries of an n-dimensional array.
///
/// Chunks are numbered in row-major order of their coordinates.
///
/// ```
/// use chunkwise_core::{AxisGrid, Grid};
///
/// let grid = Grid::new([AxisGrid::regular(5, 2), AxisGrid::from_sizes(&[4, 3])]);
/// assert_eq!(grid.shape()[..], [5, 7]);
/// assert_eq!(grid.count(), 6);
/// let coords = grid.coords(5);
/// let (start, shape) = grid.block(&coords);
/// assert_eq!((&coords[..], &start[..], &shape[..]), (&[2, 1][..], &[4, 4][..], &[1, 3][..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grid {
    axes: SmallVec<[AxisGrid; 4]>,
}

impl Grid {
    /// A grid of the given axes.
    pub fn new(axes: impl IntoIterator<Item = AxisGrid>) -> Self {
        Grid { axes: axes.into_iter().collect() }
    }

    /// One chunk that covers everything.
    pub fn whole(shape: &[usize]) -> Self {
        Grid::new(shape.iter().map(|&n| AxisGrid::whole(n)))
    }

    /// The axes.
    pub fn axes(&self) -> &[AxisGrid] {
        &self.axes
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.axes.len()
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> Shape {
        self.axes.iter().map(AxisGrid::len).collect()
    }

    /// Number of chunks along each axis.
    pub fn counts(&self) -> Shape {
        self.axes.iter().map(AxisGrid::count).collect()
    }

    /// Number of chunks, saturating at `usize::MAX`.
    pub fn count(&self) -> usize {
        self.axes.iter().fold(1usize, |n, a| n.saturating_mul(a.count()))
    }

    /// Shape of the largest chunk.
    pub fn largest(&self) -> Shape {
        self.axes.iter().map(AxisGrid::largest).collect()
    }

    /// Coordinates of chunk number `index` in row-major order.
    pub fn coords(&self, mut index: usize) -> Shape {
        let mut coords: Shape = SmallVec::from_elem(0, self.axes.len());
        for (c, axis) in coords.iter_mut().zip(&self.axes).rev() {
            let n = axis.count();
            *c = index % n;
            index /= n;
        }
        coords
    }

    /// Number of the chunk at `coords`.
    pub fn index(&self, coords: &[usize]) -> usize {
        self.axes.iter().zip(coords).fold(0, |i, (axis, &c)| i * axis.count() + c)
    }

    /// First position and shape of the chunk at `coords`.
    pub fn block(&self, coords: &[usize]) -> (Shape, Shape) {
        self.axes
            .iter()
            .zip(coords)
            .map(|(axis, &c)| {
                let bounds = axis.bounds(c);
                (bounds.start, bounds.len())
            })
            .unzip()
    }

    /// The coarsest grid whose boundaries include those of both. Shapes must match.
    pub fn refine(&self, other: &Self) -> Self {
        debug_assert_eq!(self.ndim(), other.ndim());
        Grid::new(self.axes.iter().zip(&other.axes).map(|(a, b)| a.refine(b)))
    }
}
