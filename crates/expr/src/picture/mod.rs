//! What there is to draw of an expression: boxes with names, and arrows between them.
//!
//! Two stages can be drawn, the expression as it was built and the plan that it becomes, each in two grains: a box
//! for every block (a task, once planned), or a box for every operation (a stage, once planned). What comes out is
//! data; where boxes go and what they look like is the business of whoever draws.

mod built;
mod names;
mod planned;
#[cfg(test)]
mod tests;

pub(crate) use names::tuple;

use crate::graph::Graph;
use crate::lower::{Want, lower};
use crate::passes::{merge_only, optimise};
use crate::{Expr, ExprError};

/// Which form of a computation is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureStage {
    /// The expression as built, equal nodes merged; numbers that arrays are combined with are left out.
    #[default]
    Built,
    /// The plan that the optimiser makes of it.
    Planned,
}

/// How much of it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureDetail {
    /// A box per block, or per task of a plan.
    Blocks,
    /// A box per operation, or per stage of a plan, with the number of its blocks or tasks.
    Layers,
    /// Blocks if there are at most this many, layers otherwise.
    Auto {
        /// The most boxes of a picture of blocks.
        blocks: usize,
    },
}

/// What kind of thing a box stands for: its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OpFamily {
    /// Values that exist: arrays in memory, persisted ones, files.
    Data,
    /// Values made from nothing: constants, coordinates.
    Generator,
    /// An instruction at every position.
    Elementwise,
    /// A function of the user's.
    Function,
    /// A reduction, or the merging of its parts; a product, a scan.
    Reduction,
    /// A view: the same elements, seen otherwise.
    View,
    /// A change of chunks or a joining of arrays.
    Structure,
}

/// One box.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PictureNode {
    /// The operation, with the numbers that it combines arrays with.
    pub name: String,
    /// Its colour.
    pub family: OpFamily,
    /// Whether it is data rather than work.
    pub is_source: bool,
    /// Whether it is part of a result.
    pub is_root: bool,
    /// Short lines under the name: coordinates of a block, or shape and number of chunks of a layer.
    pub details: Vec<String>,
    /// What a reader may want to know besides: where it was built, the whole path of a file.
    pub notes: Vec<String>,
}

/// Boxes, and arrows from what is read to what reads it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PictureGraph {
    /// The boxes, what is read before what reads it.
    pub nodes: Vec<PictureNode>,
    /// From which box to which, by position in `nodes`, each pair once, in ascending order of the second.
    pub edges: Vec<(u32, u32)>,
    /// Which form it shows.
    pub stage: PictureStage,
    /// Whether a box is a block or a task, and not a layer or a stage.
    pub blocks: bool,
    /// Number of operations, or of stages.
    pub layers: u64,
    /// Number of blocks, or of tasks.
    pub tasks: u64,
}

/// More boxes than this are refused: nobody could read them.
const MOST_NODES: usize = 2000;

/// More arrows than this are refused.
const MOST_EDGES: usize = 20_000;

/// In a picture that chooses its grain itself, this many arrows per box that it may have are too many.
const EDGES_PER_NODE: usize = 5;

/// What there is to draw of some expressions.
///
/// # Errors
/// [`ExprError::TooManyToDraw`] if the picture would have more boxes or arrows than anyone could read, and for a plan
/// as for [`plan`](crate::plan).
pub fn picture(
    roots: &[Expr],
    stage: PictureStage,
    detail: PictureDetail,
) -> Result<PictureGraph, ExprError> {
    let graph = Graph::import(roots);
    let source: Box<dyn Drawn> = match stage {
        PictureStage::Built => Box::new(built::Built::new(merge_only(graph)?)),
        PictureStage::Planned => {
            let (plan, sources) = {
                let wants = vec![Want::Array; roots.len()];
                lower(&optimise(graph)?, &wants, None)?
            };
            Box::new(planned::Planned::new(plan, sources))
        }
    };
    match detail {
        PictureDetail::Blocks => source.blocks(MOST_NODES, MOST_EDGES),
        PictureDetail::Layers => source.layers(),
        PictureDetail::Auto { blocks } => {
            match source.blocks(blocks.min(MOST_NODES), blocks.saturating_mul(EDGES_PER_NODE)) {
                Err(ExprError::TooManyToDraw { .. }) => source.layers(),
                other => other,
            }
        }
    }
}

/// A form of a computation that can be drawn in both grains.
trait Drawn {
    fn blocks(&self, nodes: usize, edges: usize) -> Result<PictureGraph, ExprError>;
    fn layers(&self) -> Result<PictureGraph, ExprError>;
}

/// The error of a picture that has more of something than it may.
fn check(what: &'static str, count: u64, most: usize) -> Result<(), ExprError> {
    if count > most as u64 { Err(ExprError::TooManyToDraw { what, count, most }) } else { Ok(()) }
}
