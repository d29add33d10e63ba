//! What contractions, scans and order statistics read.

use chunkwise_core::Grid;
use serde::{Deserialize, Serialize};

use crate::{InputBinding, Variant};

/// How an operand's elements come about: programs over the operand's own axes, each with one store, and one more for the
/// mask of an order statistic. A program that only loads is read where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageOperand {
    /// Cuts the operand into the parts of the variants.
    pub parts: Grid,
    /// One per cell of `parts`, in row-major order.
    pub variants: Vec<Variant>,
}

impl StageOperand {
    /// The array that the operand is a view of, if it is nothing else.
    pub fn direct(&self) -> Option<&InputBinding> {
        match &self.variants[..] {
            [Variant { program, inputs, .. }] if program.instrs.is_empty() => match &inputs[..] {
                [input] if program.stores == program.inputs => Some(input),
                _ => None,
            },
            _ => None,
        }
    }
}
