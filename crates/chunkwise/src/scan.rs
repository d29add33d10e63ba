//! Running sums and products, along an axis or over all elements in row-major order.

use chunkwise_core::{AxisGrid, Element, Grid};
use chunkwise_expr::{Expr, ExprError};
use chunkwise_kernels::scan::ScanOp;
use ndarray::{Axis, Dimension};

use crate::axes::checked_axis;
use crate::late::or_late;
use crate::{ChunkedArray, ChunkedArray1, Result};

/// Which elements are scanned.
#[derive(Clone, Copy)]
enum Scanned {
    /// All of them.
    All,
    /// Those that are not NaN.
    Present,
}

impl Scanned {
    /// The scan along an axis.
    #[track_caller]
    fn build(self, of: &Expr, op: ScanOp, axis: usize) -> std::result::Result<Expr, ExprError> {
        // Called by name, as a function pointer would not know the caller's place in the source.
        match self {
            Scanned::All => of.scan(op, axis),
            Scanned::Present => of.scan_present(op, axis),
        }
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// A scan over all elements. One that cannot be reports that when it is computed.
    #[track_caller]
    fn scan_all(&self, op: ScanOp, scanned: Scanned) -> ChunkedArray1<A::Sum> {
        let line = self.ravel();
        let built = scanned.build(line.expr(), op, 0);
        let whole = || Grid::new([AxisGrid::whole(line.expr().shape()[0])]);
        ChunkedArray::from_expr(or_late(built, op.name(), A::Sum::DTYPE, whole))
    }

    /// A scan along an axis.
    #[track_caller]
    fn scan_along(&self, op: ScanOp, axis: Axis, scanned: Scanned) -> Result<ChunkedArray<A::Sum, D>> {
        let axis = checked_axis(axis.0, self.ndim())?;
        Ok(ChunkedArray::from_expr(scanned.build(self.expr(), op, axis)?))
    }
}

/// Pairs of methods, over all elements and along an axis: what is scanned and how, and an example as input, result over
/// all elements and result along axis 0.
macro_rules! scans {
    ($(
        $(#[$doc:meta])*
        $all:ident $along:ident = $op:expr, $build:expr, $input:literal => $result:literal, $results:literal;
    )*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// The result has one axis: all elements in row-major order, as NumPy gives without an axis.
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("assert_eq!(x.", stringify!($all), "().compute()?, array!", $result, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $all(&self) -> ChunkedArray1<A::Sum> {
                self.scan_all($op, $build)
            }

            #[doc = concat!("[`", stringify!($all), "`](Self::", stringify!($all), ") along an axis, each line by itself.")]
            ///
            /// The result has the shape and the chunks of the array.
            ///
            /// # Errors
            /// An axis that the array does not have; a result too large to address; complex products along an axis of
            /// unknown length, see [`compute_chunk_sizes`](Self::compute_chunk_sizes).
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::{Axis, array};
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!(
                "assert_eq!(x.", stringify!($along), "(Axis(0))?.compute()?, array!", $results, ");"
            )]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $along(&self, axis: Axis) -> Result<ChunkedArray<A::Sum, D>> {
                self.scan_along($op, axis, $build)
            }
        )*}
    };
}

scans! {
    /// The running sum: each element becomes the sum of those up to and including it.
    ///
    /// Integers and bool are summed as 64-bit integers, which wrap. Sums of `f32` are kept in `f64`, those of `f64` with
    /// the errors that their additions make, so that every element is as exact as [`sum`](Self::sum) is; NumPy adds in
    /// the type of the elements.
    cumsum cumsum_axis = ScanOp::Sum, Scanned::All, "[[1u8, 2], [3, 250]]" => "[1, 3, 6, 256]", "[[1, 2], [4, 252]]";

    /// The running product: each element becomes the product of those up to and including it.
    ///
    /// Integers and bool are multiplied as 64-bit integers, which wrap. Floats are multiplied one after the other, in
    /// `f64`.
    cumprod cumprod_axis = ScanOp::Prod, Scanned::All, "[[1i64, 2], [3, 4]]" => "[1, 2, 6, 24]", "[[1, 2], [3, 8]]";

    /// The running sum with NaN as zero, see [`cumsum`](Self::cumsum).
    nancumsum nancumsum_axis = ScanOp::Sum, Scanned::Present,
        "[[1.0, f64::NAN], [3.0, 4.0]]" => "[1.0, 1.0, 4.0, 8.0]", "[[1.0, 0.0], [4.0, 4.0]]";

    /// The running product with NaN as one, see [`cumprod`](Self::cumprod).
    nancumprod nancumprod_axis = ScanOp::Prod, Scanned::Present,
        "[[2.0, f64::NAN], [3.0, 4.0]]" => "[2.0, 2.0, 6.0, 24.0]", "[[2.0, 1.0], [6.0, 4.0]]";
}
