//! Floats to integers, as Rust's `as` does it, in a form that vectorises.
//!
//! LLVM computes the saturating conversion of a vector one element at a time.

/// A float that converts to the integer `I`.
pub(super) trait Truncate<I> {
    /// As `self as I`: towards zero, saturating, 0 for NaN.
    fn truncate(self) -> I;
}

/// For integers whose bounds the float represents: clamp, then convert.
macro_rules! clamp {
    ($($Float:ty => $($Integer:ty)*;)*) => {$($(
        impl Truncate<$Integer> for $Float {
            #[inline(always)]
            fn truncate(self) -> $Integer {
                let (lowest, highest) = (<$Integer>::MIN as $Float, <$Integer>::MAX as $Float);
                let number = if self.is_nan() { 0.0 } else { self };
                let raised = if number < lowest { lowest } else { number };
                let clamped = if raised > highest { highest } else { raised };
                // SAFETY: `clamped` is a number between the integer's bounds.
                unsafe { clamped.to_int_unchecked() }
            }
        }
    )*)*};
}

/// For integers whose largest value the float rounds up: convert what fits, choose the bounds for the rest.
macro_rules! select {
    ($($Float:ty => $($Integer:ty)*;)*) => {$($(
        impl Truncate<$Integer> for $Float {
            #[inline(always)]
            fn truncate(self) -> $Integer {
                // powers of two, or zero: exact
                let (lowest, too_large) = (<$Integer>::MIN as $Float, <$Integer>::MAX as $Float);
                let fits = (self >= lowest) & (self < too_large);
                let number = if fits { self } else { 0.0 };
                // SAFETY: `number` is between the integer's bounds.
                let converted: $Integer = unsafe { number.to_int_unchecked() };
                let bounded = if self >= too_large { <$Integer>::MAX } else { converted };
                if self < lowest { <$Integer>::MIN } else { bounded }
            }
        }
    )*)*};
}

clamp! {
    f32 => i8 i16 u8 u16;
    f64 => i8 i16 i32 u8 u16 u32;
}

select! {
    f32 => i32 i64 u32 u64;
    f64 => i64 u64;
}
