//! Building the nodes of order statistics.

use chunkwise_core::{AxisGrid, Error, Grid, byte_len};
use chunkwise_kernels::order::OrderOp;
use smallvec::smallvec;

use crate::axes::axis_bits;
use crate::node::{Kind, MetaRef};
use crate::{Expr, ExprError, selection};

impl Expr {
    /// Does `op` to the lanes along `axes` (each once, in any order); lanes along several axes have their elements in
    /// row-major order. The axes are gone from the result, or stay with length one if `keep`. It has one for the results
    /// of a lane at `place` among those that lanes do not lie along, or none if that is `None` and each lane has one
    /// result.
    ///
    /// # Errors
    /// [`ExprError::Undefined`], axes that do not exist or repeat, [`ExprError::Empty`], more than 64 axes, a result too
    /// large to address; a `place` beyond the axes, or none for several results.
    #[track_caller]
    pub fn order(
        &self,
        op: OrderOp,
        axes: &[usize],
        place: Option<usize>,
        keep: bool,
    ) -> Result<Expr, ExprError> {
        if self.is_unknown() {
            return selection::order(self, op, axes, (place, keep));
        }
        Ok(self.order_where(None, op, axes, place)?.kept(axes, place, keep))
    }

    /// With the axes that lanes lie along, with length one, if `keep`.
    #[track_caller]
    pub(crate) fn kept(&self, axes: &[usize], place: Option<usize>, keep: bool) -> Expr {
        let mut result = self.clone();
        if keep {
            let mut sorted = axes.to_vec();
            sorted.sort_unstable();
            for axis in sorted {
                // How many kept axes there are before it.
                let before = axis - axes.iter().filter(|&&other| other < axis).count();
                let shift = place.is_some_and(|place| place <= before);
                result = result.insert_axis(axis + usize::from(shift));
            }
        }
        result
    }

    /// The same of the elements for which a mask of the same shape is true.
    #[track_caller]
    pub(crate) fn order_where(
        &self,
        mask: Option<&Expr>,
        op: OrderOp,
        axes: &[usize],
        place: Option<usize>,
    ) -> Result<Expr, ExprError> {
        let shape = self.shape();
        let bits = axis_bits(op.name(), axes, shape.len())?;
        let Some(dtype) = op.result(self.dtype()) else {
            return Err(ExprError::Undefined { op: op.name(), dtypes: vec![self.dtype()] });
        };
        let kept = |k: &usize| bits & (1 << k) == 0;
        let product =
            |axes: &mut dyn Iterator<Item = usize>| axes.fold(1, |n: usize, k| n.saturating_mul(shape[k]));
        let lanes = product(&mut (0..shape.len()).filter(kept));
        let len = product(&mut (0..shape.len()).filter(|k| !kept(k)));
        if mask.is_none() && op.needs_elements(self.dtype()) && len == 0 && lanes > 0 {
            return Err(ExprError::Empty { op: op.name(), shape: shape.into(), axes: axes.to_vec() });
        }
        let mut grid: Vec<AxisGrid> =
            (0..shape.len()).filter(kept).map(|k| self.grid().axes()[k].clone()).collect();
        let results = op.len(len);
        match place {
            Some(place) if place <= grid.len() => {
                // Where nothing changes its number, elements stay in chunks of the same size.
                let own = match *axes {
                    [axis] if matches!(op, OrderOp::Sort | OrderOp::ArgSort) => {
                        self.grid().axes()[axis].clone()
                    }
                    _ => AxisGrid::whole(results),
                };
                grid.insert(place, own);
            }
            None if results == 1 => {}
            _ => {
                let why = format!("{results} results of each lane have no place among {} axes", grid.len());
                return Err(Error::Invalid { what: op.name(), why }.into());
            }
        }
        let grid = Grid::new(grid);
        byte_len(&grid.shape(), dtype)?;
        let mut inputs = smallvec![self.0.clone()];
        inputs.extend(mask.map(|mask| mask.0.clone()));
        let kind = Kind::Order { op, axes: bits, place: place.map(|place| place as u32) };
        Ok(Expr::node(kind, inputs, dtype, MetaRef::new(grid)))
    }
}
