//! Arrays of what a function returns, for each element or for each block.

use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::{Block, BlockFn, BoxError, Element, Grid, Scalar};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Closure, Op};
use ndarray::{Array, Dimension};

use crate::array::grid_of;
use crate::memory::block_of;
use crate::shape::dim_of;
use crate::{ChunkedArray, IntoShape, Result};

/// The place of a block, for functions that make blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockInfo<D> {
    /// Which block it is, counted along each axis.
    pub index: D,
    /// The index of its first element.
    pub start: D,
    /// The lengths of its axes.
    pub shape: D,
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// An array of what `f` returns for each index: a number, or a tuple of as many as there are axes.
    ///
    /// The function runs when the array is computed, on several threads, in any order, and only for the elements
    /// that are needed; it fuses with what is done to them.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_shape_fn((2, 3), |(i, j)| 10 * i as i64 + j as i64)?;
    /// assert_eq!(x.compute()?, array![[0, 1, 2], [10, 11, 12]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_shape_fn<F>(shape: impl IntoShape<Dim = D>, f: F) -> Result<Self>
    where
        F: Fn(D::Pattern) -> A + Send + Sync + 'static,
    {
        let grid = grid_of::<A, _>(shape)?;
        let ndim = grid.ndim();
        let at = move |coords: &[i64]| {
            let mut index = D::zeros(ndim);
            for k in 0..ndim {
                index[k] = coords[k] as usize;
            }
            f(index.into_pattern())
        };
        let mut coords = Vec::with_capacity(ndim.max(1));
        for axis in 0..ndim {
            coords.push(Expr::coord(axis, grid.clone()));
        }
        if ndim == 0 {
            // An instruction has at least one operand.
            coords.push(Expr::fill(Scalar::new(0i64), grid));
        }
        let closure = Closure::map_coords("from_shape_fn", Location::caller(), coords.len(), at);
        let operands: Vec<&Expr> = coords.iter().collect();
        Ok(Self::from_expr(Expr::elementwise(Op::Closure(closure), &operands)?))
    }

    /// An array whose blocks `f` makes, knowing their place.
    ///
    /// The function runs once per block and computation, on several threads. It must return an array of the
    /// block's shape. What it allocates besides is not known: [`with_scratch_bytes`](Self::with_scratch_bytes) says it.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros). A block of another shape is an error of the computation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array, array};
    ///
    /// let x = ChunkedArray::from_block_fn(5.chunked(2), |block| Array::from_elem(block.shape, block.index[0] as u8))?;
    /// assert_eq!(x.compute()?, array![0, 0, 1, 1, 2]);
    ///
    /// let wrong = ChunkedArray::from_block_fn(5.chunked(2), |_| array![0.0])?;
    /// assert!(wrong.compute().is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_block_fn<F>(shape: impl IntoShape<Dim = D>, f: F) -> Result<Self>
    where
        F: Fn(BlockInfo<D>) -> Array<A, D> + Send + Sync + 'static,
    {
        let make = move |info| Ok(block_of(f(info)));
        Self::from_blocks("from_block_fn", grid_of::<A, _>(shape)?, make)
    }

    /// An array whose blocks `f` makes, or fails to make.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros). An error of `f`, or a block of another shape, is an error of the computation.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Array;
    ///
    /// let x = ChunkedArray::try_from_block_fn(4.chunked(2), |block| match block.index[0] {
    ///     0 => Ok(Array::<f64, _>::ones(block.shape)),
    ///     i => Err(format!("no data for block {i}")),
    /// })?;
    /// assert_eq!(x.slice(ndarray::s![..2])?.sum().scalar()?, 2.0);
    /// assert!(x.compute().unwrap_err().to_string().contains("no data for block 1"));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn try_from_block_fn<F, E>(shape: impl IntoShape<Dim = D>, f: F) -> Result<Self>
    where
        F: Fn(BlockInfo<D>) -> Result<Array<A, D>, E> + Send + Sync + 'static,
        E: Into<BoxError>,
    {
        let make = move |info| f(info).map(block_of).map_err(E::into);
        Self::from_blocks("try_from_block_fn", grid_of::<A, _>(shape)?, make)
    }

    #[track_caller]
    fn from_blocks<F>(name: &'static str, grid: Grid, make: F) -> Result<Self>
    where
        F: Fn(BlockInfo<D>) -> BlockResult + Send + Sync + 'static,
    {
        let make = move |index: &[usize], start: &[usize], shape: &[usize]| {
            make(BlockInfo { index: dim_of(index), start: dim_of(start), shape: dim_of(shape) })
        };
        Ok(Self::from_expr(Expr::block_fn(name, A::DTYPE, grid, Arc::new(Blocks(make)))))
    }
}

type BlockResult = Result<Block, BoxError>;

/// A function of a block's place, without the types of its dimension and elements.
struct Blocks<F>(F);

impl<F> BlockFn for Blocks<F>
where
    F: Fn(&[usize], &[usize], &[usize]) -> BlockResult + Send + Sync + 'static,
{
    fn call(&self, coords: &[usize], start: &[usize], shape: &[usize]) -> BlockResult {
        (self.0)(coords, start, shape)
    }
}
