//! Counts as densities.

use chunkwise_core::{AxisMap, DType, View};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op};
use smallvec::smallvec;

use super::binned::to_f64;
use crate::late::or_late;

/// The probability density of counts along axes of these edges: an integral of one.
#[track_caller]
pub(super) fn density(counts: &Expr, edges: &[&Expr]) -> Expr {
    or_late(divided(counts, edges), "density", DType::F64, || (**counts.grid()).clone())
}

#[track_caller]
fn divided(counts: &Expr, edges: &[&Expr]) -> Result<Expr, ExprError> {
    let counts = to_f64(counts)?;
    let mut density = counts.clone();
    for (axis, edges) in edges.iter().enumerate() {
        let bins = counts.shape()[axis];
        let from = |start| {
            let source = smallvec![AxisMap { axis: Some(0), start, step: 1 }];
            edges.view(View { shape: smallvec![bins], source })
        };
        let mut widths = Expr::elementwise(Op::Binary(Binary::Sub), &[&from(1), &from(0)])?;
        for _ in axis + 1..counts.shape().len() {
            widths = widths.insert_axis(widths.shape().len());
        }
        density = Expr::elementwise(Op::Binary(Binary::Div), &[&density, &widths])?;
    }
    let axes: Vec<usize> = (0..counts.shape().len()).collect();
    let total = counts.reduce(ReduceOp::Sum, &axes, false)?;
    Expr::elementwise(Op::Binary(Binary::Div), &[&density, &total])
}
