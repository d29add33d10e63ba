//! Products of arrays: `dot`, `matmul`, `tensordot`, `outer`.

mod dot;
mod matmul;
mod outer;
mod tensordot;

use chunkwise_core::{Error, View};
use chunkwise_expr::{Contraction, Expr};

use crate::Result;

pub use dot::DotRhs;
pub use matmul::AtLeast2;
pub use tensordot::TensordotAxes;

/// The product of two expressions along pairs of axes, as many as there are in common; the result has the other
/// axes of the left one, then those of the right one.
#[track_caller]
fn contract_pairs(what: &'static str, left: &Expr, right: &Expr, pairs: &[(usize, usize)]) -> Result<Expr> {
    // In the order of the left operand's axes, which often lie next to each other in memory.
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    for &(left_axis, right_axis) in &pairs {
        if left.shape()[left_axis] != right.shape()[right_axis] {
            let (left, right) = (left.shape().into(), right.shape().into());
            return Err(Error::Product { what, left, right, left_axis, right_axis }.into());
        }
    }
    let rest = |ndim: usize, summed: &dyn Fn(usize) -> bool| (0..ndim).filter(|&k| !summed(k)).collect();
    let mut left_axes: Vec<usize> = rest(left.shape().len(), &|k| pairs.iter().any(|p| p.0 == k));
    let right_rest: Vec<usize> = rest(right.shape().len(), &|k| pairs.iter().any(|p| p.1 == k));
    let axes = Contraction { batch: 0, rows: left_axes.len(), summed: pairs.len(), cols: right_rest.len() };
    left_axes.extend(pairs.iter().map(|p| p.0));
    let right_axes: Vec<usize> = pairs.iter().map(|p| p.1).chain(right_rest).collect();
    let left = left.view(View::permuted(left.shape(), &left_axes));
    let right = right.view(View::permuted(right.shape(), &right_axes));
    Ok(Expr::contract(what, axes, &left, &right)?)
}
