//! The operations: for every instruction and reduction its name, meaning, cost and eager definition.
//!
//! Expressions hold the kernels' own [`Op`] and [`ReduceOp`]; this is what else there is to know of them.
//! To add one, define it in a file of its family and name it in the list below.

#[cfg(feature = "reference")]
#[macro_use]
mod reference;
#[cfg(not(feature = "reference"))]
#[macro_use]
#[path = "without_reference.rs"]
mod reference;

mod arithmetic;
mod bins;
mod bits;
mod cast;
mod comparison;
mod complex;
mod exponential;
mod extrema;
mod floats;
mod logic;
mod moments;
mod pick;
mod random;
mod rounding;
mod select;
mod sum;
mod trigonometric;
mod truth;

#[cfg(test)]
mod tests;

use std::fmt;

use chunkwise_core::DType;
use chunkwise_kernels::random::{Distribution, Draw};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op, Ternary, Unary};
use smallvec::SmallVec;

#[cfg(feature = "reference")]
pub use reference::Reduced;
pub use reference::{ElementwiseReference, ReductionReference};

/// The definition of an elementwise operation.
#[derive(Debug)]
pub struct ElementwiseDef {
    /// The name in messages, of the method where there is one.
    pub name: &'static str,
    /// The instruction; several where it has a parameter, enough to test it by.
    pub instances: &'static [Op],
    /// Types of the operands.
    pub operands: Operands,
    /// What it computes.
    pub summary: &'static str,
    /// Time for an `f64` element in first-level cache, in units of 0.1 ns, about that of an addition; decides what
    /// is computed twice and how large units of work are.
    pub cost: u32,
    /// How near results come to the reference.
    pub accuracy: Accuracy,
    /// The result for operands of one element each.
    pub reference: ElementwiseReference,
}

/// The definition of a reduction.
#[derive(Debug)]
pub struct ReductionDef {
    /// The name in messages, of the method where there is one.
    pub name: &'static str,
    /// The reduction; several where it has a parameter, enough to test it by.
    pub instances: &'static [ReduceOp],
    /// Type of the operand.
    pub operands: Operands,
    /// What it computes.
    pub summary: &'static str,
    /// Time for an `f64` element in first-level cache, in units of 0.1 ns.
    pub cost: u32,
    /// The result for a list of elements.
    pub reference: ReductionReference,
}

impl ElementwiseDef {
    /// Number of operands.
    pub fn arity(&self) -> usize {
        match self.instances[0] {
            Op::Unary(_)
            | Op::Cast(_)
            | Op::Powi(_)
            | Op::Copy
            | Op::Draw(_)
            | Op::Bin(_)
            | Op::Closure(_) => 1,
            Op::Binary(_) => 2,
            Op::Ternary(_) | Op::BinBetween(_) => 3,
        }
    }

    /// Types of the operands when they are given values of `dtype`; only the mask of `select` differs.
    pub fn operand_types(&self, dtype: DType) -> SmallVec<[DType; 3]> {
        let mut types = SmallVec::from_elem(dtype, self.arity());
        if let Op::Ternary(Ternary::Select) = self.instances[0] {
            types[0] = DType::Bool;
        }
        types
    }
}

/// The types that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// Every type.
    Any,
    /// `bool` and integers.
    Bits,
    /// `f64`, as edges are.
    Double,
    /// Integers.
    Integer,
    /// `i64`, as indices are.
    Index,
    /// Every type but `bool`.
    Number,
    /// Signed integers and floats.
    SignedReal,
    /// Every type but complex numbers.
    Ordered,
    /// Integers and floats.
    RealNumber,
    /// `f32` and `f64`.
    Float,
    /// Floats and complex numbers.
    Inexact,
}

