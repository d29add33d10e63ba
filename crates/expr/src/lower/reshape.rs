//! Units and stages of arrays that are reshaped.

use chunkwise_core::{Grid, Shape};
use chunkwise_plan::{
    Array, Granularity, ReshapeStage, Stage, StageInfo, Storage, aligned_unit_grid, flat_unit_grid,
    same_ranges, unit_grid,
};

use super::stages::{Build, Maker, SourceArrays, computed};
use crate::fuse::Arrays;
use crate::graph::{Graph, NodeId};

/// The units of an array of these chunks, and, where it is read by a reshape, the shape that it gets there.
pub(super) fn units_for(chunks: &Grid, reshaped: Option<&Shape>, granularity: Granularity) -> Grid {
    match reshaped {
        Some(other) => aligned_unit_grid(&chunks.shape(), other, granularity),
        None => unit_grid(chunks, granularity),
    }
}

/// A reshape has units of its own if those of its input hold less than one in so many of the elements of these.
const SMALLEST: usize = 16;

/// The stage that copies the input of a reshape into its shape.
pub(super) fn reshape_stage(graph: &Graph, build: &mut Build, id: NodeId) {
    let node = graph.node(id);
    let input = SourceArrays { graph, build: &mut *build }.array(node.inputs[0]);
    let own = flat_unit_grid(&node.meta.shape, build.units.unwrap_or(Granularity::Cost(0)));
    let units = match &build.plan.array(input).storage {
        Storage::Computed { grid, .. } if grid.count() / SMALLEST <= own.count() => {
            same_ranges(grid, &node.meta.shape).unwrap_or(own)
        }
        Storage::Computed { .. } | Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => {
            own
        }
    };
    let storage = computed(units.clone(), 0, build.is_returned(id));
    let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
    let maker = Maker::Store(build.plan.stages.len() as u32);
    let array = build.add(array, Some(maker));
    build.arrays.insert(id, array);
    let chunks = (*node.meta.grid).clone();
    let info = StageInfo { label: node.kind.name().to_owned(), origin: node.location.into(), chunks };
    build.plan.stages.push(Stage::Reshape(ReshapeStage { info, input, array, units }));
}
