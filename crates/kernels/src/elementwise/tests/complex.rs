//! Complex numbers: exact where the definition is one formula, else close to NumPy.

use super::numpy::*;
use super::*;

type C64 = Complex<f64>;

fn number((re, im): (f64, f64)) -> C64 {
    Complex::new(re, im)
}

/// Close in each part, relative to that part or, next to zero, to the whole.
fn close(result: C64, expected: C64, tolerance: f64) -> bool {
    let part = |result: f64, expected: f64, norm: f64| {
        let error = (result - expected).abs();
        result == expected
            || (result.is_nan() && expected.is_nan())
            || error <= tolerance * expected.abs()
            || error <= tolerance * 0.1 * norm
    };
    let norm = if expected.norm().is_finite() { expected.norm() } else { 0.0 };
    part(result.re, expected.re, norm) && part(result.im, expected.im, norm)
}

fn narrow(z: &C64) -> Complex<f32> {
    Complex::new(z.re as f32, z.im as f32)
}

#[test]
fn functions_as_numpy() {
    let z = COMPLEX.map(number);
    for (op, expected) in COMPLEX_FUNCTIONS {
        let results = results1::<C64, C64>(Op::Unary(op), &z);
        for (i, result) in results.into_iter().enumerate() {
            let expected = number(expected[i]);
            assert!(close(result, expected, 1e-14), "{op:?} of {} is {result:?}, not {expected:?}", z[i]);
        }
    }
}

#[test]
fn functions_of_narrow_numbers_are_those_of_wide_ones() {
    let z: Vec<C64> = COMPLEX.map(number).into_iter().filter(|z| z.norm() < 40.0).collect();
    let z32: Vec<Complex<f32>> = z.iter().map(narrow).collect();
    let z: Vec<C64> = z32.iter().map(|z| Complex::new(z.re.into(), z.im.into())).collect();
    for (op, _) in COMPLEX_FUNCTIONS {
        let wide = results1::<C64, C64>(Op::Unary(op), &z);
        let results = results1::<Complex<f32>, Complex<f32>>(Op::Unary(op), &z32);
        for (i, result) in results.into_iter().enumerate() {
            let result = Complex::new(result.re.into(), result.im.into());
            assert!(close(result, wide[i], 1e-5), "{op:?} of {} is {result:?}, not {:?}", z[i], wide[i]);
        }
    }
}

#[test]
fn large_arguments_do_not_overflow_on_the_way() {
    let one = |op, z| results1::<C64, C64>(Op::Unary(op), &[z])[0];
    let large = Complex::new(1.5e308, 1.5e308);
    assert!(close(one(Unary::Sign, large), Complex::new(0.5f64.sqrt(), 0.5f64.sqrt()), 1e-15));
    assert!(close(
        one(Unary::Ln, large),
        Complex::new(709.948_247_340_554_2, 0.25 * std::f64::consts::PI),
        1e-14
    ));
    let root = one(Unary::Sqrt, large);
    assert!(
        close(root.unscale(1e154), Complex::new(1.345_607_733_249_115, 0.557_368_972_745_901_4), 1e-14),
        "{root}"
    );
    assert_eq!(one(Unary::Tanh, Complex::new(1000.0, 1.0)), Complex::new(1.0, 0.0));
    assert_eq!(one(Unary::Tan, Complex::new(1.0, -1000.0)), Complex::new(0.0, -1.0));
}

#[test]
fn sign_and_reciprocal_as_numpy() {
    let z = SIGN.map(|row| number(row.0));
    let signs = results1::<C64, C64>(Op::Unary(Unary::Sign), &z);
    for isa in Isa::available() {
        let reciprocals = apply::<C64>(&Op::Unary(Unary::Recip), &[operand(&z)], z.len(), isa);
        for (i, (z, sign, reciprocal)) in SIGN.into_iter().enumerate() {
            assert!(close(signs[i], number(sign), 1e-15), "the sign of {z:?} is {}", signs[i]);
            assert!(close(reciprocals[i], number(reciprocal), 1e-15), "1 / {z:?} is {}", reciprocals[i]);
        }
    }
}

#[test]
fn division_as_numpy() {
    let (z, w) = (DIVIDE.map(|row| number(row.0)), DIVIDE.map(|row| number(row.1)));
    for isa in Isa::available() {
        let results = apply::<C64>(&Op::Binary(Binary::Div), &[operand(&z), operand(&w)], z.len(), isa);
        for (i, (z, w, quotient)) in DIVIDE.into_iter().enumerate() {
            assert!(close(results[i], number(quotient), 1e-15), "{z:?} / {w:?} is {}", results[i]);
        }
    }
}

