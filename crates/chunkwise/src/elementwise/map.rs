//! Users' functions, one element at a time.

use std::panic::Location;

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use chunkwise_kernels::{Closure, Op};
use ndarray::{DimMax, Dimension};

use crate::operand::Broadcast;
use crate::{ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// What `f` makes of each element, of any element type.
    ///
    /// The function fuses with what surrounds it and runs once per element and computation, on several threads.
    /// A panic in it is returned by the computation as an error. What it allocates is not known:
    /// [`with_scratch_bytes`](Self::with_scratch_bytes) says it.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![1.5, -2.5], Auto)?;
    /// assert_eq!(x.mapv(|v| v > 0.0).compute()?, array![true, false]);
    /// assert_eq!(x.mapv(f64::abs).compute()?, array![1.5, 2.5]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn mapv<B, F>(&self, f: F) -> ChunkedArray<B, D>
    where
        B: Element,
        F: Fn(A) -> B + Send + Sync + 'static,
    {
        self.instruction(Op::Closure(Closure::map1("mapv", Location::caller(), f)))
    }

    /// What `f` makes of each two elements, of any element types.
    ///
    /// It runs as the function of [`mapv`](Self::mapv) does.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![1.5, 2.5], Auto)?;
    /// let n = ChunkedArray::from_array(array![2u8, 3], Auto)?;
    /// assert_eq!(x.map2(&n, |v, n| v * f64::from(n))?.compute()?, array![3.0, 7.5]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn map2<B, E, C, F>(&self, other: &ChunkedArray<B, E>, f: F) -> Result<Broadcast<C, D, E>>
    where
        B: Element,
        C: Element,
        E: Dimension,
        D: DimMax<E>,
        F: Fn(A, B) -> C + Send + Sync + 'static,
    {
        let op = Op::Closure(Closure::map2("map2", Location::caller(), f));
        Ok(ChunkedArray::from_expr(Expr::elementwise(op, &[self.expr(), other.expr()])?))
    }
}
