//! Fusion: which nodes are computed together, and which results are kept in memory in between.
//!
//! Every reduction, every root and every node that must be kept is a *sink*. Sinks over one iteration space
//! that share something they read form a *group*, which becomes one fused stage: its operands are read once,
//! and everything between them and the sinks lives in registers.

mod analyse;
mod emit;

pub(crate) use analyse::{Analysis, Group, Sink, analyse};
pub(crate) use emit::{Arrays, emit, emit_operand};