impl Operands {
    /// Whether `dtype` is one of them.
    pub const fn contains(self, dtype: DType) -> bool {
        match self {
            Operands::Any => true,
            Operands::Bits => dtype.is_bool() || dtype.is_integer(),
            Operands::Double => matches!(dtype, DType::F64),
            Operands::Integer => dtype.is_integer(),
            Operands::Index => matches!(dtype, DType::I64),
            Operands::Number => !dtype.is_bool(),
            Operands::SignedReal => dtype.is_signed_integer() || dtype.is_float(),
            Operands::Ordered => !dtype.is_complex(),
            Operands::RealNumber => dtype.is_integer() || dtype.is_float(),
            Operands::Float => dtype.is_float(),
            Operands::Inexact => dtype.is_float() || dtype.is_complex(),
        }
    }
}

impl fmt::Display for Operands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operands::Any => "any type",
            Operands::Bits => "bool or integers",
            Operands::Double => "f64",
            Operands::Integer => "integers",
            Operands::Index => "i64",
            Operands::Number => "numbers",
            Operands::SignedReal => "signed integers or floats",
            Operands::Ordered => "any type but complex numbers",
            Operands::RealNumber => "integers or floats",
            Operands::Float => "floats",
            Operands::Inexact => "floats or complex numbers",
        })
    }
}

/// How near the results of an operation on floats come to its reference, on any instruction set.
///
/// Results that are integers or bool are exact. Complex arithmetic is measured against the modulus, and even
/// where real results have the bits of the reference may be a few units off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accuracy {
    /// The same bits, but any NaN for NaN.
    Exact,
    /// The same value; a zero may have either sign.
    Value,
    /// This many units in the last place.
    Ulps(u32),
}

/// Writes, from one list, the slice of all definitions and the function that finds one.
macro_rules! elementwise {
    ($($pattern:pat => $file:ident :: $NAME:ident,)*) => {
        /// Every elementwise operation but users' functions.
        pub static ELEMENTWISE: &[&ElementwiseDef] = &[$(&$file::$NAME),*];

        /// The definition of an instruction; `None` for users' functions.
        pub fn elementwise(op: &Op) -> Option<&'static ElementwiseDef> {
            match op {
                $($pattern => Some(&$file::$NAME),)*
                Op::Closure(_) => None,
            }
        }
    };
}

