//! The elementwise instructions: names and types. What they do is in `elementwise/`.

use chunkwise_core::DType;

use crate::Closure;

/// Instructions with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is documented where expressions define it, under the same name")]
pub enum Unary {
    // signed numbers
    Neg, Abs, Sign,
    // any number
    Square, Recip,
    // bool and integers
    Not,
    // floats and complex
    Sqrt, Exp, Ln, Log2, Log10, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh,
    // floats
    Cbrt, Exp2, ExpM1, Log1p, ToDegrees, ToRadians, Fract, SignBit,
    // floats; integers pass unchanged
    Floor, Ceil, Trunc, Round, Rint,
    // any: bool result
    IsNan, IsInfinite, IsFinite,
    // complex, and real numbers as complex ones without an imaginary part
    Re, Im, Conj, Arg,
}

/// Instructions with two operands of one dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is documented where expressions define it, under the same name")]
pub enum Binary {
    // numbers; Rem is Rust's `%`, FloorDivide and Remainder are NumPy's
    Add, Sub, Mul, Div, Rem, FloorDivide, Remainder,
    // numbers: integers wrap, negative integer exponents give what NumPy's integer power gives for 1 and -1, else 0
    Pow,
    // floats
    Atan2, Hypot, Copysign, Fmax, Fmin, LogAddExp, AbsSub,
    // ordered: NaN propagates
    Maximum, Minimum,
    // bool and integers
    BitAnd, BitOr, BitXor,
    // integers: shifts of the full width or more give 0 or the sign
    Shl, Shr,
    // any: bool result (order only for ordered types)
    Eq, Neq, Lt, Le, Gt, Ge,
    // any: bool result, an element is true when it is not zero
    LogicalAnd, LogicalOr, LogicalXor,
    // two real numbers to a complex one
    Complex,
}

/// Instructions with three operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Ternary {
    /// `bool ? a : b`.
    Select,
    /// Value, lower and upper bound; with lower > upper the result is the upper one. NaN values stay NaN.
    Clip,
    /// `a * b + c`, fused for floats, wrapping for integers.
    MulAdd,
}

/// One elementwise instruction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Op {
    /// One operand.
    Unary(Unary),
    /// Two operands of one dtype.
    Binary(Binary),
    /// Three operands.
    Ternary(Ternary),
    /// Conversion as Rust's `as`; to bool: not zero; complex to real: the real part.
    Cast(DType),
    /// Integer power of any number.
    Powi(i32),
    /// The operand itself.
    Copy,
    /// A user's function.
    Closure(Closure),
}
