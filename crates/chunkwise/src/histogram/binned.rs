//! From values to numbers of bins.

use chunkwise_core::{AxisGrid, DType, Grid, Scalar};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op, Ternary, Unary};
use ndarray::Ix1;

use super::Bins;
use super::bins::Choice;
use crate::{ChunkedArray, Result};

/// Values as numbers of bins.
pub(super) struct Binned {
    /// The number of the bin of each value, -1 for none.
    pub(super) numbers: Expr,
    /// How many bins there are.
    pub(super) count: usize,
    /// Their edges.
    pub(super) edges: ChunkedArray<f64, Ix1>,
}

/// The bins that values fall into.
#[track_caller]
pub(super) fn binned(x: &Expr, bins: Bins, what: &'static str) -> Result<Binned> {
    let x = to_f64(x)?;
    match bins.checked(what)? {
        Choice::Known(bins) => {
            let numbers = Expr::elementwise(Op::Bin(bins.clone()), &[&x])?;
            let edges = ChunkedArray::from_array(ndarray::Array1::from(bins.all_edges()), crate::Full)?;
            Ok(Binned { numbers, count: bins.count(), edges })
        }
        Choice::Automatic(count) | Choice::TooMany(count) => {
            let range = range(&x)?;
            // Checked, so it fits.
            let op = Op::BinBetween(count as u32);
            let numbers = Expr::elementwise(op, &[&x, &range[0], &range[1]])?;
            Ok(Binned { numbers, count, edges: ChunkedArray::from_expr(linspace(&range, count)?) })
        }
    }
}

#[track_caller]
pub(super) fn to_f64(x: &Expr) -> Result<Expr, ExprError> {
    if x.dtype() == DType::F64 {
        return Ok(x.clone());
    }
    Expr::elementwise(Op::Cast(DType::F64), &[x])
}

/// A number, to combine arrays with.
#[track_caller]
fn number(value: f64) -> Expr {
    Expr::fill(Scalar::new(value), Grid::new([]))
}

#[track_caller]
fn binary(op: Binary, a: &Expr, b: &Expr) -> Result<Expr, ExprError> {
    Expr::elementwise(Op::Binary(op), &[a, b])
}

#[track_caller]
fn select(which: &Expr, a: &Expr, b: &Expr) -> Result<Expr, ExprError> {
    Expr::elementwise(Op::Ternary(Ternary::Select), &[which, a, b])
}

/// The outer edges of automatic bins.
#[track_caller]
fn range(x: &Expr) -> Result<[Expr; 2], ExprError> {
    let axes: Vec<usize> = (0..x.shape().len()).collect();
    let finite = Expr::elementwise(Op::Unary(Unary::IsFinite), &[x])?;
    let least = x.reduce_where(&finite, ReduceOp::Min, &axes)?;
    let largest = x.reduce_where(&finite, ReduceOp::Max, &axes)?;
    let none = Expr::elementwise(Op::Unary(Unary::IsNan), &[&least])?;
    let least = select(&none, &number(0.0), &least)?;
    let largest = select(&none, &number(1.0), &largest)?;
    // Half to either side, or more where half does not make a difference.
    let size = Expr::elementwise(Op::Unary(Unary::Abs), &[&least])?;
    let relative = binary(Binary::Mul, &size, &number(f64::EPSILON))?;
    let half = binary(Binary::Maximum, &relative, &number(0.5))?;
    let equal = binary(Binary::Eq, &least, &largest)?;
    let lo = select(&equal, &binary(Binary::Sub, &least, &half)?, &least)?;
    let hi = select(&equal, &binary(Binary::Add, &largest, &half)?, &largest)?;
    Ok([lo, hi])
}

/// The edges of `count` bins of equal width, by the arithmetic of the instruction and of `numpy.linspace`.
#[track_caller]
fn linspace([lo, hi]: &[Expr; 2], count: usize) -> Result<Expr, ExprError> {
    let i = to_f64(&Expr::coord(0, Grid::new([AxisGrid::whole(count + 1)])))?;
    let n = number(count as f64);
    let width = binary(Binary::Sub, hi, lo)?;
    let step = binary(Binary::Div, &width, &n)?;
    let tiny = binary(Binary::Eq, &step, &number(0.0))?;
    let of_tiny = binary(Binary::Mul, &binary(Binary::Div, &i, &n)?, &width)?;
    let distance = select(&tiny, &of_tiny, &binary(Binary::Mul, &i, &step)?)?;
    let edges = binary(Binary::Add, &distance, lo)?;
    select(&binary(Binary::Eq, &i, &n)?, hi, &edges)
}
