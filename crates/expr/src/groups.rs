//! Reductions of groups, and of the elements for which a mask is true, which are one group.

use chunkwise_core::{AxisGrid, DType, Error, Grid, Scalar};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::reduce::grouped::OfNothing;
use chunkwise_kernels::{Binary, Op, Ternary};
use smallvec::{SmallVec, smallvec};

use crate::axes::axis_bits;
use crate::node::{Kind, MetaRef};
use crate::selection::{inner_axes, parts_of};
use crate::{Expr, ExprError};

/// The groups of a reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Groups {
    /// How many there are.
    pub(crate) count: u32,
    /// Whether the result has an axis for them; a mask has one group and no axis.
    pub(crate) axis: bool,
}

impl Groups {
    /// The one group of a mask.
    pub(crate) const MASK: Groups = Groups { count: 1, axis: false };
}

impl Expr {
    /// A reduction of the elements of each group. `by` has the shape of this array and tells the group of each element,
    /// from zero; elements of other groups are left out. The result has a first axis of `groups`, then the axes that
    /// are left.
    ///
    /// # Errors
    /// As for [`Expr::reduce`]; `by` of another shape or not `i64`.
    #[track_caller]
    pub fn reduce_groups(
        &self,
        by: &Expr,
        groups: u32,
        op: ReduceOp,
        axes: &[usize],
    ) -> Result<Expr, ExprError> {
        let groups = Groups { count: groups, axis: true };
        let Some(Unselected { value, by, mask, axes }) = unselected(self, by, op, axes)? else {
            return self.grouped(by, groups, op, axes, OfNothing::Nan);
        };
        // What the mask leaves out belongs to no group.
        let none = Expr::fill(Scalar::new(-1i64), Grid::new([]));
        let by = Expr::elementwise(Op::Ternary(Ternary::Select), &[&mask, &by, &none])?;
        value.grouped(&by, groups, op, &axes, OfNothing::Nan)
    }

    /// A reduction of the elements for which `mask`, which has the shape of this array, is true. Where there are none,
    /// floats are NaN if the reduction needs elements.
    ///
    /// # Errors
    /// As for [`Expr::reduce`]; a mask of another shape or that is not bool.
    #[track_caller]
    pub fn reduce_where(&self, mask: &Expr, op: ReduceOp, axes: &[usize]) -> Result<Expr, ExprError> {
        if !mask.dtype().is_bool() {
            return Err(ExprError::Undefined { op: op.name(), dtypes: vec![self.dtype(), mask.dtype()] });
        }
        let Some(Unselected { value, by, mask: outer, axes }) = unselected(self, mask, op, axes)? else {
            return self.grouped(mask, Groups::MASK, op, axes, OfNothing::Nan);
        };
        let both = Expr::elementwise(Op::Binary(Binary::LogicalAnd), &[&outer, &by])?;
        value.grouped(&both, Groups::MASK, op, &axes, OfNothing::Nan)
    }

    /// A grouped reduction of arrays of known lengths.
    #[track_caller]
    pub(crate) fn grouped(
        &self,
        by: &Expr,
        groups: Groups,
        op: ReduceOp,
        axes: &[usize],
        of_nothing: OfNothing,
    ) -> Result<Expr, ExprError> {
        let ndim = self.shape().len();
        if by.shape() != self.shape() {
            let (expected, got) = (self.shape().into(), by.shape().into());
            return Err(Error::ShapeMismatch { what: op.name(), expected, got }.into());
        }
        let undefined = || ExprError::Undefined { op: op.name(), dtypes: vec![self.dtype(), by.dtype()] };
        let told = by.dtype() == DType::I64 || (by.dtype().is_bool() && !groups.axis);
        let dtype = op.result(self.dtype()).filter(|_| told && !op.locates()).ok_or_else(undefined)?;
        let bits = axis_bits(op.name(), axes, ndim)?;
        // Units come in row-major order, elements of several axes do not.
        let long = axes.iter().filter(|&&axis| self.shape()[axis] > 1).count();
        if matches!(op, ReduceOp::First | ReduceOp::Last) && long > 1 {
            let why = format!("groups over several axes ({axes:?}) have no first and last element");
            return Err(Error::Invalid { what: op.name(), why }.into());
        }
        let first = groups.axis.then(|| AxisGrid::whole(groups.count as usize));
        let kept = (0..ndim).filter(|k| bits & (1 << k) == 0).map(|k| self.grid().axes()[k].clone());
        let grid = Grid::new(first.into_iter().chain(kept));
        let kind = Kind::Grouped { op, axes: bits, groups, of_nothing };
        Ok(Expr::node(kind, smallvec![self.0.clone(), by.0.clone()], dtype, MetaRef::new(grid)))
    }
}

/// What a reduction of selected elements reduces where they were selected from.
struct Unselected {
    value: Expr,
    /// The groups, or a mask.
    by: Expr,
    /// What was selected.
    mask: Expr,
    axes: SmallVec<[usize; 6]>,
}

/// Where the operands of a grouped reduction were selected from; nothing if the lengths of both are known.
///
/// # Errors
/// Axes without the first one, whose length is not known then; operands that are not selected by one mask.
fn unselected(x: &Expr, by: &Expr, op: ReduceOp, axes: &[usize]) -> Result<Option<Unselected>, ExprError> {
    let Some(unknown) = [x, by].into_iter().find(|operand| operand.is_unknown()) else { return Ok(None) };
    if !axes.contains(&0) {
        return Err(ExprError::UnknownLength { op: op.name() });
    }
    let (values, _, rows) = parts_of(&[x, by], op.name())?;
    Ok(Some(Unselected {
        value: values[0].clone(),
        by: values[1].clone(),
        mask: Expr(unknown.0.inputs[1].clone()),
        axes: inner_axes(axes, rows.ndim()),
    }))
}
