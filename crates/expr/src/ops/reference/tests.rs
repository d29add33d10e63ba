use chunkwise_core::{DType, Element, Scalar};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op, Ternary, Unary};
use num_complex::Complex;

use super::Reduced;
use crate::ops::{ELEMENTWISE, REDUCTIONS, elementwise, reduction};

fn eval<A: Element, B: Element>(op: Op, operands: &[A]) -> B {
    let operands: Vec<Scalar> = operands.iter().copied().map(Scalar::new).collect();
    let result = (elementwise(&op).unwrap().reference)(&op, &operands).expect("defined");
    result.get().unwrap_or_else(|| panic!("{op:?} gives {}", result.dtype()))
}

fn fold<A: Element>(op: ReduceOp, elements: &[A]) -> Reduced {
    let elements: Vec<Scalar> = elements.iter().copied().map(Scalar::new).collect();
    (reduction(op).reference)(op, A::DTYPE, &elements)
}

fn value<A: Element, B: Element>(op: ReduceOp, elements: &[A]) -> B {
    match fold(op, elements) {
        Reduced::Value(value, _) => value.get().unwrap_or_else(|| panic!("{op:?} gives {}", value.dtype())),
        other => panic!("{op:?}: {other:?}"),
    }
}

#[test]
fn references_exist_for_the_types_that_definitions_name_and_give_the_type_of_the_kernels() {
    for definition in ELEMENTWISE {
        for (dtype, op) in
            DType::ALL.into_iter().flat_map(|t| definition.instances.iter().map(move |op| (t, op)))
        {
            let types = definition.operand_types(dtype);
            let ones: Vec<Scalar> = types.iter().map(|&t| super::Wide::Bool(true).narrow(t)).collect();
            let result = (definition.reference)(op, &ones).map(Scalar::dtype);
            assert_eq!(result, op.result(&types), "{op:?} of {dtype}");
        }
    }
    for definition in REDUCTIONS {
        for (dtype, &op) in
            DType::ALL.into_iter().flat_map(|t| definition.instances.iter().map(move |op| (t, op)))
        {
            let one = super::Wide::Bool(true).narrow(dtype);
            let result = match (definition.reference)(op, dtype, &[one, one]) {
                Reduced::Value(value, _) => Some(value.dtype()),
                Reduced::Undefined => None,
                Reduced::NoValue => panic!("{op:?} of two elements"),
            };
            assert_eq!(result, op.result(dtype), "{op:?} of {dtype}");
            if result.is_some() {
                let none = (definition.reference)(op, dtype, &[]);
                assert_eq!(none == Reduced::NoValue, op.needs_elements(), "{op:?} of no elements");
            }
        }
    }
}

#[test]
fn the_error_function_as_in_tables() {
    // Abramowitz and Stegun, table 7.1
    for (x, expected) in [(0.5, 0.520_499_877_8), (1.0, 0.842_700_792_9), (2.0, 0.995_322_265_0)] {
        let of = |x: f64| eval::<f64, f64>(Op::Unary(Unary::Erf), &[x]);
        assert!((of(x) - expected).abs() < 1e-10 && of(-x) == -of(x), "{x}: {}", of(x));
    }
}

#[test]
fn integers_wrap_and_division_never_fails() {
    use Binary::*;
    let of = |op, a: i8, b: i8| eval::<i8, i8>(Op::Binary(op), &[a, b]);
    assert_eq!(of(Add, 127, 1), -128);
    assert_eq!(of(Mul, -128, -1), -128);
    assert_eq!([of(Div, -7, 2), of(Div, -128, -1), of(Div, 5, 0)], [-3, -128, 0]);
    assert_eq!([of(Rem, -7, 2), of(Rem, -128, -1), of(Rem, 5, 0)], [-1, 0, 0]);
    assert_eq!([of(FloorDivide, -7, 2), of(FloorDivide, -128, -1), of(FloorDivide, 5, 0)], [-4, -128, 0]);
    assert_eq!([of(Remainder, -7, 2), of(Remainder, 7, -2), of(Remainder, 5, 0)], [1, -1, 0]);
    assert_eq!([of(Pow, 2, 7), of(Pow, -1, -3), of(Pow, 2, -1), of(Pow, 0, -1)], [-128, -1, 0, 0]);
    assert_eq!([of(Shl, 1, 7), of(Shl, 1, 8), of(Shl, 1, -1)], [-128, 0, 0]);
    assert_eq!([of(Shr, -4, 1), of(Shr, -4, 8), of(Shr, 4, -1)], [-2, -1, 0]);
    assert_eq!(eval::<u64, u64>(Op::Binary(Mul), &[u64::MAX, u64::MAX]), 1);
    assert_eq!(eval::<u8, u8>(Op::Unary(Unary::Neg), &[1]), 255);
    assert_eq!(eval::<i8, i8>(Op::Unary(Unary::Abs), &[-128]), -128);
}

