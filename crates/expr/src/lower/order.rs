//! Stages of order statistics.

use chunkwise_core::{Shape, Strides, row_major_strides};
use chunkwise_plan::{Array, OrderStage, Stage, Storage, Variant};

use super::stages::{Build, Maker, computed, info, operand};
use crate::ExprError;
use crate::fuse::Group;
use crate::graph::{Graph, NodeId};
use crate::node::Kind;
use crate::order::units;

/// Adds the stage of the node `id`, whose elements are the sink of the group.
pub(super) fn add(
    build: &mut Build,
    graph: &Graph,
    (group, id): (&Group, NodeId),
    kept: &[bool],
) -> Result<(), ExprError> {
    let node = graph.node(id);
    let Kind::Order { op, axes, place } = &node.kind else { unreachable!("the node of an order statistic") };
    let elements = operand(build, graph, (group, group.sinks[0]), kept)?;
    let operand = graph.node(node.inputs[0]);
    let shape = &operand.meta.shape;
    let inputs = elements.variants.iter().flat_map(|variant| &variant.inputs);
    let mut storages = inputs.map(|input| &build.plan.array(input.array).storage);
    let outside = storages.any(|storage| matches!(storage, Storage::Outside { .. }));
    let outside = outside.then(|| build.moves.ordered_bytes());
    let strides = strides(build, shape, &elements.variants);
    let units = units(shape, *axes, operand.dtype, &strides, build.units, outside);
    let number = build.plan.stages.len() as u32;
    let stage = OrderStage {
        info: info(graph, group),
        op: op.clone(),
        axes: *axes,
        place: *place,
        units,
        operand: operand.dtype,
        elements,
        masked: node.inputs.len() > 1,
        array: build.next(),
    };
    let storage = computed(stage.result_grid(), 0, build.is_returned(id));
    let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
    build.add_node(id, array, Maker::Store(number));
    build.plan.stages.push(Stage::Order(stage));
    Ok(())
}

/// The strides over the iteration space of what is read; tiles that tasks make are row-major.
fn strides(build: &Build, shape: &[usize], variants: &[Variant]) -> Vec<Strides> {
    let origin: Shape = shape.iter().map(|_| 0).collect();
    let inputs = variants.iter().flat_map(|variant| &variant.inputs);
    let strides = inputs.map(|input| {
        let array = build.plan.array(input.array);
        match array.storage {
            Storage::Memory(block) => {
                input.view.strides(build.sources.blocks[block as usize].strides(), &origin).0
            }
            Storage::Persisted(..) | Storage::Computed { .. } | Storage::Outside { .. } => {
                input.view.strides(&row_major_strides(&array.shape), &origin).0
            }
        }
    });
    strides.collect()
}
