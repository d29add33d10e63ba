//! What the user says that a call of a function holds while it runs.
//!
//! A hint is a property of the node that calls the function, and not of what the node computes: the same function with
//! another hint is the same function.

use std::sync::Arc;

use chunkwise_kernels::Op;

use crate::Expr;
use crate::node::{Kind, Node};

/// More than any machine has, and little enough for the sums of many.
const MOST: u64 = 1 << 50;

impl Kind {
    /// Bytes that one call of the user's function holds, if the node is one that calls it.
    fn scratch_bytes_mut(&mut self) -> Option<&mut u64> {
        match self {
            Kind::Elementwise(Op::Closure(closure)) => Some(&mut closure.scratch_bytes),
            Kind::Blocks { scratch_bytes, .. } => Some(scratch_bytes),
            _ => None,
        }
    }
}

impl Expr {
    /// The same array, where one call of the user's function that makes it, for an element or for a block, holds so
    /// many bytes beside what it returns. `None` if no such function makes it.
    pub fn with_scratch_bytes(&self, bytes: u64) -> Option<Expr> {
        let mut kind = self.0.kind.clone();
        let mut inputs = self.0.inputs.clone();
        match &kind {
            // The elements are made before they are selected.
            Kind::Selection(_) => inputs[0] = Expr(inputs[0].clone()).with_scratch_bytes(bytes)?.0,
            _ => *kind.scratch_bytes_mut()? = bytes.min(MOST),
        }
        let Node { dtype, ref meta, location, .. } = *self.0;
        Some(Expr(Arc::new(Node { kind, inputs, dtype, meta: meta.clone(), location })))
    }
}

/// Of the hints of two equal nodes, keeps the larger one in the first.
pub(crate) fn keep_larger(kept: &mut Kind, other: &Kind) {
    let other = match other {
        Kind::Elementwise(Op::Closure(closure)) => closure.scratch_bytes,
        Kind::Blocks { scratch_bytes, .. } => *scratch_bytes,
        _ => return,
    };
    if let Some(bytes) = kept.scratch_bytes_mut() {
        *bytes = other.max(*bytes);
    }
}
