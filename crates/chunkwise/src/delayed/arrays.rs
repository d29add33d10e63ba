//! Arrays from delayed blocks, and delayed blocks from arrays.

use std::sync::Arc;

use chunkwise_core::{AxisMap, Block, Element, Grid, View};
use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallResult, Function, StaticFn, Value};
use ndarray::{Array, Dimension};

use super::{Delayed, IntoArg, typed};
use crate::array::grid_of;
use crate::error::invalid;
use crate::memory::{array_of, block_of_shared};
use crate::shape::dim_of;
use crate::{ChunkedArray, IntoShape, Result};

/// The function that hands a gathered array to calls.
struct Whole<A, D>(A, D);

impl<A: Element, D: Dimension + 'static> Whole<A, D> {
    const FUNCTION: &'static StaticFn = &StaticFn { name: "to_delayed", bytes: 0, run: Self::run };

    fn run(args: Args) -> CallResult {
        let block = args.into_iter().next().map(typed::<Block>).expect("it is called with one array");
        Ok(Arc::new(array_of::<A, D>(Arc::unwrap_or_clone(block))))
    }

    fn see(value: &Value) -> Block {
        block_of_shared(typed::<Array<A, D>>(value.clone()))
    }
}

impl<A: Element, D: Dimension + 'static> ChunkedArray<A, D> {
    /// The whole array as one delayed ndarray, which functions can take; in `compute` it is computed together with
    /// whatever else is.
    ///
    /// It is the way out for what cannot be done in chunks, such as eigenvalues by a crate of linear algebra:
    /// `matrix.to_delayed().map(eigenvalues)`.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Array1;
    ///
    /// let x = ChunkedArray::arange(0..10)?;
    /// let median = (&x * 2).to_delayed().map(|a: &Array1<i64>| a[a.len() / 2]);
    /// assert_eq!(*median.compute()?, 10);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn to_delayed(&self) -> Delayed<Array<A, D>> {
        delayed_array(self.expr().clone())
    }

    /// The chunks as delayed ndarrays, one per chunk, arranged as they are. Each computes its own chunk only.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::from_shape_fn((4, 6).chunked((2, 3)), |(i, j)| (10 * i + j) as i64)?;
    /// let blocks = x.to_delayed_blocks();
    /// assert_eq!(blocks.dim(), (2, 2));
    /// let corner = blocks[[1, 0]].map(|block| block[[0, 0]]);
    /// assert_eq!(*corner.compute()?, 20);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn to_delayed_blocks(&self) -> Array<Delayed<Array<A, D>>, D> {
        let grid = self.grid();
        let mut blocks = Vec::with_capacity(grid.count());
        for chunk in 0..grid.count() {
            let (start, shape) = grid.block(&grid.coords(chunk));
            let along = |(axis, &start)| AxisMap { axis: Some(axis), start, step: 1 };
            let source = start.iter().enumerate().map(along).collect();
            blocks.push(delayed_array(self.expr().view(View { shape, source })));
        }
        let counts: Vec<usize> = grid.axes().iter().map(|axis| axis.count()).collect();
        Array::from_shape_vec(dim_of::<D>(&counts), blocks).expect("a grid has as many chunks as it counts")
    }

    /// An array of one delayed ndarray, which must turn out to have this shape.
    ///
    /// It comes in one piece; chunks given with the shape cut it for what follows. Arrays of several delayed ones are
    /// [joined](crate::concatenate) from such, or made by [`from_delayed_blocks`](Self::from_delayed_blocks).
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros). A value of another shape is an error of the computation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array2, Axis};
    ///
    /// let load = delayed(|rows: usize| Array2::<f64>::ones((rows, 3)));
    /// let parts = [2, 3].map(|rows| ChunkedArray::from_delayed(load.call(rows), (rows, 3)));
    /// let x = concatenate(Axis(0), &parts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    /// assert_eq!(x.sum().scalar()?, 15.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_delayed(
        value: impl IntoArg<Array<A, D>>,
        shape: impl IntoShape<Dim = D>,
    ) -> Result<ChunkedArray<A, D>> {
        let grid = grid_of::<A, _>(shape)?;
        let whole = Grid::whole(&grid.shape());
        let value = value.into_arg().into_expr();
        let array = Expr::from_values(vec![value], A::DTYPE, whole, Whole::<A, D>::see);
        Ok(ChunkedArray::from_expr(array.rechunk(grid)?))
    }

    /// An array whose chunks are delayed ndarrays, in row-major order. Each is used as it is, without a copy, and
    /// only those that are needed are computed.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros); as many values as there are chunks are needed. A value that is not of its
    /// chunk's shape is an error of the computation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array1, array};
    ///
    /// let load = delayed(|month: i64| Array1::from_elem(2, month));
    /// let x = ChunkedArray::from_delayed_blocks(6.chunked(2), (1..=3).map(|month| load.call(month)))?;
    /// assert_eq!((&x * 10).compute()?, array![10, 10, 20, 20, 30, 30]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_delayed_blocks<V: IntoArg<Array<A, D>>>(
        shape: impl IntoShape<Dim = D>,
        blocks: impl IntoIterator<Item = V>,
    ) -> Result<ChunkedArray<A, D>> {
        let grid = grid_of::<A, _>(shape)?;
        let values: Vec<Expr> = blocks.into_iter().map(|block| block.into_arg().into_expr()).collect();
        if values.len() != grid.count() {
            let why = format!("{} values for {} chunks", values.len(), grid.count());
            return Err(invalid("from_delayed_blocks", why));
        }
        Ok(ChunkedArray::from_expr(Expr::from_values(values, A::DTYPE, grid, Whole::<A, D>::see)))
    }
}

#[track_caller]
fn delayed_array<A: Element, D: Dimension + 'static>(expr: Expr) -> Delayed<Array<A, D>> {
    Delayed::from_expr(Expr::call(Function::Static(Whole::<A, D>::FUNCTION), [expr]))
}
