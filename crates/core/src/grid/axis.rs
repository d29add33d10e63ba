//! Chunk boundaries of one axis.

use std::ops::Range;
use std::sync::Arc;

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
    ///
    /// Empty chunks stay if the other grid adds no boundary, and are left out otherwise.
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
    ///
    /// ```
    /// use chunkwise_core::AxisGrid;
    ///
    /// let axis = AxisGrid::from_sizes(&[3, 2, 3]);
    /// // Positions 6, 4, 2, 0.
    /// assert_eq!(axis.strided(6, -2, 4), AxisGrid::from_sizes(&[1, 1, 2]));
    /// ```
    pub fn strided(&self, start: usize, step: isize, len: usize) -> Self {
        if start == 0 && step == 1 && len == self.len() {
            return self.clone();
        }
        // A step of zero stays where it is.
        if len <= 1 || self.count() == 1 || step == 0 {
            return Self::whole(len);
        }
        let width = step.unsigned_abs();
        if let AxisGrid::Regular { size, .. } = self {
            // Full chunks from the first on stay regular, however many there are.
            let past = if step > 0 { start } else { start + 1 };
            if past.is_multiple_of(*size) && size.is_multiple_of(width) {
                return Self::regular(len, size / width);
            }
        }
        let mut offsets = vec![0];
        let mut at = 0;
        while at < len {
            // `at` is the first position of a new chunk; find how many positions share its source chunk.
            let source = start.wrapping_add_signed(step.wrapping_mul(at as isize));
            let bounds = self.bounds(self.find(source));
            let room = if step > 0 { bounds.end - 1 - source } else { source - bounds.start };
            at = (at + room / width + 1).min(len);
            offsets.push(at);
        }
        Self::from_offsets(offsets)
    }
}