#[test]
fn floor_division_of_floats_follows_numpy() {
    let pairs =
        [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (1.0, 0.1), (6.0, 3.0), (-6.0, 3.0), (5.0, f64::INFINITY)];
    let of = |op, (a, b): (f64, f64)| eval::<f64, f64>(Op::Binary(op), &[a, b]);
    assert_eq!(pairs.map(|p| of(Binary::FloorDivide, p)), [3.0, -4.0, -4.0, 9.0, 2.0, -2.0, 0.0]);
    assert_eq!(pairs.map(|p| of(Binary::Remainder, p))[..3], [1.5, 0.5, -0.5]);
    assert_eq!(of(Binary::FloorDivide, (-5.0, f64::INFINITY)), -1.0);
    assert_eq!(of(Binary::Remainder, (-5.0, f64::INFINITY)), f64::INFINITY);
    assert_eq!(of(Binary::FloorDivide, (1.0, 0.0)), f64::INFINITY);
    assert!(of(Binary::Remainder, (1.0, 0.0)).is_nan());
}

#[test]
fn rounding_and_signs() {
    let of = |op, x: f64| eval::<f64, f64>(Op::Unary(op), &[x]);
    assert_eq!([2.5, -2.5, 0.5].map(|x| of(Unary::Round, x)), [3.0, -3.0, 1.0]);
    assert_eq!([2.5, -2.5, 0.5].map(|x| of(Unary::Rint, x)), [2.0, -2.0, 0.0]);
    assert!(of(Unary::Sign, -0.0).is_sign_positive() && of(Unary::Sign, f64::NAN).is_nan());
    assert!(eval::<i16, bool>(Op::Unary(Unary::SignBit), &[-1]));
    assert_eq!(eval::<f32, f64>(Op::Cast(DType::F64), &[0.5]), 0.5);
    assert_eq!(eval::<f64, u8>(Op::Cast(DType::U8), &[300.7]), 255);
    assert_eq!(eval::<i32, u8>(Op::Cast(DType::U8), &[-1]), 255);
    assert!(eval::<Complex<f64>, bool>(Op::Cast(DType::Bool), &[Complex::new(0.0, 1.0)]));
    assert_eq!(eval::<u64, f32>(Op::Cast(DType::F32), &[(1 << 63) + (1 << 39) + 1]), 9.223_373e18);
    // A product that f64 holds exactly, but whose sum is only right when rounded to f32 once.
    let fused =
        eval::<f32, f32>(Op::Ternary(Ternary::MulAdd), &[1.0 + f32::EPSILON, 1.0 - f32::EPSILON, -1.0]);
    assert_eq!(fused, -(f32::EPSILON * f32::EPSILON));
}

#[test]
fn extrema_treat_nan_as_their_names_say() {
    let of = |op, a: f64, b: f64| eval::<f64, f64>(Op::Binary(op), &[a, b]);
    assert!(of(Binary::Maximum, 1.0, f64::NAN).is_nan() && of(Binary::Minimum, f64::NAN, 1.0).is_nan());
    assert_eq!([of(Binary::Fmax, 1.0, f64::NAN), of(Binary::Fmin, f64::NAN, 1.0)], [1.0, 1.0]);
    let clip = |x: f64, low: f64, high: f64| eval::<f64, f64>(Op::Ternary(Ternary::Clip), &[x, low, high]);
    assert_eq!([clip(5.0, 0.0, 3.0), clip(-5.0, 0.0, 3.0), clip(1.0, 3.0, 2.0)], [3.0, 0.0, 2.0]);
    assert!(clip(f64::NAN, 0.0, 1.0).is_nan() && clip(0.5, f64::NAN, 1.0).is_nan());
}

