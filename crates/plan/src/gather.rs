//! All tiles of an array brought into one block.

use std::sync::Arc;

use chunkwise_core::{Block, Buffer, Shape};
use smallvec::smallvec;

use crate::{ArrayId, Cause, Runner, Storage, TaskId, TaskOutput};

impl Runner<'_> {
    /// A computed array, all of whose tiles are inputs of the task, as one block over a fresh `Vec`.
    pub(crate) fn gather(&self, id: TaskId, array: ArrayId, inputs: &[TaskOutput]) -> Result<Block, Cause> {
        let array = self.plan.array(array);
        let buffer = Buffer::vec(array.dtype, array.shape.iter().product());
        let mut whole = Block::row_major(Arc::new(buffer), array.dtype, &array.shape);
        let (tasks, slot) = match &array.storage {
            Storage::Computed { tasks, slot, .. } => (tasks, slot),
            Storage::Outside { source, .. } => {
                let origin: Shape = smallvec![0; array.shape.len()];
                self.read_region(*source, &origin, &mut whole)?;
                return Ok(whole);
            }
            Storage::Memory(_) | Storage::Persisted(..) => {
                unreachable!("arrays that calls read are computed")
            }
        };
        let positions = self.positions(id);
        for task in tasks.iter().filter(|task| **task != Storage::UNUSED) {
            let tile = &inputs[positions[task]][*slot as usize];
            copy(&tile.block, &whole.region(&tile.start, tile.block.shape()));
        }
        Ok(whole)
    }
}

/// Copies a block into one of the same shape and dtype, which only the caller writes and nothing else reads meanwhile.
pub(crate) fn copy(from: &Block, to: &Block) {
    debug_assert_eq!((from.shape(), from.dtype()), (to.shape(), to.dtype()));
    if from.is_empty() {
        return;
    }
    let size = from.dtype().size();
    // An array without axes is a line of one element.
    let (&run, outer) = from.shape().split_last().unwrap_or((&1, &[]));
    let step = |block: &Block| block.strides().last().copied().unwrap_or(1);
    let (from_step, to_step) = (step(from), step(to));
    let mut at: Shape = smallvec![0; outer.len()];
    for _ in 0..outer.iter().product::<usize>() {
        let offset = |block: &Block| -> isize {
            at.iter().zip(block.strides()).map(|(&i, &stride)| i as isize * stride).sum()
        };
        let source = from.as_ptr().wrapping_offset(offset(from) * size as isize);
        let target = to.as_mut_ptr().wrapping_offset(offset(to) * size as isize);
        if from_step == 1 && to_step == 1 {
            // SAFETY: a line of `run` elements lies within each block, and only this writes the target.
            unsafe { std::ptr::copy_nonoverlapping(source, target, run * size) };
        } else {
            for i in 0..run as isize {
                // SAFETY: as above, element by element.
                unsafe {
                    let source = source.offset(i * from_step * size as isize);
                    std::ptr::copy_nonoverlapping(source, target.offset(i * to_step * size as isize), size);
                }
            }
        }
        for (i, &n) in at.iter_mut().zip(outer).rev() {
            *i += 1;
            if *i < n {
                break;
            }
            *i = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use chunkwise_core::{DType, Strides};

    use super::*;

    fn numbers(shape: &[usize]) -> Block {
        let block = Block::uninit(DType::I32, shape);
        for i in 0..block.len() {
            // SAFETY: within the block.
            unsafe { block.as_mut_ptr().cast::<i32>().add(i).write(i as i32) };
        }
        block
    }

    fn elements(block: &Block) -> Vec<i32> {
        // SAFETY: the tests write all elements first.
        unsafe { block.as_slice::<i32>() }.unwrap().to_vec()
    }

    #[test]
    fn blocks_of_any_strides() {
        let copied = |from: &Block| {
            let to = Block::uninit(DType::I32, from.shape());
            copy(from, &to);
            elements(&to)
        };
        assert_eq!(copied(&numbers(&[2, 3])), [0, 1, 2, 3, 4, 5]);
        assert_eq!(copied(&numbers(&[])), [0]);
        assert_eq!(copied(&numbers(&[2, 0])), [0; 0]);
        assert_eq!(copied(&numbers(&[3, 4]).region(&[1, 2], &[2, 2])), [6, 7, 10, 11]);
        let strides: Strides = [1, 2].into_iter().collect();
        // SAFETY: the transposition reaches the same six elements.
        let transposed = unsafe {
            Block::from_parts(
                numbers(&[6]).into_buffer(),
                0,
                DType::I32,
                [2, 3].into_iter().collect(),
                strides,
            )
        };
        assert_eq!(copied(&transposed), [0, 2, 4, 1, 3, 5]);
        let whole = numbers(&[3, 3]);
        copy(&numbers(&[2, 2]), &whole.region(&[1, 1], &[2, 2]));
        assert_eq!(elements(&whole), [0, 1, 2, 3, 0, 1, 6, 2, 3]);
    }
}
