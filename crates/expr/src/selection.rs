//! Arrays of unknown length: the elements of an array for which a mask is true.
//!
//! A selection remembers what it selects from, so most of what is done with it is done there instead: elementwise work
//! on selections of one mask is the selection of that work, and a reduction takes in the elements for which the mask is
//! true without ever gathering them. Only what is computed or persisted is gathered.

use std::sync::Arc;

use chunkwise_core::{AxisGrid, AxisMap, Error, Grid, Shape, View};
use chunkwise_kernels::order::OrderOp;
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::reduce::grouped::OfNothing;
use chunkwise_kernels::{Binary, Op};
use chunkwise_plan::{Granularity, flat_unit_grid};
use smallvec::{SmallVec, smallvec};

use crate::axes::axis_bits;
use crate::graph::Graph;
use crate::groups::Groups;
use crate::node::{Kind, MetaRef, Node};
use crate::passes::merge_common;
use crate::{Expr, ExprError};

/// The length that stands for one that is not known.
pub const UNKNOWN: usize = usize::MAX;

/// Elements that one unit of a selection looks at.
const UNIT: usize = 1 << 17;

/// How the elements of a selection are gathered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    /// The masked axes in the units of which each gives one chunk.
    pub(crate) rows: Grid,
    /// The shape that is shown, if the length is not known.
    pub(crate) unknown: Option<Shape>,
}

impl Selection {
    /// The units of the space that is selected from: the masked axes, and the others whole.
    pub(crate) fn units(&self, space: &[usize]) -> Grid {
        let rest = space[self.rows.ndim()..].iter().map(|&n| AxisGrid::whole(n));
        Grid::new(self.rows.axes().iter().cloned().chain(rest))
    }
}

impl Node {
    fn selection(&self) -> Option<&Selection> {
        match &self.kind {
            Kind::Selection(selection) => Some(selection),
            _ => None,
        }
    }
}

impl Expr {
    /// Whether the length of the first axis depends on a mask that has not been counted.
    pub fn is_unknown(&self) -> bool {
        self.0.selection().is_some_and(|selection| selection.unknown.is_some())
    }

    /// Lengths of the axes, with [`UNKNOWN`] for one that is not known.
    pub fn visible_shape(&self) -> &[usize] {
        let unknown = self.0.selection().and_then(|selection| selection.unknown.as_ref());
        match unknown {
            Some(shape) => shape,
            None => self.shape(),
        }
    }

    /// This expression, for an operation that needs to know its lengths.
    ///
    /// # Errors
    /// [`ExprError::UnknownLength`].
    pub fn known(&self, op: &'static str) -> Result<&Expr, ExprError> {
        if self.is_unknown() { Err(ExprError::UnknownLength { op }) } else { Ok(self) }
    }

    /// The elements for which `mask` is true, in row-major order: the axes of the mask, which are the first ones of
    /// this array, become one of unknown length.
    ///
    /// # Errors
    /// A mask that is not bool, or whose shape is not that of the first axes.
    #[track_caller]
    pub fn select(&self, mask: &Expr) -> Result<Expr, ExprError> {
        const WHAT: &str = "mask";
        if !mask.dtype().is_bool() {
            return Err(ExprError::Undefined { op: WHAT, dtypes: vec![mask.dtype()] });
        }
        if self.is_unknown() || mask.is_unknown() {
            return self.select_further(mask);
        }
        let axes = mask.shape().len();
        if axes == 0 || self.shape().get(..axes) != Some(mask.shape()) {
            let (expected, got) = (self.shape().into(), mask.shape().into());
            return Err(Error::ShapeMismatch { what: WHAT, expected, got }.into());
        }
        let inner: usize = self.shape()[axes..].iter().product();
        if inner == 0 {
            let why = format!(
                "rows of an array of shape {:?} have no elements that could be selected",
                self.shape()
            );
            return Err(Error::Invalid { what: WHAT, why }.into());
        }
        let rows = flat_unit_grid(mask.shape(), Granularity::Elements((UNIT / inner).max(1)));
        Ok(selected(self, mask, &rows))
    }

