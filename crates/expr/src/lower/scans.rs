//! Stages of scans.

use chunkwise_plan::{Array, ContractOperand, Granularity, ScanStage, Stage, scan_unit_grid};

use super::Want;
use super::stages::{Build, Maker, SourceArrays, computed, cost, info, label};
use crate::ExprError;
use crate::fuse::{Group, emit_operand};
use crate::graph::{Graph, NodeId};
use crate::node::Kind;

/// Adds the stage of the scan `id`, whose operand is the sink of the group.
pub(super) fn add(
    build: &mut Build,
    graph: &Graph,
    (group, id): (&Group, NodeId),
    kept: &[bool],
    want: Want,
) -> Result<(), ExprError> {
    let node = graph.node(id);
    let Kind::Scan { op, axis } = node.kind else { unreachable!("a scan's node") };
    let emitted = emit_operand(graph, group.sinks[0], kept, &mut SourceArrays { graph, build });
    let (parts, variants) =
        emitted.map_err(|source| ExprError::Program { stage: label(graph, group), source })?;
    let granularity = build.units.unwrap_or_else(|| Granularity::Cost(cost(&variants)));
    let (cells, few) = scan_unit_grid(&node.meta.shape, axis, node.dtype.size(), granularity);
    let totals = few && !op.is_in_order(node.dtype);
    let mut info = info(graph, group);
    info.chunks = (*node.meta.grid).clone();
    let operand = ContractOperand { parts, variants };
    let (number, array) = (build.plan.stages.len() as u32, build.next());
    let returned = want == Want::Arrays && graph.roots.contains(&id);
    let storage = computed(cells.clone(), 0, returned);
    let shape = node.meta.shape.clone();
    build.add_node(id, Array { dtype: node.dtype, shape, storage }, Maker::Store(number));
    build.plan.stages.push(Stage::Scan(ScanStage { info, op, axis, cells, totals, operand, array }));
    Ok(())
}
