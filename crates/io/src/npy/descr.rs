//! NumPy's names of element types.

use chunkwise_core::DType;

use super::NpyErrorKind;
use super::literal::shorten;

/// The type that a header's `descr` names, and whether its bytes are in the other order than this machine's.
///
/// # Errors
/// [`NpyErrorKind::DType`], [`NpyErrorKind::Objects`].
pub(crate) fn parse(descr: &str) -> Result<(DType, bool), NpyErrorKind> {
    let (order, name) = match descr.as_bytes().first() {
        Some(order @ (b'<' | b'>' | b'|' | b'=')) => (*order, &descr[1..]),
        _ => (b'=', descr),
    };
    let dtype = match name {
        "?" | "b1" => DType::Bool,
        "i1" => DType::I8,
        "i2" => DType::I16,
        "i4" => DType::I32,
        "i8" => DType::I64,
        "u1" => DType::U8,
        "u2" => DType::U16,
        "u4" => DType::U32,
        "u8" => DType::U64,
        "f4" => DType::F32,
        "f8" => DType::F64,
        "c8" => DType::C32,
        "c16" => DType::C64,
        _ if name.starts_with('O') => return Err(NpyErrorKind::Objects),
        _ => return Err(NpyErrorKind::DType { descr: format!("{:?}", shorten(descr)) }),
    };
    let swapped = match order {
        b'<' => cfg!(target_endian = "big"),
        b'>' => cfg!(target_endian = "little"),
        _ => false,
    };
    Ok((dtype, swapped && number_width(dtype) > 1))
}

/// How files that are written here name a type: little endian, where there is an order.
pub(crate) const fn name(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "|b1",
        DType::I8 => "|i1",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::U8 => "|u1",
        DType::U16 => "<u2",
        DType::U32 => "<u4",
        DType::U64 => "<u8",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::C32 => "<c8",
        DType::C64 => "<c16",
        // The enum may grow; its sizes and names are checked against NumPy's in the tests.
        _ => unreachable!(),
    }
}

/// Bytes of the numbers that elements consist of: a complex number is two.
pub(crate) const fn number_width(dtype: DType) -> usize {
    if dtype.is_complex() { dtype.size() / 2 } else { dtype.size() }
}
