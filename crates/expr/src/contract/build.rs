//! Building the nodes of contractions.

use chunkwise_core::{AxisGrid, Error, Grid, byte_len};
use chunkwise_plan::Contraction;
use smallvec::smallvec;

use crate::node::{Kind, MetaRef};
use crate::{Expr, ExprError};

impl Expr {
    /// Products of the elements of two expressions, summed over axes, with `name` for messages.
    ///
    /// Operands are in the order that [`Contraction`] describes, which views bring them to. The result has the
    /// operands' dtype: integers wrap, bool is "or" of "and". Rows are cut as the left operand's, columns as the
    /// right one's, and batches as both.
    ///
    /// # Errors
    /// Operands of different dtypes, of more than 64 axes, or whose lengths are not as [`Contraction`] says; a
    /// result too large to address.
    #[track_caller]
    pub fn contract(
        name: &'static str,
        axes: Contraction,
        left: &Expr,
        right: &Expr,
    ) -> Result<Expr, ExprError> {
        left.known(name)?;
        right.known(name)?;
        if left.dtype() != right.dtype() {
            let (expected, got) = (left.dtype(), right.dtype());
            return Err(Error::DTypeMismatch { what: name, expected, got }.into());
        }
        let ndim = left.shape().len().max(right.shape().len()).max(axes.result_ndim());
        if ndim > 64 {
            let why = format!("arrays of more than 64 axes cannot be multiplied, these have {ndim}");
            return Err(Error::Invalid { what: name, why }.into());
        }
        let Some(shape) = axes.result(left.shape(), right.shape()) else {
            let (expected, got) = (left.shape().into(), right.shape().into());
            return Err(Error::ShapeMismatch { what: name, expected, got }.into());
        };
        byte_len(&shape, left.dtype())?;
        let (rows, cols) = (left.grid().axes(), right.grid().axes());
        let batch = rows.iter().zip(cols).take(axes.batch).map(|(a, b): (&AxisGrid, _)| a.refine(b));
        let rows = rows[axes.batch..axes.batch + axes.rows].iter().cloned();
        let cols = cols[axes.batch + axes.summed..].iter().cloned();
        let grid = Grid::new(batch.chain(rows).chain(cols));
        let kind = Kind::Contract { name, axes, partials: None };
        let inputs = smallvec![left.0.clone(), right.0.clone()];
        Ok(Expr::node(kind, inputs, left.dtype(), MetaRef::new(grid)))
    }
}
