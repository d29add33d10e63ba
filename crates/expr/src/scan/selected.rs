//! Scans of arrays of unknown length.

use chunkwise_core::Shape;
use chunkwise_kernels::scan::ScanOp;
use chunkwise_kernels::{Op, Ternary};

use super::identity;
use crate::selection::{parts_of, selected};
use crate::{Expr, ExprError};

/// A scan of an array of unknown length.
///
/// Along the axis of unknown length, elements that are left out are taken for what changes no sum or product, so that
/// nothing is gathered to be scanned.
#[track_caller]
pub(super) fn scan(x: &Expr, op: ScanOp, axis: usize) -> Result<Expr, ExprError> {
    let (values, mask, rows) = parts_of(&[x], op.name())?;
    let (value, masked) = (&values[0], rows.ndim());
    if axis > 0 {
        return Ok(selected(&value.scan(op, axis + masked - 1)?, &mask, &rows));
    }
    // One is not neutral to complex numbers with infinite parts.
    if op == ScanOp::Prod && value.dtype().is_complex() {
        return Err(ExprError::UnknownLength { op: op.name() });
    }
    let every = Expr(x.0.inputs[1].clone());
    let nothing = identity(op, value.dtype());
    let present = Expr::elementwise(Op::Ternary(Ternary::Select), &[&every, value, &nothing])?;
    let scanned = if masked == 1 {
        present.scan(op, 0)?
    } else {
        let selected: usize = value.shape()[..masked].iter().product();
        let lines: Shape = std::iter::once(selected).chain(value.shape()[masked..].iter().copied()).collect();
        let lines = present.reshape(&lines, None)?;
        lines.scan(op, 0)?.reshape(value.shape(), Some((**value.grid()).clone()))?
    };
    Ok(selected(&scanned, &mask, &rows))
}
