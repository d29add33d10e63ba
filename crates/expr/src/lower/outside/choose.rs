//! What moves outside of memory, and what of it is spilled.

use std::collections::HashMap;

use chunkwise_plan::TaskId;

use super::Outside;
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::lower::stages::{Build, Maker};
use crate::node::Kind;

/// Reading a source in place may read each of its elements so often, on average, before it is spilled instead: that
/// costs about as much as reading and writing it once more.
const MOST_READS: u64 = 3;

/// What to move outside next, given the tasks whose results are in the way: all that the stage makes which holds most.
pub(in crate::lower) fn next_moves(
    build: &Build,
    graph: &Graph,
    held: &[TaskId],
    can_spill: bool,
) -> Vec<(NodeId, Outside)> {
    let mut bytes: HashMap<u32, u64, BuildFast> = HashMap::default();
    for &task in held {
        let stage = build.plan.tasks[task as usize].stage;
        *bytes.entry(stage).or_default() += build.plan.graph.output_bytes(task);
    }
    let mut stages: Vec<(u64, u32)> = bytes.into_iter().map(|(stage, bytes)| (bytes, stage)).collect();
    stages.sort_unstable_by_key(|&(bytes, stage)| (std::cmp::Reverse(bytes), stage));
    let movable = |id: NodeId| {
        let node = graph.node(id);
        if build.moves.nodes.contains_key(&id) || build.is_returned(id) || build.is_kept(id) {
            return None;
        }
        match node.kind {
            Kind::Region(_) => Some((id, Outside::InPlace)),
            _ if can_spill => Some((id, Outside::Spilled)),
            _ => None,
        }
    };
    let of_stage = |stage: u32| {
        // Sources that are returned or written are made from what is given.
        let made = build.arrays.iter().filter(|(id, _)| !graph.node(**id).kind.is_given());
        let made = made.chain(&build.given).filter(|(_, array)| match build.makers[array.0 as usize] {
            Some(Maker::Read(by) | Maker::Store(by) | Maker::Contract(by)) => by == stage,
            Some(Maker::Reduction { stage: by, .. }) => by == stage,
            Some(Maker::Spill(_)) | None => false,
        });
        let mut moves: Vec<_> = made.filter_map(|(&id, _)| movable(id)).collect();
        moves.sort_unstable_by_key(|(id, _)| *id);
        moves
    };
    stages.into_iter().map(|(_, stage)| of_stage(stage)).find(|moves| !moves.is_empty()).unwrap_or_default()
}

/// The sources that are read in place so often that spilling them costs less.
pub(in crate::lower) fn read_too_often(build: &Build) -> Vec<NodeId> {
    let of = |(&id, _): (&NodeId, &Outside)| {
        let array = *build.given.get(&id)?;
        let read = build.fetched.get(&array).copied()?;
        let once = build.plan.array(array).shape.iter().product::<usize>() as u64;
        (read > MOST_READS.saturating_mul(once)).then_some(id)
    };
    let in_place = build.moves.nodes.iter().filter(|(_, how)| **how == Outside::InPlace);
    in_place.filter_map(of).collect()
}
