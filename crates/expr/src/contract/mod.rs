//! Contractions: building their nodes, and choosing how large the pieces of the work are.

mod build;
mod sizes;

#[cfg(test)]
mod tests;

pub(crate) use sizes::{Operand, Pieces, bytes, partials, repeats};
