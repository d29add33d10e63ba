//! A few elements that one instruction multiplies and adds: the registers of the [`micro`](super::micro) kernels.
//!
//! Loops over arrays do not stay in registers reliably, hence the intrinsics, which only this module names.

#[cfg(target_arch = "x86_64")]
mod x86;

use num_traits::Float;

use super::ring::Ring;

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{F32x4, F32x8, F32x16, F64x2, F64x4, F64x8};

/// A register of elements.
pub(super) trait Vector: Copy {
    /// The type of the elements.
    type Element: Copy;

    /// Elements of a register.
    const LANES: usize = size_of::<Self>() / size_of::<Self::Element>();

    /// Zeros.
    fn zero() -> Self;

    /// The same element in every lane.
    fn splat(value: Self::Element) -> Self;

    /// [`LANES`](Vector::LANES) adjacent elements.
    ///
    /// # Safety
    /// They must be valid for reads.
    unsafe fn load(from: *const Self::Element) -> Self;

    /// Writes its elements one after the other.
    ///
    /// # Safety
    /// There must be [`LANES`](Vector::LANES) elements that are valid for writes.
    unsafe fn store(self, to: *mut Self::Element);

    /// `self + other`.
    fn add(self, other: Self) -> Self;

    /// `self * other + sum`; where the processor can, with one rounding.
    fn mul_add(self, other: Self, sum: Self) -> Self;
}

/// A register of elements that can be subtracted.
pub(super) trait Signed: Vector {
    /// `sum - self * other`, rounded as [`mul_add`](Vector::mul_add).
    fn mul_sub(self, other: Self, sum: Self) -> Self;
}

/// Registers of elements without intrinsics: the compiler finds the instructions.
#[derive(Clone, Copy)]
pub(super) struct Lanes<T, const N: usize>([T; N]);

impl<T: Ring, const N: usize> Vector for Lanes<T, N> {
    type Element = T;

    #[inline(always)]
    fn zero() -> Self {
        Lanes([T::ZERO; N])
    }

    #[inline(always)]
    fn splat(value: T) -> Self {
        Lanes([value; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller's promise.
        Lanes(unsafe { from.cast::<[T; N]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<[T; N]>().write(self.0) }
    }

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            *a = T::add(*a, b);
        }
        self
    }

    #[inline(always)]
    fn mul_add(self, other: Self, mut sum: Self) -> Self {
        for (sum, (a, b)) in sum.0.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *sum = T::add_product(*sum, a, b);
        }
        sum
    }
}

impl<T: Ring + Float, const N: usize> Signed for Lanes<T, N> {
    #[inline(always)]
    fn mul_sub(self, other: Self, mut sum: Self) -> Self {
        for (sum, (a, b)) in sum.0.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *sum = T::add_product(*sum, -a, b);
        }
        sum
    }
}

/// Asks for the lines of a tile of so many rows and columns, which will be written after a while.
#[inline(always)]
pub(super) fn prefetch<T>(tile: *const T, [down, right]: [isize; 2], [rows, cols]: [usize; 2]) {
    #[cfg(target_arch = "x86_64")]
    if right == 1 {
        for row in 0..rows {
            x86::prefetch(tile.wrapping_offset(row as isize * down), cols);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (tile, down, right, rows, cols);
}

/// Asks for a line that the next tiles will read, into the second-level cache.
#[inline(always)]
pub(super) fn prefetch_later<T>(from: *const T) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch_later(from);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = from;
}