#[test]
fn reductions_widen_skip_and_refuse() {
    use ReduceOp::*;
    let nan = f64::NAN;
    assert_eq!(value::<i8, i64>(Sum, &[127, 127]), 254);
    assert_eq!(value::<i64, i64>(Sum, &[i64::MAX, 1]), i64::MIN);
    assert_eq!(value::<bool, i64>(Prod, &[true, true]), 1);
    assert_eq!(value::<f64, f64>(Sum, &[1e16, 1.0, -1e16]), 1.0);
    assert_eq!(value::<f64, f64>(Sum, &[f64::INFINITY, 1.0]), f64::INFINITY);
    assert_eq!([value::<f64, f64>(NanSum, &[nan]), value(NanMean, &[nan, 3.0])], [0.0, 3.0]);
    assert!(value::<f64, f64>(Mean, &[]).is_nan() && value::<i32, f64>(Mean, &[]).is_nan());
    assert_eq!([value::<f64, bool>(Any, &[nan]), value::<f64, bool>(All, &[])], [true, true]);
    assert_eq!(value::<f64, i64>(ArgMax, &[1.0, nan, 2.0, nan]), 1);
    assert_eq!(value::<f64, i64>(ArgMin, &[2.0, 1.0, 1.0]), 1);
    assert_eq!(value::<f64, i64>(NanArgMax, &[nan, 5.0, 5.0]), 1);
    assert_eq!([fold::<f64>(NanArgMin, &[nan]), fold::<i8>(Min, &[])], [Reduced::NoValue; 2]);
    assert_eq!(fold(Max, &[Complex::new(1.0, 0.0)]), Reduced::Undefined);
    assert!(value::<f64, f64>(NanMin, &[nan]).is_nan());
    assert_eq!(value::<i8, i8>(Ptp, &[-128, 127]), -1);
}

#[test]
fn variances_follow_numpy() {
    let var = |ddof, nan| ReduceOp::Var { ddof, std: false, nan };
    assert_eq!(value::<f64, f64>(var(0.0, false), &[1e9, 1e9 + 1.0, 1e9 + 2.0]), 2.0 / 3.0);
    assert_eq!(value::<i32, f64>(var(1.0, false), &[1, 2, 3]), 1.0);
    assert_eq!(
        value::<Complex<f32>, f32>(var(0.0, false), &[Complex::new(0.0, 1.0), Complex::new(0.0, -1.0)]),
        1.0
    );
    assert_eq!(value::<f64, f64>(var(2.0, false), &[1.0, 2.0]), f64::INFINITY);
    assert_eq!(value::<f64, f64>(var(5.0, false), &[1.0, 2.0]), f64::INFINITY);
    assert!(value::<f64, f64>(var(2.0, false), &[1.0, 1.0]).is_nan());
    assert!(value::<f64, f64>(var(2.0, true), &[1.0, 2.0]).is_nan());
    assert!(value::<f64, f64>(var(0.0, false), &[1.0, f64::INFINITY]).is_nan());
    assert_eq!(value::<f64, f64>(var(0.0, true), &[1.0, f64::NAN, 3.0]), 1.0);
}

#[test]
fn complex_functions_are_continuous_from_the_side_that_the_sign_of_zero_names() {
    let digits = |x: f64| (x * 1e4).round() / 1e4;
    let of = |op, re: f64, im: f64| {
        let z: Complex<f64> = eval(Op::Unary(op), &[Complex::new(re, im)]);
        [z.re, z.im].map(digits)
    };
    let [half, pi] = [std::f64::consts::FRAC_PI_2, std::f64::consts::PI].map(digits);
    // values of NumPy
    assert_eq!([of(Unary::Sqrt, -4.0, 0.0), of(Unary::Sqrt, -4.0, -0.0)], [[0.0, 2.0], [0.0, -2.0]]);
    assert_eq!([of(Unary::Asin, 2.0, 0.0), of(Unary::Asin, 2.0, -0.0)], [[half, 1.317], [half, -1.317]]);
    assert_eq!([of(Unary::Acos, 2.0, 0.0), of(Unary::Acos, -2.0, 0.0)], [[0.0, -1.317], [pi, -1.317]]);
    assert_eq!([of(Unary::Acosh, -2.0, 0.0), of(Unary::Acosh, 0.5, 1.0)], [[1.317, pi], [0.9261, 1.2214]]);
    assert_eq!([of(Unary::Asinh, 0.0, 2.0), of(Unary::Asinh, 1.0, 1.0)], [[1.317, half], [1.0613, 0.6662]]);
    assert_eq!([of(Unary::Atanh, 2.0, 0.0), of(Unary::Atanh, 0.5, 0.5)], [[0.5493, half], [0.4024, 0.5536]]);
    assert_eq!([of(Unary::Atan, 0.0, 2.0), of(Unary::Atan, 1.0, 1.0)], [[half, 0.5493], [1.0172, 0.4024]]);
}
