//! Chunk boundaries along each axis.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::Shape;

/// Chunk boundaries of one axis.
///
/// Regular chunks are stored as two numbers, so that an axis of a million chunks costs nothing.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub enum AxisGrid {
    /// Chunks of `size`, the last one possibly shorter. `size` is at least 1; an empty axis has one chunk.
    Regular {
        /// Length of the axis.
        len: usize,
        /// Length of every chunk but the last.
        size: usize,
    },
    /// Offsets of the boundaries: first 0, last the length, never decreasing; at least two.
    Explicit(Arc<[usize]>),
}

impl PartialEq for AxisGrid {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (AxisGrid::Regular { len: a, size: s }, AxisGrid::Regular { len: b, size: t }) => {
                a == b && (s == t || (*s >= *a && *t >= *b))
            }
            (AxisGrid::Explicit(a), AxisGrid::Explicit(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => {
                self.len() == other.len()
                    && self.count() == other.count()
                    && (0..self.count()).all(|i| self.bounds(i) == other.bounds(i))
            }
        }
    }
}

impl Eq for AxisGrid {}

impl AxisGrid {
    /// One chunk that covers the whole axis.
    pub fn whole(len: usize) -> Self {
        AxisGrid::Regular { len, size: len.max(1) }
    }

    /// Chunks of `size` (at least 1).
    pub fn regular(len: usize, size: usize) -> Self {
        AxisGrid::Regular { len, size: size.max(1) }
    }

    /// Chunks of the given sizes, in order. Kept as given, chunks of length zero included.
    pub fn from_sizes(sizes: &[usize]) -> Self {
        let mut offsets = Vec::with_capacity(sizes.len() + 1);
        let mut end = 0;
        offsets.push(0);
        for size in sizes {
            end += size;
            offsets.push(end);
        }
        Self::from_offsets(offsets)
    }

    /// Chunks between the given offsets: first 0, never decreasing.
    pub fn from_offsets(mut offsets: Vec<usize>) -> Self {
        debug_assert!(offsets.first() == Some(&0) && offsets.is_sorted());
        if offsets.len() == 1 {
            offsets.push(0);
        }
        let len = offsets[offsets.len() - 1];
        let size = offsets[1];
        let regular = size > 0
            && offsets.windows(2).rev().skip(1).all(|w| w[1] - w[0] == size)
            && (1..=size).contains(&(len - offsets[offsets.len() - 2]));
        if regular { AxisGrid::Regular { len, size } } else { AxisGrid::Explicit(offsets.into()) }
    }

    /// Length of the axis.
    pub fn len(&self) -> usize {
        match self {
            AxisGrid::Regular { len, .. } => *len,
            AxisGrid::Explicit(offsets) => offsets[offsets.len() - 1],
        }
    }

    /// Whether the axis has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of chunks, at least one.
    pub fn count(&self) -> usize {
        match self {
            AxisGrid::Regular { len, size } => len.div_ceil(*size).max(1),
            AxisGrid::Explicit(offsets) => offsets.len() - 1,
        }
    }

    /// Where chunk `i` begins and ends.
    pub fn bounds(&self, i: usize) -> Range<usize> {
        match self {
            AxisGrid::Regular { len, size } => (i * size).min(*len)..((i + 1) * size).min(*len),
            AxisGrid::Explicit(offsets) => offsets[i]..offsets[i + 1],
        }
    }

    /// Sizes of the chunks, in order.
    pub fn sizes(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        (0..self.count()).map(|i| self.bounds(i).len())
    }

    /// Size of the largest chunk.
    pub fn largest(&self) -> usize {
        match self {
            AxisGrid::Regular { len, size } => *size.min(len),
            AxisGrid::Explicit(_) => self.sizes().max().unwrap_or(0),
        }
    }

    /// The chunk that holds position `at` (less than the length).
    pub fn find(&self, at: usize) -> usize {
        match self {
            AxisGrid::Regular { size, .. } => at / size,
            AxisGrid::Explicit(offsets) => offsets.partition_point(|&o| o <= at) - 1,
        }
    }

    /// Every boundary offset, from 0 to the length.
    pub fn offsets(&self) -> Vec<usize> {
        std::iter::once(0).chain((0..self.count()).map(|i| self.bounds(i).end)).collect()
    }

    /// The coarsest grid whose boundaries include those of both. Lengths must match.
    pub fn refine(&self, other: &Self) -> Self {
        debug_assert_eq!(self.len(), other.len());
        if other.count() == 1 || self == other {
            return self.clone();
        }
        if self.count() == 1 {
            return other.clone();
        }
        if let (AxisGrid::Regular { size: s, .. }, AxisGrid::Regular { size: t, .. }) = (self, other) {
            if s % t == 0 {
                return other.clone();
            }
            if t % s == 0 {
                return self.clone();
            }
        }
        let mut offsets = self.offsets();
        offsets.extend(other.offsets());
        offsets.sort_unstable();
        offsets.dedup();
        Self::from_offsets(offsets)
    }

    /// The grid of `start, start + step, ..` (`len` positions) of this axis.
    ///
    /// A chunk of the result holds the positions that fall into one chunk of this axis; chunks without any
    /// are left out. The whole axis in its own order keeps its chunks as they are.
    pub fn strided(&self, start: usize, step: isize, len: usize) -> Self {
        if start == 0 && step == 1 && len == self.len() {
            return self.clone();
        }
        if len == 0 || self.count() == 1 {
            return Self::whole(len);
        }
        let width = step.unsigned_abs().max(1);
        let mut offsets = vec![0];
        let mut at = 0;
        while at < len {
            // `at` is the first position of a new chunk; find how many positions share its source chunk.
            let source = start.wrapping_add_signed(step.wrapping_mul(at as isize));
            let bounds = self.bounds(self.find(source));
            let room = if step >= 0 { bounds.end - 1 - source } else { source - bounds.start };
            at = (at + room / width + 1).min(len);
            offsets.push(at);
        }
        Self::from_offsets(offsets)
    }
}

/// Chunk boundaries of an n-dimensional array.
///
/// Chunks are numbered in row-major order of their coordinates.
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
