//! Reading what lies outside of memory, by the task that needs it.

use chunkwise_core::{Block, Shape};
use smallvec::SmallVec;

use crate::fused::Programs;
use crate::{Cause, InputBinding, Runner, Storage, TaskOutput, Tile, for_parts};

/// What a task reads: the results of other tasks, and boxes of arrays outside of memory.
pub(crate) struct Inputs<'a> {
    pub(crate) tiles: &'a [TaskOutput],
    fetched: SmallVec<[(&'a InputBinding, Tile); 2]>,
}

impl<'a> Inputs<'a> {
    /// The results of other tasks, and nothing from outside of memory.
    pub(crate) fn of_tasks(tiles: &'a [TaskOutput]) -> Self {
        Inputs { tiles, fetched: SmallVec::new() }
    }

    /// The box that was fetched for an input.
    pub(crate) fn fetched(&self, input: &InputBinding) -> &Tile {
        let found = self.fetched.iter().find(|(of, _)| std::ptr::eq(*of, input));
        &found.expect("what lies outside is fetched before it is read").1
    }

    /// The memory of the box that was fetched for an input, if one was.
    pub(crate) fn memory_of(&self, input: &InputBinding) -> Option<Block> {
        self.fetched.iter().find(|(of, _)| std::ptr::eq(*of, input)).map(|(_, tile)| tile.block.clone())
    }
}

impl Runner<'_> {
    /// Reads all that programs over a box read of arrays outside of memory.
    pub(crate) fn fetch<'a>(
        &'a self,
        programs: &Programs<'a>,
        (start, shape): (&[usize], &[usize]),
        tiles: &'a [TaskOutput],
    ) -> Result<Inputs<'a>, Cause> {
        let mut inputs = Inputs::of_tasks(tiles);
        if !self.reads_outside || shape.contains(&0) {
            return Ok(inputs);
        }
        let variants = programs.variants;
        let mut outcome = Ok(());
        for_parts(programs.parts, start, shape, |part, start, shape| {
            for input in &variants[part].inputs {
                let Storage::Outside { source, .. } = self.plan.array(input.array).storage else { continue };
                if outcome.is_err() {
                    return;
                }
                let (start, extent) = input.view.source_box(start, shape);
                match self.fetch_box(source, input, start, &extent) {
                    Ok(tile) => inputs.fetched.push((input, tile)),
                    Err(cause) => outcome = Err(cause),
                }
            }
        });
        outcome.map(|()| inputs)
    }

    fn fetch_box(
        &self,
        source: u32,
        input: &InputBinding,
        start: Shape,
        shape: &[usize],
    ) -> Result<Tile, Cause> {
        let mut block = Block::uninit(self.plan.array(input.array).dtype, shape);
        self.read_region(source, &start, &mut block)?;
        Ok(Tile { start, block })
    }
}