elementwise! {
    Op::Unary(Unary::Neg) => arithmetic::NEG,
    Op::Unary(Unary::Abs) => arithmetic::ABS,
    Op::Unary(Unary::Sign) => arithmetic::SIGN,
    Op::Unary(Unary::Square) => arithmetic::SQUARE,
    Op::Unary(Unary::Recip) => arithmetic::RECIP,
    Op::Binary(Binary::Add) => arithmetic::ADD,
    Op::Binary(Binary::Sub) => arithmetic::SUB,
    Op::Binary(Binary::Mul) => arithmetic::MUL,
    Op::Binary(Binary::Div) => arithmetic::DIV,
    Op::Binary(Binary::Rem) => arithmetic::REM,
    Op::Binary(Binary::FloorDivide) => arithmetic::FLOOR_DIVIDE,
    Op::Binary(Binary::Remainder) => arithmetic::REMAINDER,
    Op::Binary(Binary::Pow) => arithmetic::POW,
    Op::Powi(_) => arithmetic::POWI,
    Op::Ternary(Ternary::MulAdd) => arithmetic::MUL_ADD,

    Op::Binary(Binary::Eq) => comparison::EQ,
    Op::Binary(Binary::Neq) => comparison::NEQ,
    Op::Binary(Binary::Lt) => comparison::LT,
    Op::Binary(Binary::Le) => comparison::LE,
    Op::Binary(Binary::Gt) => comparison::GT,
    Op::Binary(Binary::Ge) => comparison::GE,

    Op::Binary(Binary::LogicalAnd) => logic::LOGICAL_AND,
    Op::Binary(Binary::LogicalOr) => logic::LOGICAL_OR,
    Op::Binary(Binary::LogicalXor) => logic::LOGICAL_XOR,

    Op::Unary(Unary::Not) => bits::NOT,
    Op::Binary(Binary::BitAnd) => bits::BIT_AND,
    Op::Binary(Binary::BitOr) => bits::BIT_OR,
    Op::Binary(Binary::BitXor) => bits::BIT_XOR,
    Op::Binary(Binary::Shl) => bits::SHL,
    Op::Binary(Binary::Shr) => bits::SHR,

    Op::Unary(Unary::Sqrt) => exponential::SQRT,
    Op::Unary(Unary::Cbrt) => exponential::CBRT,
    Op::Unary(Unary::Exp) => exponential::EXP,
    Op::Unary(Unary::Exp2) => exponential::EXP2,
    Op::Unary(Unary::ExpM1) => exponential::EXP_M1,
    Op::Unary(Unary::Ln) => exponential::LN,
    Op::Unary(Unary::Log1p) => exponential::LN_1P,
    Op::Unary(Unary::Log2) => exponential::LOG2,
    Op::Unary(Unary::Log10) => exponential::LOG10,
    Op::Binary(Binary::LogAddExp) => exponential::LOG_ADD_EXP,
    Op::Unary(Unary::Erf) => exponential::ERF,

    Op::Unary(Unary::Sin) => trigonometric::SIN,
    Op::Unary(Unary::Cos) => trigonometric::COS,
    Op::Unary(Unary::Tan) => trigonometric::TAN,
    Op::Unary(Unary::Asin) => trigonometric::ASIN,
    Op::Unary(Unary::Acos) => trigonometric::ACOS,
    Op::Unary(Unary::Atan) => trigonometric::ATAN,
    Op::Binary(Binary::Atan2) => trigonometric::ATAN2,
    Op::Unary(Unary::Sinh) => trigonometric::SINH,
    Op::Unary(Unary::Cosh) => trigonometric::COSH,
    Op::Unary(Unary::Tanh) => trigonometric::TANH,
    Op::Unary(Unary::Asinh) => trigonometric::ASINH,
    Op::Unary(Unary::Acosh) => trigonometric::ACOSH,
    Op::Unary(Unary::Atanh) => trigonometric::ATANH,
    Op::Unary(Unary::ToDegrees) => trigonometric::TO_DEGREES,
    Op::Unary(Unary::ToRadians) => trigonometric::TO_RADIANS,
    Op::Binary(Binary::Hypot) => trigonometric::HYPOT,

    Op::Unary(Unary::Floor) => rounding::FLOOR,
    Op::Unary(Unary::Ceil) => rounding::CEIL,
    Op::Unary(Unary::Trunc) => rounding::TRUNC,
    Op::Unary(Unary::Round) => rounding::ROUND,
    Op::Unary(Unary::Rint) => rounding::RINT,
    Op::Unary(Unary::Fract) => rounding::FRACT,

    Op::Unary(Unary::Re) => complex::RE,
    Op::Unary(Unary::Im) => complex::IM,
    Op::Unary(Unary::Conj) => complex::CONJ,
    Op::Unary(Unary::Arg) => complex::ARG,
    Op::Binary(Binary::Complex) => complex::COMPLEX,

    Op::Unary(Unary::IsNan) => floats::IS_NAN,
    Op::Unary(Unary::IsInfinite) => floats::IS_INFINITE,
    Op::Unary(Unary::IsFinite) => floats::IS_FINITE,
    Op::Unary(Unary::SignBit) => floats::SIGN_BIT,
    Op::Binary(Binary::Copysign) => floats::COPYSIGN,
    Op::Binary(Binary::AbsSub) => floats::ABS_SUB,

    Op::Ternary(Ternary::Select) => select::SELECT,
    Op::Binary(Binary::Maximum) => select::MAXIMUM,
    Op::Binary(Binary::Minimum) => select::MINIMUM,
    Op::Binary(Binary::Fmax) => select::FMAX,
    Op::Binary(Binary::Fmin) => select::FMIN,
    Op::Ternary(Ternary::Clip) => select::CLIP,

    Op::Bin(_) => bins::BIN,
    Op::BinBetween(_) => bins::BIN_BETWEEN,

    Op::Cast(_) => cast::CAST,
    Op::Copy => cast::COPY,

    Op::Draw(Draw { distribution: Distribution::Uniform { .. }, .. }) => random::UNIFORM,
    Op::Draw(Draw { distribution: Distribution::Integers { .. }, .. }) => random::INTEGERS,
    Op::Draw(Draw { distribution: Distribution::Bernoulli { .. }, .. }) => random::BERNOULLI,
    Op::Draw(Draw { distribution: Distribution::Normal { .. }, .. }) => random::NORMAL,
    Op::Draw(Draw { distribution: Distribution::Exponential { .. }, .. }) => random::EXPONENTIAL,
    Op::Draw(Draw { distribution: Distribution::Gamma { .. }, .. }) => random::GAMMA,
    Op::Draw(Draw { distribution: Distribution::Beta { .. }, .. }) => random::BETA,
    Op::Draw(Draw { distribution: Distribution::StudentT { .. }, .. }) => random::STUDENT_T,
    Op::Draw(Draw { distribution: Distribution::Poisson { .. }, .. }) => random::POISSON,
    Op::Draw(Draw { distribution: Distribution::Binomial { .. }, .. }) => random::BINOMIAL,
    Op::Draw(Draw { distribution: Distribution::Geometric { .. }, .. }) => random::GEOMETRIC,
    Op::Draw(Draw { distribution: Distribution::Permutation { .. }, .. }) => random::PERMUTATION,
}

