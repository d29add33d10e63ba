//! Elements chosen by a mask, and arrays whose length depends on one.

use chunkwise_core::{AxisGrid, Element, Grid, Scalar};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Ternary};
use ndarray::{Dimension, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::error::invalid;
use crate::{ChunkedArray, ChunkedArray1, ChunkedArray2, Config, Result, engine};

/// The length of an axis, as [`shape`](ChunkedArray::shape) shows it, that depends on a mask and is not known.
///
/// [`compute_chunk_sizes`](ChunkedArray::compute_chunk_sizes) finds it.
pub const UNKNOWN: usize = chunkwise_expr::UNKNOWN;

/// Masks for arrays of dimension `D`: bool arrays that have some of its first axes, or all.
#[diagnostic::on_unimplemented(
    message = "a mask of dimension `{Self}` does not select from an array of dimension `{D}`",
    note = "a mask has the first axes of the array, one at least, or all of them"
)]
pub trait MaskOf<D: Dimension>: Dimension {
    /// The dimension of what is selected: one axis for those of the mask, and the others.
    type Selected: Dimension;
}

macro_rules! masks {
    ($($Mask:ty, $D:ty => $Selected:ty;)*) => {$(
        impl MaskOf<$D> for $Mask {
            type Selected = $Selected;
        }
    )*};
}

