//! Expressions: what to compute, before anything is computed.

pub mod ops;
mod expr;

pub use expr::{BlockFn, Expr, ExprError};
