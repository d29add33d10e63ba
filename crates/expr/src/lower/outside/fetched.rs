//! What tasks read of arrays outside of memory.

use std::collections::HashMap;

use chunkwise_core::Grid;
use chunkwise_plan::{Array, ArrayId, RegionLike, Stage, Storage, Task, Variant, for_parts};

use super::Outside;
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::lower::stages::Build;
use crate::node::Kind;

/// An array that a plan keeps outside of memory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutsideLine {
    /// The operation whose result it is, or the source.
    pub label: String,
    /// Bytes written to disk: all of it, if it is spilled, and none if it is read where it is.
    pub written: u64,
    /// Bytes that all tasks together read of it, the cells of a source counted whole.
    pub read: u64,
}

/// What a plan keeps outside of memory, in the order of the expression.
pub(in crate::lower) fn lines(build: &Build, graph: &Graph) -> Vec<OutsideLine> {
    let mut moved: Vec<(NodeId, Outside)> = build.moves.nodes.iter().map(|(&id, &how)| (id, how)).collect();
    moved.sort_unstable_by_key(|(id, _)| *id);
    let line = |(id, how): (NodeId, Outside)| {
        let node = graph.node(id);
        let array = *if node.kind.is_given() { build.given.get(&id)? } else { build.arrays.get(&id)? };
        let size = node.dtype.size() as u64;
        let label = match &node.kind {
            Kind::Region(source) => source.name(),
            kind => kind.name().to_owned(),
        };
        let all = size * node.meta.shape.iter().product::<usize>() as u64;
        let written = if how == Outside::Spilled { all } else { 0 };
        let read = size * build.fetched.get(&array).copied().unwrap_or(0);
        Some(OutsideLine { label, written, read })
    };
    moved.into_iter().filter_map(line).collect()
}

/// Bytes of what a task reads of arrays outside of memory, and what reading it takes besides. Adds the elements that are
/// read, cells of their sources counted whole, to those of each array.
pub(in crate::lower) fn fetched_bytes(
    build: &Build,
    task: Task,
    read: &mut HashMap<ArrayId, u64, BuildFast>,
) -> u64 {
    if build.moves.nodes.is_empty() {
        return 0;
    }
    let mut of_box = |array: ArrayId, start: &[usize], shape: &[usize]| {
        let Array { dtype, ref storage, .. } = *build.plan.array(array);
        let Storage::Outside { source, .. } = *storage else { return 0 };
        let RegionLike::Region(source) = &build.sources.regions[source as usize] else { return 0 };
        let elements = shape.iter().product::<usize>() as u64;
        let spilled = build.makers[array.0 as usize].is_some();
        let cells = source.grid().filter(|_| !spilled);
        *read.entry(array).or_default() += cells.map_or(elements, |cells| whole(&cells, start, shape));
        elements * dtype.size() as u64 + source.scratch_bytes(shape)
    };
    let mut of_programs = |(parts, variants): (&Grid, &[Variant]), start: &[usize], shape: &[usize]| {
        let mut bytes = 0;
        if !shape.contains(&0) {
            for_parts(parts, start, shape, |part, start, shape| {
                for input in &variants[part].inputs {
                    let (start, shape) = input.view.source_box(start, shape);
                    bytes += of_box(input.array, &start, &shape);
                }
            });
        }
        bytes
    };
    let unit = task.unit as usize;
    match &build.plan.stages[task.stage as usize] {
        Stage::Fused(fused) => {
            let (start, shape) = fused.units.block(&fused.units.coords(unit));
            of_programs((&fused.parts, &fused.variants), &start, &shape)
        }
        Stage::Order(order) => {
            let (start, shape) = order.units.block(&order.units.coords(unit));
            of_programs((&order.elements.parts, &order.elements.variants), &start, &shape)
        }
        Stage::Scan(scan) => {
            let place = scan.place(unit).expect("tasks are places");
            if !scan.evaluates(&place) {
                return 0;
            }
            of_programs((&scan.operand.parts, &scan.operand.variants), &place.start, &place.shape)
        }
        Stage::Contract(contract) => {
            let place = contract.place(unit).expect("tasks are places");
            if place.shape.contains(&0) || contract.panels.shape().contains(&0) {
                return 0;
            }
            let of_panel = |panel| {
                let boxes = contract.operand_boxes(&place, panel);
                let sides = contract.operands().into_iter().zip(&boxes);
                sides
                    .map(|(operand, (start, shape))| {
                        of_programs((&operand.parts, &operand.variants), start, shape)
                    })
                    .sum()
            };
            place.panels.clone().map(of_panel).max().unwrap_or(0)
        }
        Stage::Reshape(reshape) => {
            let mut bytes = 0;
            let from = &build.plan.array(reshape.input).shape;
            reshape.for_boxes(from, unit, |start, shape| bytes += of_box(reshape.input, start, shape));
            bytes
        }
        Stage::Combine(_) | Stage::Read(_) | Stage::Write(_) | Stage::Call(_) => 0,
    }
}

/// Elements of the cells that a box reaches into.
fn whole(cells: &Grid, start: &[usize], shape: &[usize]) -> u64 {
    let axes = cells.axes().iter().zip(start.iter().zip(shape));
    let along = axes.map(|(axis, (&start, &len))| {
        if len == 0 {
            0
        } else {
            axis.bounds(axis.find(start + len - 1)).end - axis.bounds(axis.find(start)).start
        }
    });
    along.product::<usize>() as u64
}
