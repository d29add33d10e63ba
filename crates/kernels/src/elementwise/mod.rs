//! What the elementwise instructions do: one loop per instruction and type.
//!
//! Each file is a family. Where signed and unsigned integers share bit patterns (sums, products, bits,
//! equality, selection), one loop serves both: see [`unsigned`] and [`bits`].

mod arithmetic;
mod bitwise;
mod cast;
mod choice;
mod classify;
mod compare;
mod complex;
mod division;
mod float;
mod hyperbolic;
mod integer;
pub(crate) mod joined;
pub(crate) mod map;
mod math;
mod mul_add;
mod parts;
mod power;
mod rounding;
#[cfg(test)]
mod tests;
mod truncate;
mod types;

use chunkwise_core::DType;

use crate::isa::{Code, Isa};
use crate::{Binary, Op, Ternary, Unary, bins, random};

/// The loop for `op` over operands of these types, if it is defined.
pub(crate) fn code(op: &Op, operands: &[DType], isa: Isa) -> Option<Code> {
    op.result(operands)?;
    match op {
        Op::Unary(op) => unary(*op, operands[0], isa),
        Op::Binary(op) => binary(*op, operands[0], isa),
        Op::Ternary(Ternary::Select) => choice::select(operands[1], isa),
        Op::Ternary(Ternary::Clip) => compare::clip(operands[0], isa),
        Op::Ternary(Ternary::MulAdd) => mul_add::mul_add(operands[0], isa),
        Op::Cast(to) => cast::cast(operands[0], *to, isa),
        Op::Powi(exponent) => power::powi(*exponent, operands[0], isa),
        Op::Copy => choice::copy(operands[0], isa),
        Op::Draw(draw) => random::code(draw, isa),
        Op::Bin(bins) => Some(bins::code(bins, isa)),
        Op::BinBetween(count) => Some(bins::between(*count, isa)),
        Op::Closure(closure) => Some(closure.function.clone().code(isa)),
    }
}

fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    match op {
        Neg | Abs | Sign | Square | Recip => arithmetic::unary(op, dtype, isa),
        Not => bitwise::not(dtype, isa),
        Floor | Ceil | Trunc | Round | Rint => rounding::unary(op, dtype, isa),
        IsNan | IsInfinite | IsFinite | SignBit => classify::unary(op, dtype, isa),
        Re | Im | Conj | Arg => parts::unary(op, dtype, isa),
        Sqrt | Exp | Ln | Log2 | Log10 | Sin | Cos | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh
        | Asinh | Acosh | Atanh | Cbrt | Exp2 | ExpM1 | Log1p | ToDegrees | ToRadians | Fract | Erf => {
            if dtype.is_complex() {
                complex::unary(op, dtype, isa)
            } else {
                float::unary(op, dtype, isa)
            }
        }
    }
}

fn binary(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    match op {
        Add | Sub | Mul => arithmetic::binary(op, dtype, isa),
        Div | Rem | FloorDivide | Remainder => division::binary(op, dtype, isa),
        Pow => power::pow(dtype, isa),
        Atan2 | Hypot | Copysign | Fmax | Fmin | LogAddExp | AbsSub => float::binary(op, dtype, isa),
        Eq | Neq | LogicalAnd | LogicalOr | LogicalXor => compare::equality(op, dtype, isa),
        Maximum | Minimum | Lt | Le | Gt | Ge => compare::order(op, dtype, isa),
        BitAnd | BitOr | BitXor | Shl | Shr => bitwise::binary(op, dtype, isa),
        Complex => parts::complex(dtype, isa),
    }
}

/// The unsigned integer of the same size for integers and bool; other types are returned as they are.
fn unsigned(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        DType::I64 => DType::U64,
        other => other,
    }
}

/// As [`unsigned`], for floats too: enough to move elements without looking at them.
fn bits(dtype: DType) -> DType {
    match dtype {
        DType::F32 => DType::U32,
        DType::F64 => DType::U64,
        other => unsigned(other),
    }
}
