//! How the lanes of a box are walked.

use smallvec::{SmallVec, smallvec};

use super::ScanBox;

/// A box as matrices of lanes: side by side ([`Columns`](super::loops::Columns)), or one after the other
/// ([`Lines`](super::loops::Lines)).
pub(super) struct Layout {
    /// Whether the elements of a lane are adjacent, so that lanes are the rows of matrices; else they are the columns.
    pub(super) lines: bool,
    /// Rows and columns of a matrix.
    pub(super) rows: usize,
    /// See `rows`.
    pub(super) cols: usize,
    /// Elements from one row to the next where they are read, and where results are written.
    pub(super) stride: isize,
    /// See `stride`.
    pub(super) dst_stride: isize,
    /// The axes outside of a matrix.
    outer: SmallVec<[Axis; 4]>,
}

/// An axis that is not scanned: its length, and steps of elements, results and states along it.
#[derive(Clone, Copy)]
struct Axis {
    len: usize,
    steps: [isize; 3],
}

impl Layout {
    /// The layout of a box whose elements have so many parts, each of which has a lane of its own.
    pub(super) fn new(part: &ScanBox<'_>, parts: usize) -> Layout {
        let parts = parts as isize;
        let from = part.from.strides;
        let to = part.to.map_or(from, |to| to.strides);
        let mut outer: SmallVec<[Axis; 4]> = SmallVec::new();
        for k in (0..part.shape.len()).filter(|&k| k != part.axis && part.shape[k] != 1) {
            let steps = [from[k], to[k], part.states.strides[k]].map(|step| step * parts);
            let axis = Axis { len: part.shape[k], steps };
            match outer.last_mut() {
                // Walked with one step each, two axes are one.
                Some(before) if before.steps == steps.map(|step| step * axis.len as isize) => {
                    *before = Axis { len: before.len * axis.len, steps };
                }
                _ => outer.push(axis),
            }
        }
        let len = part.shape[part.axis];
        let (down, down_to) = (from[part.axis] * parts, to[part.axis] * parts);
        // The parts of a number lie side by side.
        let mut cols = parts as usize;
        let adjacent = outer.last().is_some_and(|axis| axis.steps == [parts; 3]);
        if adjacent {
            cols *= outer.pop().map_or(1, |axis| axis.len);
        } else if cols == 1 && (len == 1 || (down == 1 && down_to == 1)) {
            let beside = match outer.last() {
                Some(&axis) if axis.steps[2] == 1 => {
                    outer.pop();
                    axis
                }
                _ => Axis { len: 1, steps: [0; 3] },
            };
            let [stride, dst_stride, _] = beside.steps;
            return Layout { lines: true, rows: beside.len, cols: len, stride, dst_stride, outer };
        }
        Layout { lines: false, rows: len, cols, stride: down, dst_stride: down_to, outer }
    }

    /// Calls `f` with where each matrix begins: among elements, results and states.
    pub(super) fn for_matrices(&self, mut f: impl FnMut(isize, isize, isize)) {
        let mut at: SmallVec<[usize; 4]> = smallvec![0; self.outer.len()];
        let mut place = [0isize; 3];
        loop {
            f(place[0], place[1], place[2]);
            let mut k = self.outer.len();
            loop {
                if k == 0 {
                    return;
                }
                k -= 1;
                let Axis { len, steps } = self.outer[k];
                at[k] += 1;
                let moved = if at[k] < len { 1 } else { 1 - len as isize };
                for (place, step) in place.iter_mut().zip(steps) {
                    *place += step * moved;
                }
                if at[k] < len {
                    break;
                }
                at[k] = 0;
            }
        }
    }
}
