//! Expressions: what to compute, before anything is computed.
//!
//! An [`Expr`] is an immutable graph of nodes. Planning a computation imports the graph of all its roots,
//! runs the passes of the optimiser over it, fuses what is left into stages and lowers these to a
//! [`Plan`](chunkwise_plan::Plan).

mod axes;
mod calls;
mod contract;
mod error;
mod explain;
mod expr;
mod features;
mod fuse;
mod graph;
mod groups;
mod hash;
mod hints;
mod lower;
mod node;
pub mod ops;
mod order;
mod passes;
mod pattern;
mod picture;
mod scan;
mod selection;

pub use chunkwise_core::BlockFn;
pub use chunkwise_plan::{Contraction, StageKind};
pub use error::ExprError;
pub use explain::{Explanation, Layer, StageLine, explain};
pub use expr::Expr;
pub use lower::{
    MakeSpace, Optimise, OutsideLine, Want, Within, plan, plan_each, plan_in_units, plan_within, spill_pieces,
};
pub use passes::pass_names;
pub use pattern::{Arrays, Pattern};
pub use picture::{OpFamily, PictureDetail, PictureGraph, PictureNode, PictureStage, picture};
pub use selection::UNKNOWN;
