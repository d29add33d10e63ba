//! Element types by the names that Zarr has for them, and single values as its metadata writes them.

use chunkwise_core::{Complex, DType, Scalar};
use serde_json::{Value, json};
use zarrs::array::DataType;
use zarrs::array::data_type as types;

/// The element type that a type of `zarrs` is.
pub(super) fn dtype_of(data_type: &DataType) -> Option<DType> {
    macro_rules! find {
        ($($T:ident => $dtype:ident),* $(,)?) => {
            $(if data_type.is::<types::$T>() { return Some(DType::$dtype); })*
        };
    }
    find! {
        BoolDataType => Bool,
        Int8DataType => I8,
        Int16DataType => I16,
        Int32DataType => I32,
        Int64DataType => I64,
        UInt8DataType => U8,
        UInt16DataType => U16,
        UInt32DataType => U32,
        UInt64DataType => U64,
        Float32DataType => F32,
        Float64DataType => F64,
        Complex64DataType => C32,
        ComplexFloat32DataType => C32,
        Complex128DataType => C64,
        ComplexFloat64DataType => C64,
    }
    None
}

/// The name in metadata of version 3.
pub(super) fn name_v3(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::I8 => "int8",
        DType::I16 => "int16",
        DType::I32 => "int32",
        DType::I64 => "int64",
        DType::U8 => "uint8",
        DType::U16 => "uint16",
        DType::U32 => "uint32",
        DType::U64 => "uint64",
        DType::F32 => "float32",
        DType::F64 => "float64",
        DType::C32 => "complex64",
        DType::C64 => "complex128",
        other => unreachable!("{other} has no name in Zarr"),
    }
}

/// The value zero of a type.
pub(super) fn zero(dtype: DType) -> Scalar {
    match dtype {
        DType::Bool => Scalar::new(false),
        DType::I8 => Scalar::new(0_i8),
        DType::I16 => Scalar::new(0_i16),
        DType::I32 => Scalar::new(0_i32),
        DType::I64 => Scalar::new(0_i64),
        DType::U8 => Scalar::new(0_u8),
        DType::U16 => Scalar::new(0_u16),
        DType::U32 => Scalar::new(0_u32),
        DType::U64 => Scalar::new(0_u64),
        DType::F32 => Scalar::new(0_f32),
        DType::F64 => Scalar::new(0_f64),
        DType::C32 => Scalar::new(Complex::<f32>::ZERO),
        DType::C64 => Scalar::new(Complex::<f64>::ZERO),
        other => unreachable!("{other} has no zero"),
    }
}

/// A value as the metadata of either version writes a fill value.
pub(super) fn to_json(value: Scalar) -> Value {
    fn integer<T: chunkwise_core::Element + Into<Value>>(value: Scalar) -> Option<Value> {
        value.get::<T>().map(Into::into)
    }
    None.or_else(|| integer::<bool>(value))
        .or_else(|| integer::<i8>(value))
        .or_else(|| integer::<i16>(value))
        .or_else(|| integer::<i32>(value))
        .or_else(|| integer::<i64>(value))
        .or_else(|| integer::<u8>(value))
        .or_else(|| integer::<u16>(value))
        .or_else(|| integer::<u32>(value))
        .or_else(|| integer::<u64>(value))
        .or_else(|| value.get::<f32>().map(|x| float64(x.into())))
        .or_else(|| value.get::<f64>().map(float64))
        .or_else(|| value.get::<Complex<f32>>().map(|z| json!([float64(z.re.into()), float64(z.im.into())])))
        .or_else(|| value.get::<Complex<f64>>().map(|z| json!([float64(z.re), float64(z.im)])))
        .unwrap_or_else(|| unreachable!("a scalar has one of the element types"))
}

fn float64(value: f64) -> Value {
    if value.is_nan() {
        "NaN".into()
    } else if value == f64::INFINITY {
        "Infinity".into()
    } else if value == f64::NEG_INFINITY {
        "-Infinity".into()
    } else {
        value.into()
    }
}
