//! Plans: what tasks there are, what each reads, what it costs in memory, and how it is run.
//!
//! A [`Plan`] is plain data: [`Stage`]s say what the tasks of one kind do, [`Array`]s where values live,
//! and the [`TaskGraph`] which task reads which. It can be written down and run in another process, except
//! for the [`Sources`] beside it, which hold what lives in this one. A [`Runner`] is a plan made ready to run
//! here; an executor decides when each task runs.

mod calls;
mod cells;
mod combine;
mod compiled;
mod contract;
mod facts;
mod failure;
mod fetch;
mod fused;
mod gather;
mod graph;
mod join;
mod operand;
mod order;
mod output;
mod plan;
mod read;
mod reshape;
mod runner;
mod scan;
mod select;
mod single;
mod sources;
mod tiles;
mod units;
mod wire;

pub use calls::{Args, Call, CallFn, CallResult, CallStage, Function, Operand, SharedFn, StaticFn, Value};
pub use cells::{for_cells, for_parts};
pub use compiled::Compiled;
pub use contract::{ContractPlace, ContractStage, Contraction};
pub use facts::StageKind;
pub use graph::{TaskGraph, TaskId};
pub use operand::StageOperand;
pub use order::OrderStage;
pub use output::TaskOutput;
pub use plan::{
    Array, ArrayId, CombineNode, CombineStage, CoordBinding, FusedStage, GroupTarget, InputBinding, Origin,
    Plan, ReadStage, ReductionTarget, ReshapeStage, Root, SelectionTarget, Stage, StageInfo, Storage, Task,
    Variant, WriteStage,
};
pub use runner::{Cause, RootResult, Runner, TaskError};
pub use scan::{ScanPlace, ScanRole, ScanStage};
pub use select::MaskChanged;
pub use single::Single;
pub use sources::{RegionLike, Sources};
pub use tiles::{Tile, Tiles};
pub use units::{
    Granularity, aligned_unit_grid, flat_unit_grid, merge_cells, same_ranges, scan_unit_grid,
    strided_unit_grid, unit_grid, whole_cell_grid,
};
pub use wire::{WIRE_VERSION, WireError};