    /// A mask of a selection: true where both masks are.
    #[track_caller]
    fn select_further(&self, mask: &Expr) -> Result<Expr, ExprError> {
        const WHAT: &str = "mask";
        if !(self.is_unknown() && mask.is_unknown()) || mask.shape().len() != 1 {
            return Err(ExprError::UnknownLength { op: WHAT });
        }
        // The mask has one axis, so it selects from an array of the masked axes only.
        let (value, outer) = (Expr(self.0.inputs[0].clone()), self.row_mask());
        let (inner, further) = (Expr(mask.0.inputs[0].clone()), mask.row_mask());
        let rows = match self.0.selection() {
            Some(selection) if same(&outer, &further) => selection.rows.clone(),
            _ => return Err(ExprError::DifferentMasks { op: WHAT }),
        };
        let both = Expr::elementwise(Op::Binary(Binary::LogicalAnd), &[&outer, &inner])?;
        Ok(selected(&value, &both, &rows))
    }

    /// The mask of a selection over the axes that it masks, without those that it leaves.
    #[track_caller]
    fn row_mask(&self) -> Expr {
        let mask = &self.0.inputs[1];
        let broadcast =
            self.0.selection().is_some_and(|selection| mask.meta.shape.len() > selection.rows.ndim());
        Expr(if broadcast { mask.inputs[0].clone() } else { mask.clone() })
    }

    /// The lengths of the chunks of a selection, once they have been counted.
    ///
    /// # Panics
    /// If there are not as many as chunks.
    #[track_caller]
    pub fn with_counts(&self, counts: &[usize]) -> Expr {
        let Some(selection) = self.0.selection() else { return self.clone() };
        assert_eq!(counts.len(), selection.rows.count(), "one count per chunk");
        let rest = self.grid().axes()[1..].iter().cloned();
        let grid = Grid::new(std::iter::once(AxisGrid::from_sizes(counts)).chain(rest));
        let kind = Kind::Selection(Arc::new(Selection { unknown: None, ..selection.clone() }));
        Expr::node(kind, self.0.inputs.clone(), self.dtype(), MetaRef::new(grid))
    }

    /// Of each chunk of a selection, an element `true` for each position that is selected.
    ///
    /// # Errors
    /// [`ExprError::Undefined`] for an array that is no selection.
    #[track_caller]
    pub fn tally(&self) -> Result<Expr, ExprError> {
        let Some(selection) = self.0.selection() else {
            return Err(ExprError::Undefined { op: "compute_chunk_sizes", dtypes: vec![self.dtype()] });
        };
        let mask = self.row_mask();
        Ok(selected(&mask, &mask, &selection.rows))
    }
}

/// The axes of what is selected from, for axes of a selection that include the first.
pub(crate) fn inner_axes(axes: &[usize], selected: usize) -> SmallVec<[usize; 6]> {
    (0..selected).chain(axes.iter().filter(|&&axis| axis > 0).map(|axis| axis + selected - 1)).collect()
}

/// The elements of `value` for which `mask`, which has its first axes, is true.
#[track_caller]
pub(crate) fn selected(value: &Expr, mask: &Expr, rows: &Grid) -> Expr {
    let masked = rows.ndim();
    // The most that each unit may give.
    let bounds: Vec<usize> =
        (0..rows.count()).map(|unit| rows.block(&rows.coords(unit)).1.iter().product()).collect();
    let rest = value.shape()[masked..].iter().map(|&n| AxisGrid::whole(n));
    let grid = Grid::new(std::iter::once(AxisGrid::from_sizes(&bounds)).chain(rest));
    let mask = if mask.shape().len() == value.shape().len() {
        mask.clone()
    } else {
        let source = (0..masked).map(|k| AxisMap { axis: Some(k), start: 0, step: 1 }).collect();
        mask.view_chunked(View { shape: value.shape().into(), source }, value.grid())
    };
    let mut visible: Shape = smallvec![UNKNOWN];
    visible.extend_from_slice(&value.shape()[masked..]);
    let kind = Kind::Selection(Arc::new(Selection { rows: rows.clone(), unknown: Some(visible) }));
    Expr::node(kind, smallvec![value.0.clone(), mask.0], value.dtype(), MetaRef::new(grid))
}