#[test]
fn powers_as_numpy() {
    let (z, w) = (POWER.map(|row| number(row.0)), POWER.map(|row| number(row.1)));
    let results = results2::<C64, C64>(Op::Binary(Binary::Pow), &z, &w);
    for (i, (z, w, power)) in POWER.into_iter().enumerate() {
        assert!(close(results[i], number(power), 2e-14), "{z:?} to the power of {w:?} is {}", results[i]);
    }
}

#[test]
fn whole_powers_multiply() {
    let z = COMPLEX.map(number);
    for exponent in [-5, -1, 0, 1, 2, 3, 6] {
        for isa in Isa::available() {
            let results = apply::<C64>(&Op::Powi(exponent), &[operand(&z)], z.len(), isa);
            for (z, result) in z.iter().zip(results) {
                assert!(close(result, z.powi(exponent), 1e-14), "{z} to the power of {exponent} is {result}");
            }
        }
    }
}

#[test]
fn arithmetic_and_comparison_of_edges() {
    let z = complex_edges();
    assert_binary(Op::Binary(Binary::Add), &z, |x: C64, y| x + y);
    assert_binary(Op::Binary(Binary::Sub), &z, |x: C64, y| x - y);
    assert_binary(Op::Binary(Binary::Mul), &z, |x: C64, y| x * y);
    assert_binary(Op::Binary(Binary::Rem), &z, |x: C64, y| x % y);
    assert_binary(Op::Binary(Binary::Eq), &z, |x: C64, y| x == y);
    assert_binary(Op::Binary(Binary::Neq), &z, |x: C64, y| x != y);
    let truth = |z: C64| z.re != 0.0 || z.im != 0.0;
    assert_binary(Op::Binary(Binary::LogicalAnd), &z, |x, y| truth(x) && truth(y));
    assert_binary(Op::Binary(Binary::LogicalOr), &z, |x, y| truth(x) || truth(y));
    assert_binary(Op::Binary(Binary::LogicalXor), &z, |x, y| truth(x) != truth(y));
    assert_unary(Op::Unary(Unary::Neg), &z, |x: C64| -x);
    assert_unary(Op::Unary(Unary::Square), &z, |x: C64| x * x);
    assert_unary(Op::Unary(Unary::Conj), &z, |x: C64| Complex::new(x.re, -x.im));
    assert_unary(Op::Copy, &z, |x: C64| x);
    assert_unary(Op::Unary(Unary::Abs), &z, |x: C64| x.re.hypot(x.im));
    assert_unary(Op::Unary(Unary::Arg), &z, |x: C64| x.im.atan2(x.re));
    assert_unary(Op::Unary(Unary::Re), &z, |x: C64| x.re);
    assert_unary(Op::Unary(Unary::Im), &z, |x: C64| x.im);
    assert_unary(Op::Unary(Unary::IsNan), &z, |x: C64| x.re.is_nan() || x.im.is_nan());
    assert_unary(Op::Unary(Unary::IsInfinite), &z, |x: C64| x.re.is_infinite() || x.im.is_infinite());
    assert_unary(Op::Unary(Unary::IsFinite), &z, |x: C64| x.re.is_finite() && x.im.is_finite());
}

#[test]
fn narrow_numbers_too() {
    let z: Vec<Complex<f32>> = complex_edges().iter().map(narrow).collect();
    assert_binary(Op::Binary(Binary::Add), &z, |x: Complex<f32>, y| x + y);
    assert_binary(Op::Binary(Binary::Mul), &z, |x: Complex<f32>, y| x * y);
    assert_binary(Op::Binary(Binary::Eq), &z, |x: Complex<f32>, y| x == y);
    assert_unary(Op::Unary(Unary::Abs), &z, |x: Complex<f32>| x.re.hypot(x.im));
    assert_unary(Op::Unary(Unary::Im), &z, |x: Complex<f32>| x.im);
    assert_unary(Op::Copy, &z, |x: Complex<f32>| x);
    assert_binary(Op::Binary(Binary::Complex), &f32_edges(), |x: f32, y| Complex::new(x, y));
    assert_binary(Op::Binary(Binary::Complex), &F64_EDGES, |x: f64, y| Complex::new(x, y));
}

#[test]
fn selection_and_mul_add() {
    let z = complex_edges();
    let w: Vec<C64> = z.iter().rev().copied().collect();
    let which: Vec<bool> = (0..z.len()).map(|i| i % 3 == 1).collect();
    for isa in Isa::available() {
        let operands = [operand(&which), operand(&z), operand(&w)];
        let selected = apply::<C64>(&Op::Ternary(Ternary::Select), &operands, z.len(), isa);
        let operands = [operand(&z), operand(&w), operand(&z)];
        let sums = apply::<C64>(&Op::Ternary(Ternary::MulAdd), &operands, z.len(), isa);
        for i in 0..z.len() {
            assert!(selected[i].same(if which[i] { z[i] } else { w[i] }));
            assert!(sums[i].same(z[i] * w[i] + z[i]));
        }
    }
}
