//! Order statistics and sorting: one lane of elements at a time, on one thread.
//!
//! A lane is what a median, a quantile or a sort looks at: the elements along an axis, or along several, which lie
//! next to each other here. Elements are turned into unsigned integers of the same size and order (`key.rs`), NaN
//! last, so that one code serves every type and nothing depends on how a float compares. Single order statistics are
//! found by selection (`select.rs`), everything else by the standard library's sorts.

mod arg;
mod complex;
mod key;
mod lanes;
mod op;
mod quantile;
mod select;
#[cfg(test)]
mod tests;

use chunkwise_core::{Complex, DType};

pub use op::OrderOp;
pub use quantile::Method;

/// Lanes of equal length, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    /// The first element of the first lane. What is there when the work is done is unspecified.
    pub ptr: *mut u8,
    /// For each element whether it is meant, as a byte that is 0 or 1. Lanes without a mask are meant as a whole.
    pub mask: Option<*const u8>,
    /// Elements of a lane.
    pub len: usize,
    /// How many lanes there are.
    pub count: usize,
}

/// A lane without elements has no such value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no elements to take a quantile of")]
pub struct NoValue {
    /// The first such lane.
    pub lane: usize,
}

/// Does to each lane what `op` says, and writes what it gives to `out`, lane by lane: [`OrderOp::len`] elements of the
/// type [`OrderOp::result`].
///
/// ```
/// use chunkwise_core::DType;
/// use chunkwise_kernels::order::{Lanes, OrderOp, run};
///
/// let mut lanes = [3.0, 1.0, 2.0, 9.0, 7.0, f64::NAN];
/// let mut medians = [0.0; 2];
/// let lanes = Lanes { ptr: lanes.as_mut_ptr().cast(), mask: None, len: 3, count: 2 };
/// // SAFETY: two lanes of three elements, and room for one result of each.
/// unsafe { run(&OrderOp::Median { nan: true }, DType::F64, lanes, medians.as_mut_ptr().cast())? };
/// assert_eq!(medians, [2.0, 8.0]);
/// # Ok::<(), chunkwise_kernels::order::NoValue>(())
/// ```
///
/// # Errors
/// [`NoValue`] for a quantile of no elements, unless NaN stands for it.
///
/// # Panics
/// If `op` is not defined for the dtype.
///
/// # Safety
/// `lanes` must be initialised elements of `operand`, with a mask of as many bytes if there is one; `out` must have
/// room for the results and overlap nothing; nobody else accesses either meanwhile.
pub unsafe fn run(op: &OrderOp, operand: DType, lanes: Lanes, out: *mut u8) -> Result<(), NoValue> {
    // SAFETY: the caller's promise, with the type of `operand`.
    unsafe {
        match operand {
            DType::C32 => complex::run::<Complex<f32>>(op, lanes, out),
            DType::C64 => complex::run::<Complex<f64>>(op, lanes, out),
            _ => chunkwise_core::dispatch!(operand, Ordered, T => lanes::run::<T>(op, lanes, out),
                else panic!("{} is not defined for {operand}", op.name())),
        }
    }
}