/// Writes, from one list, the slice of all definitions and the function that finds one.
macro_rules! reductions {
    ($($pattern:pat => $file:ident :: $NAME:ident,)*) => {
        /// Every reduction.
        pub static REDUCTIONS: &[&ReductionDef] = &[$(&$file::$NAME),*];

        /// The definition of a reduction.
        pub fn reduction(op: ReduceOp) -> &'static ReductionDef {
            match op {
                $($pattern => &$file::$NAME,)*
            }
        }
    };
}

reductions! {
    ReduceOp::Sum => sum::SUM,
    ReduceOp::NanSum => sum::NAN_SUM,
    ReduceOp::Prod => sum::PROD,
    ReduceOp::NanProd => sum::NAN_PROD,

    ReduceOp::Mean => moments::MEAN,
    ReduceOp::NanMean => moments::NAN_MEAN,
    ReduceOp::Var { std: false, nan: false, .. } => moments::VAR,
    ReduceOp::Var { std: true, nan: false, .. } => moments::STD,
    ReduceOp::Var { std: false, nan: true, .. } => moments::NAN_VAR,
    ReduceOp::Var { std: true, nan: true, .. } => moments::NAN_STD,

    ReduceOp::Min => extrema::MIN,
    ReduceOp::Max => extrema::MAX,
    ReduceOp::NanMin => extrema::NAN_MIN,
    ReduceOp::NanMax => extrema::NAN_MAX,
    ReduceOp::Ptp => extrema::PTP,
    ReduceOp::ArgMin => extrema::ARG_MIN,
    ReduceOp::ArgMax => extrema::ARG_MAX,
    ReduceOp::NanArgMin => extrema::NAN_ARG_MIN,
    ReduceOp::NanArgMax => extrema::NAN_ARG_MAX,

    ReduceOp::Any => truth::ANY,
    ReduceOp::All => truth::ALL,
    ReduceOp::CountNonzero => truth::COUNT_NONZERO,

    ReduceOp::First => pick::FIRST,
    ReduceOp::Last => pick::LAST,
    ReduceOp::Count => pick::COUNT,
}

/// Cost of a user's function, about which nothing is known.
pub const CLOSURE_COST: u32 = 100;

/// Time that `op` takes for an element, in units of 0.1 ns.
pub fn cost(op: &Op) -> u32 {
    elementwise(op).map_or(CLOSURE_COST, |definition| definition.cost)
}
