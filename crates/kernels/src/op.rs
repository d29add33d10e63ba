//! The elementwise instructions: names and types. What they do is in `elementwise/`.

use chunkwise_core::DType;

use crate::Closure;
use crate::bins::Bins;
use crate::random::Draw;

/// Instructions with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "each is documented where expressions define it, under the same name")]
#[rustfmt::skip]
pub enum Unary {
    // numbers; Abs of a complex number is real
    Neg, Abs, Sign, Square, Recip,
    // bool and integers
    Not,
    // floats and complex
    Sqrt, Exp, Ln, Log2, Log10, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh,
    // floats
    Cbrt, Exp2, ExpM1, Log1p, ToDegrees, ToRadians, Fract, Erf,
    // floats and signed integers: bool result
    SignBit,
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
#[rustfmt::skip]
pub enum Binary {
    // numbers; Rem is Rust's `%`, FloorDivide and Remainder are NumPy's (not for complex)
    Add, Sub, Mul, Div, Rem, FloorDivide, Remainder,
    // numbers: integers wrap, negative integer exponents give the exact power of 1 and -1, else 0
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
    /// Value, lower and upper bound; with lower > upper the result is the upper one. NaN anywhere gives NaN.
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
    /// A random value for an `i64` index.
    Draw(Draw),
    /// The number of the bin that an `f64` falls into, -1 for none.
    Bin(Bins),
    /// The same for so many bins of equal width: the value, the lower edge of the first and the upper edge of the last.
    /// Without a finite distance between these, there are no bins.
    BinBetween(u32),
    /// A user's function.
    Closure(Closure),
}

impl Op {
    /// The name used in messages and pictures, lower case: `add`, `cos`, `cast`, `mapv`.
    ///
    /// ```
    /// use chunkwise_kernels::{Binary, Op};
    ///
    /// assert_eq!(Op::Binary(Binary::FloorDivide).name(), "floor_divide");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Op::Unary(op) => op.name(),
            Op::Binary(op) => op.name(),
            Op::Ternary(op) => op.name(),
            Op::Cast(_) => "cast",
            Op::Powi(_) => "powi",
            Op::Copy => "copy",
            Op::Draw(draw) => draw.distribution.name(),
            Op::Bin(_) => "bin",
            Op::BinBetween(_) => "bin_between",
            Op::Closure(closure) => closure.name,
        }
    }
}

impl Unary {
    /// Every instruction with one operand, in the order of the enum.
    #[rustfmt::skip]
    pub const ALL: &[Unary] = {
        use Unary::*;
        &[
            Neg, Abs, Sign, Square, Recip, Not, Sqrt, Exp, Ln, Log2, Log10, Sin, Cos, Tan, Asin, Acos, Atan,
            Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Cbrt, Exp2, ExpM1, Log1p, ToDegrees, ToRadians, Fract,
            Erf, SignBit, Floor, Ceil, Trunc, Round, Rint, IsNan, IsInfinite, IsFinite, Re, Im, Conj, Arg,
        ]
    };

    fn name(self) -> &'static str {
        use Unary::*;
        match self {
            Neg => "neg",
            Abs => "abs",
            Sign => "sign",
            Square => "square",
            Recip => "recip",
            Not => "not",
            Sqrt => "sqrt",
            Exp => "exp",
            Ln => "ln",
            Log2 => "log2",
            Log10 => "log10",
            Sin => "sin",
            Cos => "cos",
            Tan => "tan",
            Asin => "asin",
            Acos => "acos",
            Atan => "atan",
            Sinh => "sinh",
            Cosh => "cosh",
            Tanh => "tanh",
            Asinh => "asinh",
            Acosh => "acosh",
            Atanh => "atanh",
            Cbrt => "cbrt",
            Exp2 => "exp2",
            ExpM1 => "exp_m1",
            Log1p => "ln_1p",
            ToDegrees => "to_degrees",
            ToRadians => "to_radians",
            Fract => "fract",
            Erf => "erf",
            SignBit => "signbit",
            Floor => "floor",
            Ceil => "ceil",
            Trunc => "trunc",
            Round => "round",
            Rint => "rint",
            IsNan => "is_nan",
            IsInfinite => "is_infinite",
            IsFinite => "is_finite",
            Re => "re",
            Im => "im",
            Conj => "conj",
            Arg => "arg",
        }
    }
}

impl Binary {
    /// Every instruction with two operands, in the order of the enum.
    #[rustfmt::skip]
    pub const ALL: &[Binary] = {
        use Binary::*;
        &[
            Add, Sub, Mul, Div, Rem, FloorDivide, Remainder, Pow, Atan2, Hypot, Copysign, Fmax, Fmin, LogAddExp,
            AbsSub, Maximum, Minimum, BitAnd, BitOr, BitXor, Shl, Shr, Eq, Neq, Lt, Le, Gt, Ge, LogicalAnd,
            LogicalOr, LogicalXor, Complex,
        ]
    };

    fn name(self) -> &'static str {
        use Binary::*;
        match self {
            Add => "add",
            Sub => "sub",
            Mul => "mul",
            Div => "div",
            Rem => "rem",
            FloorDivide => "floor_divide",
            Remainder => "remainder",
            Pow => "pow",
            Atan2 => "atan2",
            Hypot => "hypot",
            Copysign => "copysign",
            Fmax => "fmax",
            Fmin => "fmin",
            LogAddExp => "logaddexp",
            AbsSub => "abs_sub",
            Maximum => "maximum",
            Minimum => "minimum",
            BitAnd => "bitand",
            BitOr => "bitor",
            BitXor => "bitxor",
            Shl => "shl",
            Shr => "shr",
            Eq => "eq",
            Neq => "neq",
            Lt => "lt",
            Le => "le",
            Gt => "gt",
            Ge => "ge",
            LogicalAnd => "logical_and",
            LogicalOr => "logical_or",
            LogicalXor => "logical_xor",
            Complex => "complex",
        }
    }
}

impl Ternary {
    /// Every instruction with three operands, in the order of the enum.
    pub const ALL: &[Ternary] = &[Ternary::Select, Ternary::Clip, Ternary::MulAdd];

    fn name(self) -> &'static str {
        match self {
            Ternary::Select => "select",
            Ternary::Clip => "clip",
            Ternary::MulAdd => "mul_add",
        }
    }
}
