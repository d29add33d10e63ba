//! Arrays that are kept outside of memory, because a plan that holds them does not fit.
//!
//! What lies outside is read box by box by the tasks that need it, and no task holds more than its own boxes. A source
//! that any box can be read of stays where it is and is read again by every reader. Whatever else is in the way is
//! spilled: written, when it is computed, to space on disk, in pieces that are as large as both its writers and its
//! readers allow, so that it is written once and read once, however different their blocks are.

mod choose;
mod fetched;
mod pieces;

use std::collections::HashMap;
use std::sync::Arc;

use chunkwise_core::{DType, Grid, SpillSpace};
use chunkwise_plan::{
    Array, ArrayId, Granularity, RegionLike, Stage, StageInfo, Storage, TaskGraph, TaskId, WriteStage,
};

use super::demand::grid_of;
use super::stages::{Build, Maker, SourceArrays};
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::node::Kind;

pub(super) use choose::{next_moves, read_too_often};
pub use fetched::OutsideLine;
pub(super) use fetched::{fetched_bytes, lines};
pub(super) use pieces::cells_read;
pub use pieces::spill_pieces;

/// How a plan comes to fit a memory limit.
pub struct Within<'a> {
    /// The limit, in bytes.
    pub bytes: u64,
    /// Whether a graph fits. If not, the tasks whose results are in the way.
    pub fits: &'a dyn Fn(&TaskGraph) -> Result<(), Vec<TaskId>>,
    /// Makes space for an array outside of memory. Without it nothing is spilled.
    pub spill: Option<MakeSpace>,
    /// What every unit should hold, if the caller says so: tests want many units of small arrays.
    pub units: Option<Granularity>,
}

/// Makes space outside of memory for an array of this type and shape.
pub type MakeSpace = Arc<dyn Fn(DType, &[usize]) -> Arc<dyn SpillSpace> + Send + Sync>;

/// How a node is kept outside of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// It is read where it is, as often as it is needed.
    InPlace,
    /// It is spilled.
    Spilled,
}

/// What is kept outside of memory in one attempt at a plan.
#[derive(Clone, Default)]
pub(super) struct Moves {
    pub(super) nodes: HashMap<NodeId, Outside, BuildFast>,
    /// Bytes that may be held, if there is a limit.
    limit: Option<u64>,
    space: Option<MakeSpace>,
}

impl Moves {
    pub(super) fn within(within: &Within<'_>) -> Self {
        Moves { nodes: HashMap::default(), limit: Some(within.bytes), space: within.spill.clone() }
    }
}

/// An array that is spilled.
pub(super) struct Spilled {
    /// As it is made.
    pub(super) from: ArrayId,
    /// As it is read.
    pub(super) to: ArrayId,
    /// The stage that writes it.
    pub(super) stage: u32,
    space: Arc<dyn SpillSpace>,
}

impl Build {
    /// Spills what is to be, as far as it is made by now.
    pub(super) fn spill_made(&mut self, graph: &Graph) {
        if self.moves.nodes.is_empty() {
            return;
        }
        let is_new = |id: NodeId| {
            let source = graph.node(id).kind.is_given();
            let made = if source { &self.given } else { &self.arrays };
            let is_outside =
                |array: ArrayId| matches!(self.plan.array(array).storage, Storage::Outside { .. });
            made.get(&id).copied().filter(|&array| !is_outside(array))
        };
        let to_spill = self.moves.nodes.iter().filter(|(_, how)| **how == Outside::Spilled);
        let mut made: Vec<(NodeId, ArrayId)> =
            to_spill.filter_map(|(&id, _)| Some((id, is_new(id)?))).collect();
        made.sort_unstable_by_key(|(id, _)| *id);
        for (id, from) in made {
            self.spill(graph, id, from);
        }
    }

    /// Has an array written to disk, where all later readers of the node read it.
    fn spill(&mut self, graph: &Graph, id: NodeId, from: ArrayId) {
        let node = graph.node(id);
        let make = self.moves.space.as_ref().expect("arrays are spilled where there is space");
        let space = make(node.dtype, &node.meta.shape);
        let grid = grid_of(self, from).clone();
        let info = StageInfo {
            label: format!("spill {}", node.kind.name()),
            origin: node.location.into(),
            chunks: (*node.meta.grid).clone(),
        };
        let sink = self.sources.sinks.len() as u32;
        self.sources.sinks.push(space.clone());
        let source = self.sources.regions.len() as u32;
        self.sources.regions.push(RegionLike::Region(space.clone()));
        let stage = self.plan.stages.len() as u32;
        self.plan.stages.push(Stage::Write(WriteStage { info, array: from, sink }));
        let Array { dtype, ref shape, .. } = *self.plan.array(from);
        let shape = shape.clone();
        let storage = Storage::Outside { source, grid, tasks: Vec::new() };
        let to = self.add(Array { dtype, shape, storage }, Some(Maker::Spill(self.spilled.len() as u32)));
        self.spilled.push(Spilled { from, to, stage, space });
        let read = if node.kind.is_given() { &mut self.given } else { &mut self.arrays };
        read.insert(id, to);
    }
}

/// A source of which boxes are read in place.
pub(super) fn in_place(arrays: &mut SourceArrays<'_>, id: NodeId) -> Option<Storage> {
    let Kind::Region(source) = &arrays.graph.node(id).kind else { return None };
    if arrays.build.moves.nodes.get(&id) != Some(&Outside::InPlace) {
        return None;
    }
    let number = arrays.build.sources.regions.len() as u32;
    arrays.build.sources.regions.push(RegionLike::Region(source.clone()));
    let grid = source.grid().unwrap_or_else(|| Grid::whole(source.shape()));
    Some(Storage::Outside { source: number, grid, tasks: Vec::new() })
}
