//! The registers of x86-64.
//!
//! Only loops compiled for the level of a type ([`Level`](crate::isa::Level)) may use it, and only processors that
//! have its instructions run those; so every operation's features are there when it is called.

use std::arch::x86_64::*;

use super::{Signed, Vector};

/// Multiplies and adds, with two roundings: what the baseline has.
macro_rules! apart {
    (add: $mul:ident, $add:ident, $sub:ident) => {
        #[inline(always)]
        fn mul_add(self, other: Self, sum: Self) -> Self {
            // SAFETY: the instructions of this module's types are there (above).
            Self(unsafe { $add(sum.0, $mul(self.0, other.0)) })
        }
    };
    (sub: $mul:ident, $add:ident, $sub:ident) => {
        #[inline(always)]
        fn mul_sub(self, other: Self, sum: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { $sub(sum.0, $mul(self.0, other.0)) })
        }
    };
}

/// The same with one.
macro_rules! fused {
    (add: $mul_add:ident, $mul_sub:ident) => {
        #[inline(always)]
        fn mul_add(self, other: Self, sum: Self) -> Self {
            // SAFETY: the instructions of this module's types are there (above).
            Self(unsafe { $mul_add(self.0, other.0, sum.0) })
        }
    };
    (sub: $mul_add:ident, $mul_sub:ident) => {
        #[inline(always)]
        fn mul_sub(self, other: Self, sum: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { $mul_sub(self.0, other.0, sum.0) })
        }
    };
}

macro_rules! register {
    ($(#[$doc:meta])* $Name:ident: $Register:ty, $T:ty,
     $zero:ident, $splat:ident, $load:ident, $store:ident, $add:ident, $products:ident!($($product:ident),*)) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $Name($Register);

        impl Vector for $Name {
            type Element = $T;

            #[inline(always)]
            fn zero() -> Self {
                // SAFETY: the instructions of this module's types are there (above).
                $Name(unsafe { $zero() })
            }

            #[inline(always)]
            fn splat(value: $T) -> Self {
                // SAFETY: as above.
                $Name(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                // SAFETY: as above; the caller's promise, no alignment is asked for.
                $Name(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                // SAFETY: as above.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as above.
                $Name(unsafe { $add(self.0, other.0) })
            }

            $products! { add: $($product),* }
        }

        impl Signed for $Name {
            $products! { sub: $($product),* }
        }
    };
}

register! {
    /// Two of the baseline.
    F64x2: __m128d, f64, _mm_setzero_pd, _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd,
    apart!(_mm_mul_pd, _mm_add_pd, _mm_sub_pd)
}

register! {
    /// Four of AVX2.
    F64x4: __m256d, f64, _mm256_setzero_pd, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd,
    fused!(_mm256_fmadd_pd, _mm256_fnmadd_pd)
}

register! {
    /// Eight of AVX-512.
    F64x8: __m512d, f64, _mm512_setzero_pd, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd,
    fused!(_mm512_fmadd_pd, _mm512_fnmadd_pd)
}

register! {
    /// Four of the baseline.
    F32x4: __m128, f32, _mm_setzero_ps, _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps,
    apart!(_mm_mul_ps, _mm_add_ps, _mm_sub_ps)
}

register! {
    /// Eight of AVX2.
    F32x8: __m256, f32, _mm256_setzero_ps, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps,
    fused!(_mm256_fmadd_ps, _mm256_fnmadd_ps)
}

register! {
    /// Sixteen of AVX-512.
    F32x16: __m512, f32, _mm512_setzero_ps, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps,
    fused!(_mm512_fmadd_ps, _mm512_fnmadd_ps)
}

/// Asks for the lines of so many adjacent elements.
#[inline(always)]
pub(super) fn prefetch<T>(from: *const T, len: usize) {
    const LINE: usize = 64;
    let bytes = len * size_of::<T>();
    for line in 0..bytes.div_ceil(LINE) {
        // SAFETY: a prefetch is a hint; it accesses nothing and never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_byte_add((line * LINE).min(bytes - 1)).cast()) };
    }
}

/// Asks for a line, into the second-level cache.
#[inline(always)]
pub(super) fn prefetch_later<T>(from: *const T) {
    // SAFETY: as above.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(from.cast()) };
}
