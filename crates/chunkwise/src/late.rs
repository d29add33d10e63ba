//! Errors of methods that do not return a `Result`.
//!
//! `x.min()` reads better without a `?`, yet it has no value when `x` is empty. Such an expression becomes a
//! source that cannot be read: shape and dtype are known, everything can be built on top, and computing it
//! reports why.

use std::sync::Arc;

use chunkwise_core::{Block, BlockFn, BoxError, DType, Grid};
use chunkwise_expr::{Expr, ExprError};

struct Unreadable(ExprError);

impl BlockFn for Unreadable {
    fn call(&self, _: &[usize], _: &[usize], _: &[usize]) -> Result<Block, BoxError> {
        Err(Box::new(self.0.clone()))
    }
}

/// The expression, or a source of this dtype and grid that reports the error when it is computed.
#[track_caller]
pub(crate) fn or_late(
    built: Result<Expr, ExprError>,
    name: &'static str,
    dtype: DType,
    grid: impl FnOnce() -> Grid,
) -> Expr {
    match built {
        Ok(expr) => expr,
        Err(error) => Expr::block_fn(name, dtype, grid(), Arc::new(Unreadable(error))),
    }
}
