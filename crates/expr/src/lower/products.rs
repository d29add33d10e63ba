//! Stages of contractions.

use chunkwise_core::Grid;
use chunkwise_plan::{Array, ContractStage, Stage, StageOperand, Storage};

use super::stages::{Build, Maker, computed, info, operand};
use crate::ExprError;
use crate::contract::{Operand, Pieces};
use crate::fuse::Group;
use crate::graph::{Graph, NodeId};
use crate::node::Kind;

/// Adds the stage of the contraction `id`, whose operands are the sinks of the group.
pub(super) fn add(
    build: &mut Build,
    graph: &Graph,
    (group, id): (&Group, NodeId),
    kept: &[bool],
) -> Result<(), ExprError> {
    let node = graph.node(id);
    let Kind::Contract { axes, partials, .. } = node.kind else { unreachable!("a contraction's node") };
    let mut side = |i: usize| operand(build, graph, (group, group.sinks[i]), kept);
    let (left, right) = (side(0)?, side(1)?);
    let [left_shape, right_shape] = [0, 1].map(|i| &graph.node(node.inputs[i]).meta.shape[..]);
    let known = [&left, &right].map(|operand| match operand.direct() {
        Some(input) => match build.plan.array(input.array).storage {
            Storage::Memory(_) if axes.is_single() => Operand::Matrix,
            _ => Operand::Loaded,
        },
        None => Operand::Computed,
    });
    let shapes = (left_shape, right_shape, node.dtype);
    let Pieces { cells, panels } = Pieces::new(axes, shapes, known, partials, build.units);
    let reads_tasks = |operand: &StageOperand| {
        let mut inputs = operand.variants.iter().flat_map(|v| &v.inputs);
        inputs.any(|input| !matches!(build.makers[input.array.0 as usize], None | Some(Maker::Spill(_))))
    };
    let chained = reads_tasks(&left) || reads_tasks(&right);
    let chunks = node.meta.grid.axes().iter().skip(usize::from(partials.is_some())).cloned();
    let mut info = info(graph, group);
    info.chunks = Grid::new(chunks);
    let number = build.plan.stages.len() as u32;
    let array = build.next();
    let stage = ContractStage { info, axes, cells, panels, partials, chained, left, right, array };
    let storage = computed(stage.result_grid(), 0, build.is_returned(id));
    let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
    build.add_node(id, array, Maker::Contract(number));
    build.plan.stages.push(Stage::Contract(stage));
    Ok(())
}