/// What operands of one selection select from (each operand's elements there), the mask of the rows, and their units.
///
/// Operands of known shape broadcast to the axes that are not masked.
pub(crate) fn parts_of(operands: &[&Expr], op: &'static str) -> Result<(Vec<Expr>, Expr, Grid), ExprError> {
    let unknown = || ExprError::UnknownLength { op };
    let first = operands.iter().find(|x| x.is_unknown()).ok_or_else(unknown)?;
    let rows = &first.0.selection().ok_or_else(unknown)?.rows;
    let mask = first.row_mask();
    let mut values = Vec::with_capacity(operands.len());
    for operand in operands {
        values.push(match operand.0.selection() {
            Some(other) if operand.is_unknown() => {
                if other.rows != *rows || !same(&operand.row_mask(), &mask) {
                    return Err(ExprError::DifferentMasks { op });
                }
                Expr(operand.0.inputs[0].clone())
            }
            // Fewer axes than are left beside the masked ones meet none of those.
            _ if operand.shape().len() < first.shape().len() => (*operand).clone(),
            _ => return Err(unknown()),
        });
    }
    Ok((values, mask, rows.clone()))
}

/// Whether two expressions are equal, however they were built.
fn same(a: &Expr, b: &Expr) -> bool {
    if Arc::ptr_eq(&a.0, &b.0) {
        return true;
    }
    if a.shape() != b.shape() || a.dtype() != b.dtype() {
        return false;
    }
    let merged = merge_common(Graph::import(&[a.clone(), b.clone()]));
    merged.roots[0] == merged.roots[1]
}

/// An instruction on operands of which some are of unknown length.
#[track_caller]
pub(crate) fn elementwise(op: Op, operands: &[&Expr]) -> Result<Expr, ExprError> {
    let (values, mask, rows) = parts_of(operands, op.name())?;
    let values: SmallVec<[&Expr; 3]> = values.iter().collect();
    let value = Expr::elementwise(op, &values)?;
    Ok(selected(&value, &mask, &rows))
}

/// A reduction of an array of unknown length.
#[track_caller]
pub(crate) fn reduce(x: &Expr, op: ReduceOp, axes: &[usize], keep: bool) -> Result<Expr, ExprError> {
    let (values, mask, rows) = parts_of(&[x], op.name())?;
    let (value, masked) = (&values[0], rows.ndim());
    axis_bits(op.name(), axes, x.shape().len())?;
    if !axes.contains(&0) {
        let axes: SmallVec<[usize; 6]> = axes.iter().map(|axis| axis + masked - 1).collect();
        return Ok(selected(&value.reduce(op, &axes, keep)?, &mask, &rows));
    }
    if op.locates() {
        return Err(ExprError::UnknownLength { op: op.name() });
    }
    let mask = Expr(x.0.inputs[1].clone());
    let mut result = value.grouped(&mask, Groups::MASK, op, &inner_axes(axes, masked), OfNothing::Fails)?;
    if keep {
        let mut sorted: SmallVec<[usize; 6]> = axes.into();
        sorted.sort_unstable();
        for axis in sorted {
            result = result.insert_axis(axis);
        }
    }
    Ok(result)
}

/// An order statistic of an array of unknown length.
#[track_caller]
pub(crate) fn order(
    x: &Expr,
    op: OrderOp,
    axes: &[usize],
    (place, keep): (Option<usize>, bool),
) -> Result<Expr, ExprError> {
    let (values, mask, rows) = parts_of(&[x], op.name())?;
    let (value, masked) = (&values[0], rows.ndim());
    axis_bits(op.name(), axes, x.shape().len())?;
    if axes.contains(&0) {
        if !op.takes_mask() {
            return Err(ExprError::UnknownLength { op: op.name() });
        }
        let mask = Expr(x.0.inputs[1].clone());
        let result = value.order_where(Some(&mask), op, &inner_axes(axes, masked), place)?;
        return Ok(result.kept(axes, place, keep));
    }
    // The rows stay, before everything else.
    let Some(place) = place.map_or(Some(None), |place| (place > 0).then(|| Some(place + masked - 1))) else {
        return Err(ExprError::UnknownLength { op: op.name() });
    };
    let axes: SmallVec<[usize; 6]> = axes.iter().map(|axis| axis + masked - 1).collect();
    Ok(selected(&value.order(op, &axes, place, keep)?, &mask, &rows))
}
