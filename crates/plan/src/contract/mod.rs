//! Contractions: products of matrices, of batches of them, and of arrays along any axes.
//!
//! A cell of the result is the accumulator of its task: the task adds one panel's products after the other to
//! it, in the returned array itself where there is one. Operands in memory are read by strides; others are
//! computed a panel at a time.

mod axes;
mod run;
mod stage;

pub use axes::Contraction;
pub use stage::{ContractPlace, ContractStage};
