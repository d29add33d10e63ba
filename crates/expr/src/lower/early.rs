//! Tasks that are numbered early, so that blocks need not wait for what comes later.
//!
//! A task may both store a block and feed a reduction of many blocks. What it makes is one result, held until the last of
//! its readers has run. Were its partial state read by the task that merges sixteen of them, each of the sixteen would
//! keep its block until then, long after the block was written. So the state is taken out of such a result by a task of
//! its own, a merge of one, which is numbered right after; the merges follow as soon as their states are there.
//!
//! Likewise, of several writes each is numbered right after what it writes or copies for it, so that a block that is
//! written twice, or was made together with one that is written elsewhere, does not wait for all others.

use std::collections::HashMap;
use std::mem;

use chunkwise_plan::{ArrayId, Stage, Storage};
use smallvec::SmallVec;

use super::calls::arrays;
use super::lists::Lists;
use super::stages::{Build, Maker};
use crate::hash::BuildFast;

/// Drafts that get their number as soon as all their inputs have theirs.
#[derive(Clone, Default)]
pub(super) struct Early {
    readers: HashMap<u32, SmallVec<[u32; 1]>, BuildFast>,
    /// Inputs of each that have no number yet.
    missing: HashMap<u32, usize, BuildFast>,
}

impl Early {
    pub(super) fn add(&mut self, draft: u32, inputs: &[u32]) {
        self.missing.insert(draft, inputs.len());
        for &input in inputs {
            self.readers.entry(input).or_default().push(draft);
        }
    }

    /// Numbers a draft, and those for which it was the last one missing. `reached` are those that were numbered, or will
    /// be when all that they need is.
    pub(super) fn number(&mut self, draft: u32, order: &mut Vec<u32>, reached: &mut [bool]) {
        order.push(draft);
        if self.readers.is_empty() {
            return;
        }
        let mut next = order.len() - 1;
        while next < order.len() {
            for reader in self.readers.get(&order[next]).into_iter().flatten() {
                let missing = self.missing.get_mut(reader).expect("added with its inputs");
                *missing -= 1;
                if *missing == 0 && !mem::replace(&mut reached[*reader as usize], true) {
                    order.push(*reader);
                }
            }
            next += 1;
        }
    }
}

/// Whether the states of a reduction are taken out of the results that they are part of: these hold blocks as well, and
/// none of the blocks has to wait for the reduction anyway.
pub(super) fn is_detached(build: &Build, stage: u32, reduction: u32) -> bool {
    let Stage::Fused(fused) = &build.plan.stages[stage as usize] else {
        unreachable!("reduced by a fused stage")
    };
    let target = &fused.reductions[reduction as usize];
    let selected = fused.selections.iter().map(|selection| selection.array);
    let in_memory = |array: &ArrayId| {
        !matches!(build.plan.array(*array).storage, Storage::Computed { returned: true, .. })
    };
    let blocks: SmallVec<[ArrayId; 4]> =
        fused.stores.iter().copied().chain(selected).filter(in_memory).collect();
    let is_kept = |array: &ArrayId| build.roots.contains(array);
    if !target.partial || blocks.is_empty() || blocks.iter().any(is_kept) {
        return false;
    }
    // The stages after this one that need the reduction's result.
    let mut waits = vec![false; build.plan.stages.len()];
    for number in stage as usize + 1..build.plan.stages.len() {
        let read = reads(build, number);
        waits[number] = read.arrays.iter().any(|&array| {
            array == target.array || maker(build, array).is_some_and(|maker| waits[maker as usize])
        }) || read.calls.iter().any(|&call| waits[call as usize]);
        if waits[number] && read.arrays.iter().any(|array| blocks.contains(array)) {
            return false;
        }
    }
    true
}

/// What a stage reads.
#[derive(Default)]
struct Reads {
    arrays: Vec<ArrayId>,
    /// Stages of calls.
    calls: Vec<u32>,
}

fn reads(build: &Build, number: usize) -> Reads {
    let mut read = Reads::default();
    match &build.plan.stages[number] {
        Stage::Fused(fused) => {
            read.arrays.extend(fused.variants.iter().flat_map(|v| &v.inputs).map(|input| input.array));
        }
        Stage::Contract(contract) => {
            read.arrays.extend(contract.variants().flat_map(|v| &v.inputs).map(|input| input.array));
        }
        Stage::Scan(scan) => {
            let variants = scan.operand.variants.iter();
            read.arrays.extend(variants.flat_map(|v| &v.inputs).map(|input| input.array));
        }
        Stage::Order(order) => {
            let variants = order.elements.variants.iter();
            read.arrays.extend(variants.flat_map(|v| &v.inputs).map(|input| input.array));
        }
        Stage::Write(write) => read.arrays.push(write.array),
        Stage::Reshape(reshape) => read.arrays.push(reshape.input),
        Stage::Call(stage) => {
            read.arrays.extend(stage.calls.iter().flat_map(arrays));
            let calls = build.call_inputs.get(&(number as u32)).into_iter().flat_map(Lists::items);
            read.calls.extend(calls.map(|(stage, _)| *stage));
        }
        Stage::Read(_) => {
            let calls = build.chunk_calls.get(&(number as u32)).into_iter().flatten().flatten();
            read.calls.extend(calls.map(|(stage, _)| *stage));
        }
        // Of a reduction that its fused stage stands for.
        Stage::Combine(_) => {}
    }
    read
}

/// The stage that makes an array.
fn maker(build: &Build, array: ArrayId) -> Option<u32> {
    Some(match build.makers[array.0 as usize]? {
        Maker::Read(stage) | Maker::Store(stage) | Maker::Contract(stage) => stage,
        Maker::Reduction { stage, .. } => stage,
        Maker::Spill(number) => build.spilled[number as usize].stage,
    })
}