masks! {
    Ix1, Ix1 => Ix1;
    Ix1, Ix2 => Ix2;
    Ix2, Ix2 => Ix1;
    Ix1, Ix3 => Ix3;
    Ix2, Ix3 => Ix2;
    Ix3, Ix3 => Ix1;
    Ix1, Ix4 => Ix4;
    Ix2, Ix4 => Ix3;
    Ix3, Ix4 => Ix2;
    Ix4, Ix4 => Ix1;
    Ix1, Ix5 => Ix5;
    Ix2, Ix5 => Ix4;
    Ix3, Ix5 => Ix3;
    Ix4, Ix5 => Ix2;
    Ix5, Ix5 => Ix1;
    Ix1, Ix6 => Ix6;
    Ix2, Ix6 => Ix5;
    Ix3, Ix6 => Ix4;
    Ix4, Ix6 => Ix3;
    Ix5, Ix6 => Ix2;
    Ix6, Ix6 => Ix1;
    Ix1, IxDyn => IxDyn;
    Ix2, IxDyn => IxDyn;
    Ix3, IxDyn => IxDyn;
    Ix4, IxDyn => IxDyn;
    Ix5, IxDyn => IxDyn;
    Ix6, IxDyn => IxDyn;
    IxDyn, IxDyn => IxDyn;
    IxDyn, Ix1 => IxDyn;
    IxDyn, Ix2 => IxDyn;
    IxDyn, Ix3 => IxDyn;
    IxDyn, Ix4 => IxDyn;
    IxDyn, Ix5 => IxDyn;
    IxDyn, Ix6 => IxDyn;
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The elements for which a mask is true, in row-major order. A mask of fewer axes selects rows of the others.
    ///
    /// The length of the first axis is [`UNKNOWN`] until something counts it. Meanwhile everything works that does not
    /// need it: elementwise work, also with other arrays selected by an equal mask, reductions, histograms, masks of
    /// the result, [`compute`](Self::compute) and [`persist`](Self::persist). Reductions do not gather the elements
    /// first.
    ///
    /// # Errors
    /// A mask whose shape is not that of the first axes. Later, what needs the length says so and names
    /// [`compute_chunk_sizes`](Self::compute_chunk_sizes).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{array, s};
    ///
    /// let x = ChunkedArray::from_array(array![[1.0_f64, 5.0], [7.0, 2.0]], (1, 2))?;
    /// let large = x.mask(&x.gt(1.5)?)?;
    /// assert_eq!(large.shape(), [chunkwise::UNKNOWN]);
    /// assert_eq!(large.compute()?, array![5.0, 7.0, 2.0]);
    /// assert_eq!((&large * 2.0).sum().scalar()?, 28.0);
    ///
    /// let rows = x.mask(&x.sum_axis(ndarray::Axis(1))?.gt(8.0)?)?;
    /// assert_eq!(rows.compute()?, array![[7.0, 2.0]]);
    ///
    /// let error = large.slice(s![..2]).unwrap_err();
    /// assert!(error.to_string().contains("compute_chunk_sizes"));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn mask<M: MaskOf<D>>(&self, mask: &ChunkedArray<bool, M>) -> Result<ChunkedArray<A, M::Selected>> {
        Ok(ChunkedArray::from_expr(self.expr().select(mask.expr())?))
    }

    /// Whether all lengths are known: those of arrays selected by a mask are not, until they are counted.
    pub fn has_known_shape(&self) -> bool {
        !self.expr().is_unknown()
    }

    /// Counts how many elements each chunk has, where that depends on a mask: the same array with its lengths known.
    ///
    /// The mask is computed for it, and again when the elements are. Arrays whose lengths are known are returned as
    /// they are.
    ///
    /// # Errors
    /// Whatever kept the mask from being computed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{array, s};
    ///
    /// let x = ChunkedArray::arange(0..10)?;
    /// let even = x.mask(&(&x % 2).eq(0)?)?.compute_chunk_sizes()?;
    /// assert_eq!(even.shape(), [5]);
    /// assert_eq!(even.slice(s![-2..])?.compute()?, array![6, 8]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn compute_chunk_sizes(&self) -> Result<Self> {
        if self.has_known_shape() {
            return Ok(self.clone());
        }
        let counts = engine::chunk_sizes(&self.expr().tally()?, &Config::default())?;
        Ok(Self::from_expr(self.expr().with_counts(&counts)))
    }

    /// This expression, for an operation that needs its lengths.
    pub(crate) fn known(&self, op: &'static str) -> Result<&Expr> {
        Ok(self.expr().known(op)?)
    }

    /// Where the elements are that are not zero: for each axis the indices along it, in row-major order, of unknown
    /// length.
    ///
    /// # Errors
    /// An array without axes, or of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[0, 3], [5, 0]], Auto)?;
    /// let found = compute(x.nonzero()?)?;
    /// assert_eq!(found, [array![0, 1], array![1, 0]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn nonzero(&self) -> Result<Vec<ChunkedArray1<i64>>> {
        const WHAT: &str = "nonzero";
        self.known(WHAT)?;
        if self.ndim() == 0 {
            return Err(invalid(WHAT, "an array without axes has no indices".to_owned()));
        }
        let mask = self.truth()?;
        let coordinate = |axis| {
            let index = Expr::coord(axis, self.grid().clone());
            Ok(ChunkedArray::from_expr(index.select(&mask)?))
        };
        (0..self.ndim()).map(coordinate).collect()
    }

    /// Where the elements are that are not zero: a row of indices for each, in row-major order; the number of rows is
    /// unknown.
    ///
    /// # Errors
    /// An array of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[0, 3], [5, 0]], Auto)?;
    /// assert_eq!(x.argwhere()?.compute()?, array![[0, 1], [1, 0]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn argwhere(&self) -> Result<ChunkedArray2<i64>> {
        const WHAT: &str = "argwhere";
        self.known(WHAT)?;
        if self.ndim() == 0 {
            return Err(invalid(WHAT, "an array without axes has no indices".to_owned()));
        }
        let ndim = self.ndim();
        let grid = Grid::new(self.grid().axes().iter().cloned().chain([AxisGrid::whole(ndim)]));
        let number = |n: usize| Expr::fill(Scalar::new(n as i64), Grid::new([]));
        let column = Expr::coord(ndim, grid.clone());
        let mut index = Expr::coord(0, grid.clone());
        for axis in 1..ndim {
            let here = Expr::elementwise(Op::Binary(Binary::Eq), &[&column, &number(axis)])?;
            let coordinate = Expr::coord(axis, grid.clone());
            index = Expr::elementwise(Op::Ternary(Ternary::Select), &[&here, &coordinate, &index])?;
        }
        Ok(ChunkedArray::from_expr(index.select(&self.truth()?)?))
    }

    /// Which elements are not zero.
    #[track_caller]
    fn truth(&self) -> Result<Expr> {
        Ok(Expr::elementwise(Op::Cast(chunkwise_core::DType::Bool), &[self.expr()])?)
    }
}
