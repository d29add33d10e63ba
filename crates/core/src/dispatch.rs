//! The one place that turns a run-time [`DType`](crate::DType) into a Rust type.

/// Runs `body` with `T` bound to the Rust type of a dtype.
///
/// `dispatch!(dtype, Class, T => body)` needs a class that has every dtype (`Element`);
/// `dispatch!(dtype, Class, T => body, else fallback)` keeps only the arms of the class and runs `fallback`
/// for the rest. Classes: `Element`, `Number`, `Ordered`, `Bits`, `Integer`, `Unsigned`, `Signed`, `Inexact`,
/// `Real`, `ComplexNumber`.
#[macro_export]
macro_rules! dispatch {
    (@arms $dtype:expr, $T:ident, $body:expr, $else:expr, $($V:ident = $Ty:ty),*) => {
        match $dtype {
            $($crate::DType::$V => { type $T = $Ty; $body })*
            #[allow(unreachable_patterns)]
            _ => $else,
        }
    };
    ($d:expr, Element, $T:ident => $body:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, unreachable!("every dtype has an arm"),
            Bool = bool, I8 = i8, I16 = i16, I32 = i32, I64 = i64, U8 = u8, U16 = u16, U32 = u32, U64 = u64,
            F32 = f32, F64 = f64, C32 = $crate::Complex<f32>, C64 = $crate::Complex<f64>)
    };
    ($d:expr, Number, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            I8 = i8, I16 = i16, I32 = i32, I64 = i64, U8 = u8, U16 = u16, U32 = u32, U64 = u64,
            F32 = f32, F64 = f64, C32 = $crate::Complex<f32>, C64 = $crate::Complex<f64>)
    };
    ($d:expr, Ordered, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            Bool = bool, I8 = i8, I16 = i16, I32 = i32, I64 = i64, U8 = u8, U16 = u16, U32 = u32, U64 = u64,
            F32 = f32, F64 = f64)
    };
    ($d:expr, Bits, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            Bool = bool, I8 = i8, I16 = i16, I32 = i32, I64 = i64, U8 = u8, U16 = u16, U32 = u32, U64 = u64)
    };
    ($d:expr, Integer, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            I8 = i8, I16 = i16, I32 = i32, I64 = i64, U8 = u8, U16 = u16, U32 = u32, U64 = u64)
    };
    ($d:expr, Signed, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            I8 = i8, I16 = i16, I32 = i32, I64 = i64,
            F32 = f32, F64 = f64, C32 = $crate::Complex<f32>, C64 = $crate::Complex<f64>)
    };
    ($d:expr, Inexact, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e,
            F32 = f32, F64 = f64, C32 = $crate::Complex<f32>, C64 = $crate::Complex<f64>)
    };
    ($d:expr, Real, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e, F32 = f32, F64 = f64)
    };
    ($d:expr, Unsigned, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e, U8 = u8, U16 = u16, U32 = u32, U64 = u64)
    };
    ($d:expr, ComplexNumber, $T:ident => $body:expr, else $e:expr) => {
        $crate::dispatch!(@arms $d, $T, $body, $e, C32 = $crate::Complex<f32>, C64 = $crate::Complex<f64>)
    };
}
