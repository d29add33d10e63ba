//! Products of matrices: `C = A B` and `C += A B`, one thread, any strides.
//!
//! A [`Product`] is what a contraction of any rank comes down to once its axes are merged into rows, columns and
//! the axis that is summed over. Operands are packed in pieces that stay in the caches (`blocked.rs`, `pack.rs`), and
//! multiplied tile by tile in registers (`micro.rs`). Where a side has a few rows or columns, packing would cost more
//! than the products, and a loop reads the larger operand where it lies (`narrow.rs`).

mod blocked;
mod micro;
mod narrow;
mod pack;
mod ring;
mod vector;

#[cfg(test)]
mod tests;

use chunkwise_core::DType;

use crate::Isa;
use blocked::Blocked;
use narrow::Narrow;

/// Sides up to this many rows or columns are narrow.
const NARROW: usize = 4;

/// An operand: its first element, and elements from one row, and one column, to the next.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    /// The element in the first row and column.
    pub ptr: *const u8,
    /// Elements from one row to the next, and from one column to the next; zero repeats.
    pub strides: [isize; 2],
}

impl Matrix {
    /// Its transpose.
    fn turned(self) -> Matrix {
        Matrix { strides: [self.strides[1], self.strides[0]], ..self }
    }
}

/// A result: as [`Matrix`], with strides that reach every element once.
#[derive(Clone, Copy, Debug)]
pub struct MatrixMut {
    /// The element in the first row and column.
    pub ptr: *mut u8,
    /// Elements from one row to the next, and from one column to the next.
    pub strides: [isize; 2],
}

/// Rows of the result, length of the axis summed over, columns of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows of `A` and of the result.
    pub rows: usize,
    /// Columns of `A`, rows of `B`.
    pub summed: usize,
    /// Columns of `B` and of the result.
    pub cols: usize,
}

/// The product of matrices of one dtype, with the loops that this machine should run.
///
/// ```
/// use chunkwise_core::DType;
/// use chunkwise_kernels::Isa;
/// use chunkwise_kernels::contract::{Matrix, MatrixMut, Product, Sizes};
///
/// let (a, b, mut c) = ([1i32, 2, 3, 4], [5i32, 6], [0i32; 2]);
/// let product = Product::new(DType::I32, Isa::detect());
/// // SAFETY: the strides stay within the arrays, which do not overlap.
/// unsafe {
///     product.run(
///         Sizes { rows: 2, summed: 2, cols: 1 },
///         Matrix { ptr: a.as_ptr().cast(), strides: [2, 1] },
///         Matrix { ptr: b.as_ptr().cast(), strides: [1, 1] },
///         MatrixMut { ptr: c.as_mut_ptr().cast(), strides: [1, 1] },
///         false,
///     );
/// }
/// assert_eq!(c, [17, 39]);
/// ```
pub struct Product {
    dtype: DType,
    wide: Blocked,
    narrow: Narrow,
}

impl Product {
    /// The product of matrices of this dtype. Bool is "or" of "and", integers wrap around.
    pub fn new(dtype: DType, isa: Isa) -> Product {
        Product { dtype, wide: Blocked::new(dtype, isa), narrow: Narrow::new(dtype, isa) }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Into how long panels the axis summed over is best cut, if it is cut: what fits the caches.
    pub fn depth(dtype: DType) -> usize {
        blocked::depth(dtype)
    }

    /// Writes `A B` to `c`, or adds it to what is there.
    ///
    /// Nothing summed over gives zeros. The order in which products are added depends on sizes and strides only.
    ///
    /// # Safety
    /// Every element that sizes and strides reach must be valid, of the dtype and aligned: of `a` and `b` for
    /// reads, of `c` for writes, and initialised if it is added to. `c` overlaps neither operand, no element of
    /// it is reached twice, and nobody else accesses it meanwhile.
    pub unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
        if sizes.rows == 0 || sizes.cols == 0 || (sizes.summed == 0 && add) {
            return;
        }
        // SAFETY: the caller's promise.
        unsafe {
            if sizes.rows.min(sizes.cols) <= NARROW || sizes.summed == 0 {
                self.narrow.run(sizes, a, b, c, add);
            } else {
                self.wide.run(sizes, a, b, c, add);
            }
        }
    }

    /// An upper bound of the memory that a run allocates besides its operands, in bytes.
    pub fn scratch_bytes(dtype: DType, sizes: Sizes) -> usize {
        if sizes.rows.min(sizes.cols) <= NARROW {
            return sizes.summed.saturating_mul(NARROW * dtype.size());
        }
        blocked::packed_bytes(dtype, sizes)
    }
}

impl std::fmt::Debug for Product {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Product")
    }
}
