//! Who multiplies large matrices, and the one of floats.

use std::marker::PhantomData;

use chunkwise_core::Complex;
use matrixmultiply::CGemmOption::Standard;

use super::{Matrix, MatrixMut, Sizes};

/// Multiplies matrices of one dtype.
pub(super) trait Backend: Send + Sync {
    /// Writes `A B` to `c`, or adds it.
    ///
    /// # Safety
    /// As for [`Product::run`](super::Product::run); no size is zero.
    unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool);
}

/// `matrixmultiply`, on the calling thread. It takes AVX-512 where the processor has it, whatever
/// `CHUNKWISE_ISA` says.
pub(super) struct Gemm<T>(PhantomData<fn() -> T>);

impl<T> Gemm<T> {
    pub(super) fn new() -> Self {
        Gemm(PhantomData)
    }
}

/// The most elements that `matrixmultiply` packs at a time: 256 rows of 1024 columns of one operand, and 256
/// columns of 64 rows of the other, each rounded up to whole registers.
pub(super) fn packed_elements(sizes: Sizes) -> usize {
    const ROUND: usize = 32;
    let (rows, cols) = (sizes.rows.min(64) + ROUND, sizes.cols.min(1024) + ROUND);
    sizes.summed.min(256) * (rows + cols)
}

macro_rules! gemm {
    ($($T:ty, $call:ident, $zero:expr, $one:expr, [$($option:expr),*];)*) => {$(
        impl Backend for Gemm<$T> {
            unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
                let Sizes { rows, summed, cols } = sizes;
                let beta = if add { $one } else { $zero };
                // SAFETY: the caller's promise is what is asked: valid elements wherever strides lead, and no
                // element of the result reached twice. A zero `beta` leaves the result unread. Complex
                // numbers are two reals in order, as arrays of two are.
                unsafe {
                    matrixmultiply::$call(
                        $($option, $option,)*
                        rows, summed, cols,
                        $one,
                        a.ptr.cast(), a.strides[0], a.strides[1],
                        b.ptr.cast(), b.strides[0], b.strides[1],
                        beta,
                        c.ptr.cast(), c.strides[0], c.strides[1],
                    );
                }
            }
        }
    )*};
}

gemm! {
    f32, sgemm, 0.0, 1.0, [];
    f64, dgemm, 0.0, 1.0, [];
    Complex<f32>, cgemm, [0.0, 0.0], [1.0, 0.0], [Standard];
    Complex<f64>, zgemm, [0.0, 0.0], [1.0, 0.0], [Standard];
}
