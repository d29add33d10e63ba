//! Other shapes for memory as it lies.

use smallvec::SmallVec;

use super::{groups, long};
use crate::{Block, Shape, Strides, View, row_major_strides};

impl Block {
    /// The elements of a view of this block, sharing memory.
    ///
    /// # Panics
    /// If the view does not lie within this block.
    pub fn view(&self, view: &View) -> Block {
        let origin: Shape = SmallVec::from_elem(0, view.shape.len());
        if view.shape.contains(&0) {
            let (buffer, strides) = (self.buffer().clone(), row_major_strides(&view.shape));
            // SAFETY: no element is reached.
            return unsafe { Block::from_parts(buffer, 0, self.dtype(), view.shape.clone(), strides) };
        }
        let (start, extent) = view.source_box(&origin, &view.shape);
        // Checks that what is seen lies within this block.
        let seen = self.region(&start, &extent);
        let (strides, offset) = view.strides(self.strides(), &origin);
        let offset = self.offset().wrapping_add_signed(offset);
        // SAFETY: the view reaches elements of the box `seen`, which lies within this block.
        unsafe { Block::from_parts(seen.into_buffer(), offset, self.dtype(), view.shape.clone(), strides) }
    }

    /// The elements in row-major order in another shape of the same size, sharing memory; `None` where strides
    /// cannot say that. The rule is NumPy's: axes that are merged must follow each other in memory.
    pub fn reshape(&self, shape: &[usize]) -> Option<Block> {
        let strides = if self.is_empty() {
            row_major_strides(shape)
        } else {
            reshaped_strides(self.shape(), self.strides(), shape)?
        };
        let (offset, dtype) = (self.offset(), self.dtype());
        // SAFETY: the same elements are reached; there are none if this block is empty.
        Some(unsafe { Block::from_parts(self.buffer().clone(), offset, dtype, shape.into(), strides) })
    }
}

fn reshaped_strides(from: &[usize], strides: &[isize], to: &[usize]) -> Option<Strides> {
    let mut reshaped: Strides = SmallVec::from_elem(0, to.len());
    for (old, new) in groups(from, to) {
        let axes: SmallVec<[usize; 6]> = old.clone().filter(|&k| from[k] != 1).collect();
        let matches = long(&from[old]).eq(long(&to[new.clone()]));
        let adjacent =
            axes.windows(2).all(|w| strides[w[0]] == strides[w[1]].wrapping_mul(from[w[1]] as isize));
        if !matches && !adjacent {
            return None;
        }
        let mut inner = axes.iter().rev();
        let mut step = axes.last().map_or(1, |&k| strides[k]);
        for j in new.rev() {
            if matches && to[j] != 1 {
                step = inner.next().map_or(step, |&k| strides[k]);
            }
            reshaped[j] = step;
            step = step.wrapping_mul(to[j] as isize);
        }
    }
    Some(reshaped)
}
