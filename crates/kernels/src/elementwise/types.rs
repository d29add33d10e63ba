//! For which types each instruction is defined, and the type of its result.

use chunkwise_core::DType;

use crate::bins::check_count;
use crate::{Binary, Op, Ternary, Unary};

impl Op {
    /// Type of the result for operands of these types; `None` where the instruction is not defined.
    ///
    /// ```
    /// use chunkwise_core::DType::{Bool, C32, F32, I8};
    /// use chunkwise_kernels::{Binary, Op, Unary};
    ///
    /// assert_eq!(Op::Binary(Binary::Lt).result(&[I8, I8]), Some(Bool));
    /// assert_eq!(Op::Binary(Binary::Lt).result(&[C32, C32]), None);
    /// assert_eq!(Op::Unary(Unary::Abs).result(&[C32]), Some(F32));
    /// ```
    pub fn result(&self, operands: &[DType]) -> Option<DType> {
        match (self, operands) {
            (Op::Unary(op), &[a]) => unary(*op, a),
            (Op::Binary(op), &[a, b]) if a == b => binary(*op, a),
            (Op::Ternary(op), &[a, b, c]) if b == c => ternary(*op, a, b),
            (Op::Cast(to), &[_]) => Some(*to),
            (Op::Powi(_), &[a]) if !a.is_bool() => Some(a),
            (Op::Copy, &[a]) => Some(a),
            (Op::Draw(draw), &[a]) => draw.result(a),
            (Op::Bin(bins), &[DType::F64]) => bins.check().is_ok().then_some(DType::I64),
            (Op::BinBetween(count), &[DType::F64, DType::F64, DType::F64]) => {
                check_count(*count as usize).is_ok().then_some(DType::I64)
            }
            (Op::Closure(closure), _) if closure.function.operands() == operands => {
                Some(closure.function.result())
            }
            _ => None,
        }
    }
}

fn unary(op: Unary, a: DType) -> Option<DType> {
    use Unary::*;
    let number = !a.is_bool();
    Some(match op {
        Abs | Re | Im if a.is_complex() => a.real(),
        Neg | Abs | Sign | Square | Recip | Re | Im | Conj if number => a,
        Not if a.is_bool() || a.is_integer() => a,
        Sqrt | Exp | Ln | Log2 | Log10 | Sin | Cos | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh
        | Asinh | Acosh | Atanh
            if a.is_float() || a.is_complex() =>
        {
            a
        }
        Cbrt | Exp2 | ExpM1 | Log1p | ToDegrees | ToRadians | Fract | Erf if a.is_float() => a,
        SignBit if a.is_float() || a.is_signed_integer() => DType::Bool,
        Floor | Ceil | Trunc | Round | Rint if a.is_float() || a.is_integer() => a,
        IsNan | IsInfinite | IsFinite => DType::Bool,
        Arg if number => a.real(),
        _ => return None,
    })
}

fn binary(op: Binary, a: DType) -> Option<DType> {
    use Binary::*;
    let number = !a.is_bool();
    let ordered = !a.is_complex();
    Some(match op {
        Add | Sub | Mul | Div | Rem | Pow if number => a,
        FloorDivide | Remainder if number && ordered => a,
        Atan2 | Hypot | Copysign | Fmax | Fmin | LogAddExp | AbsSub if a.is_float() => a,
        Maximum | Minimum if ordered => a,
        BitAnd | BitOr | BitXor if a.is_bool() || a.is_integer() => a,
        Shl | Shr if a.is_integer() => a,
        Lt | Le | Gt | Ge if ordered => DType::Bool,
        Eq | Neq | LogicalAnd | LogicalOr | LogicalXor => DType::Bool,
        Complex if a == DType::F32 => DType::C32,
        Complex if a == DType::F64 => DType::C64,
        _ => return None,
    })
}

/// `b` is the type of the second operand and of the third.
fn ternary(op: Ternary, a: DType, b: DType) -> Option<DType> {
    let defined = match op {
        Ternary::Select => a.is_bool(),
        Ternary::Clip => a == b && !a.is_complex(),
        Ternary::MulAdd => a == b && !a.is_bool(),
    };
    defined.then_some(b)
}
