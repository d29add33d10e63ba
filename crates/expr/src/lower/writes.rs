//! Stages that write roots to sinks.
//!
//! A sink may want whole cells, such as compressed chunks. Where a fused stage stores what is written, its units are
//! such cells; whatever else is written is copied into blocks of them first. Cells that a sink holds from an earlier
//! run are neither written nor asked for.

use std::collections::HashMap;

use chunkwise_core::{Grid, View};
use chunkwise_kernels::Program;
use chunkwise_plan::{
    Array, ArrayId, FusedStage, Granularity, InputBinding, Stage, StageInfo, Variant, WriteStage,
    whole_cell_grid,
};

use super::Want;
use super::demand::grid_of;
use super::stages::{Build, Maker, computed};
use crate::fuse::Group;
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;

/// What is written.
#[derive(Default)]
pub(super) struct Writes {
    /// The cells that sinks want whole, by what is written to them.
    cells: HashMap<NodeId, Grid, BuildFast>,
    /// Write stages, each with what it writes and which tiles of it.
    pub(super) stages: Vec<Write>,
    /// Stages that copy what is written into blocks of whole cells.
    pub(super) copies: Vec<u32>,
}

/// The tiles that a write stage writes.
pub(super) struct Write {
    pub(super) stage: u32,
    pub(super) needed: Vec<bool>,
}

impl Writes {
    pub(super) fn new(graph: &Graph, wants: &[Want]) -> Self {
        let mut cells = HashMap::default();
        for (&root, want) in graph.roots.iter().zip(wants) {
            if let Want::Written(sink) = want
                && let Some(grid) = sink.grid()
            {
                cells.entry(root).or_insert(grid);
            }
        }
        Writes { cells, stages: Vec::new(), copies: Vec::new() }
    }

    /// The cells that the units of a group should be, if something that it stores is written in such.
    pub(super) fn cells_of(&self, group: &Group) -> Option<&Grid> {
        let mut stored = group.sinks.iter().filter(|sink| sink.reduce.is_none() && sink.operand_of.is_none());
        stored.find_map(|sink| self.cells.get(&sink.value))
    }
}

/// Adds the stages that write.
pub(super) fn add(build: &mut Build, graph: &Graph, wants: &[Want]) {
    for (&root, want) in graph.roots.iter().zip(wants) {
        let Want::Written(sink) = want else { continue };
        let node = graph.node(root);
        let info = |label: &str| StageInfo {
            label: label.to_owned(),
            origin: node.location.into(),
            chunks: (*node.meta.grid).clone(),
        };
        let mut array = build.made(root).expect("every root has an array");
        if let Some(cells) = sink.grid()
            && grid_of(build, array).refine(&cells) != cells
        {
            let read = build.array_of(root).expect("every root has an array");
            array = in_cells(build, read, &cells, info("align"));
        }
        let grid = grid_of(build, array);
        let there = (0..grid.count()).map(|tile| {
            let (start, shape) = grid.block(&grid.coords(tile));
            !sink.is_written(&start, &shape)
        });
        let needed = there.collect();
        let stage = build.plan.stages.len() as u32;
        build.writes.stages.push(Write { stage, needed });
        let number = build.sources.sinks.len() as u32;
        build.sources.sinks.push(sink.clone());
        build.plan.stages.push(Stage::Write(WriteStage { info: info("write"), array, sink: number }));
    }
}

/// A copy of an array in blocks of whole cells.
fn in_cells(build: &mut Build, from: ArrayId, cells: &Grid, info: StageInfo) -> ArrayId {
    let units = whole_cell_grid(cells, build.units.unwrap_or(Granularity::Cost(0)));
    let Array { dtype, ref shape, .. } = *build.plan.array(from);
    let shape = shape.clone();
    let mut program = Program::new(shape.len());
    let element = program.input(dtype);
    program.stores.push(element);
    let inputs = vec![InputBinding { array: from, view: View::identity(&shape) }];
    let storage = computed(units.clone(), 0, false);
    let parts = Grid::whole(&shape);
    let array =
        build.add(Array { dtype, shape, storage }, Some(Maker::Store(build.plan.stages.len() as u32)));
    build.writes.copies.push(build.plan.stages.len() as u32);
    build.plan.stages.push(Stage::Fused(FusedStage {
        info,
        units,
        parts,
        variants: vec![Variant { program, inputs, coords: Vec::new() }],
        stores: vec![array],
        reductions: Vec::new(),
        selections: Vec::new(),
    }));
    array
}
