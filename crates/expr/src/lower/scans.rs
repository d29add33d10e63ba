//! Stages of scans.

use chunkwise_plan::{Array, Granularity, ScanStage, Stage, scan_unit_grid};

use super::stages::{Build, Maker, computed, cost, info, operand};
use crate::ExprError;
use crate::fuse::Group;
use crate::graph::{Graph, NodeId};
use crate::node::Kind;

/// Adds the stage of the scan `id`, whose operand is the sink of the group.
pub(super) fn add(
    build: &mut Build,
    graph: &Graph,
    (group, id): (&Group, NodeId),
    kept: &[bool],
) -> Result<(), ExprError> {
    let node = graph.node(id);
    let Kind::Scan { op, axis } = node.kind else { unreachable!("a scan's node") };
    let operand = operand(build, graph, (group, group.sinks[0]), kept)?;
    let granularity = build.units.unwrap_or_else(|| Granularity::Cost(cost(&operand.variants)));
    let (cells, few) = scan_unit_grid(&node.meta.shape, axis, node.dtype.size(), granularity);
    let totals = few && !op.is_in_order(node.dtype);
    let mut info = info(graph, group);
    info.chunks = (*node.meta.grid).clone();
    let (number, array) = (build.plan.stages.len() as u32, build.next());
    let storage = computed(cells.clone(), 0, build.is_returned(id));
    let shape = node.meta.shape.clone();
    build.add_node(id, Array { dtype: node.dtype, shape, storage }, Maker::Store(number));
    build.plan.stages.push(Stage::Scan(ScanStage { info, op, axis, cells, totals, operand, array }));
    Ok(())
}
