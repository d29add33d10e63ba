//! What is selected, joined in the memory that is returned.
//!
//! Where the elements of a unit go is known once all units before it have been counted. So a unit selects into memory of
//! its own, which is in its cache still when what has a place by now is copied there: mostly its own elements, sometimes
//! those of later units that were waiting for it. No task waits for another, all threads copy, and a mask is computed
//! once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{Block, Buffer, Shape};
use smallvec::SmallVec;

use crate::Array;

/// The memory of a selection that is returned, and how far it is filled.
pub(crate) struct Join<'a> {
    array: &'a Array,
    /// Memory for all elements that may be selected, of which pages that are never reached take none. Nothing if there
    /// cannot be so much; then all units wait for the end.
    memory: Option<Buffer>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// The unit whose elements come next.
    next: u32,
    /// How many elements have a place so far.
    len: usize,
    /// Units that were done before others that come before them.
    waiting: BTreeMap<u32, Block>,
}

impl Progress {
    /// The next unit, if it is there, and where its elements go.
    fn take(&mut self) -> Option<(usize, Block)> {
        let block = self.waiting.remove(&self.next)?;
        self.next += 1;
        let at = self.len;
        self.len += block.len();
        Some((at, block))
    }
}

impl<'a> Join<'a> {
    pub(crate) fn new(array: &'a Array) -> Self {
        let memory = Buffer::try_vec(array.dtype, array.shape.iter().product());
        Join { array, memory, progress: Mutex::default() }
    }

    /// Takes in what a unit has selected: a row-major block, every element of it written.
    pub(crate) fn put(&self, unit: u32, block: &Block) {
        debug_assert!(block.is_row_major());
        // What has to wait keeps no more memory than it needs.
        let waits = self.memory.is_none() || self.progress().next != unit;
        let block = if waits { trimmed(block) } else { block.clone() };
        let mut ready: SmallVec<[(usize, Block); 4]> = SmallVec::new();
        {
            let mut progress = self.progress();
            progress.waiting.insert(unit, block);
            if self.memory.is_some() {
                ready.extend(std::iter::from_fn(|| progress.take()));
            }
        }
        if let Some(memory) = &self.memory {
            copy(&ready, memory);
        }
    }

    /// Everything, after the last unit: in memory of a `Vec`, and no more than is needed.
    pub(crate) fn finish(self) -> Block {
        let mut progress = self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        let rest: Vec<_> = std::iter::from_fn(|| progress.take()).collect();
        let dtype = self.array.dtype;
        let memory = self.memory.unwrap_or_else(|| Buffer::vec(dtype, progress.len));
        copy(&rest, &memory);
        // SAFETY: units were copied one after the other, up to here.
        let memory = unsafe { memory.shortened(progress.len) };
        let inner: usize = self.array.shape[1..].iter().product();
        let mut shape: Shape = self.array.shape.clone();
        shape[0] = progress.len.checked_div(inner).unwrap_or(0);
        Block::row_major(Arc::new(memory), dtype, &shape)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies blocks to where they go, counted in elements.
fn copy(blocks: &[(usize, Block)], memory: &Buffer) {
    for (at, block) in blocks {
        let offset = at * block.dtype().size();
        assert!(offset + block.bytes() <= memory.bytes(), "a unit selects no more than it has");
        // SAFETY: the block was written and is row-major; the memory has room, and this part of it belongs to this
        // block alone.
        unsafe {
            std::ptr::copy_nonoverlapping(block.as_ptr(), memory.as_mut_ptr().add(offset), block.bytes());
        }
    }
}

/// The same block in memory of its own size, if it uses less than half of what it has.
pub(crate) fn trimmed(block: &Block) -> Block {
    if block.bytes() >= block.buffer().bytes() / 2 {
        return block.clone();
    }
    let few = Block::uninit(block.dtype(), block.shape());
    // SAFETY: the block is row-major and written (callers); the copy is fresh and holds as many.
    unsafe { std::ptr::copy_nonoverlapping(block.as_ptr(), few.as_mut_ptr(), few.bytes()) };
    few
}

#[cfg(test)]
mod tests;
