//! Floats: against Rust's own functions, and against NumPy's where it is the one that says. Those that are correct to
//! a unit in the last place are tested in `math/tests`.

use num_traits::Float;

use super::numpy::*;
use super::*;

fn check<T: Same + Float>(values: &[T]) {
    let unary = |op, expected: fn(T) -> T| assert_unary(Op::Unary(op), values, expected);
    unary(Unary::Neg, |x| -x);
    unary(Unary::Abs, T::abs);
    unary(Unary::Square, |x| x * x);
    unary(Unary::Recip, T::recip);
    unary(Unary::Sqrt, T::sqrt);
    unary(Unary::Fract, T::fract);
    unary(Unary::ToDegrees, T::to_degrees);
    unary(Unary::ToRadians, T::to_radians);
    unary(Unary::Floor, T::floor);
    unary(Unary::Ceil, T::ceil);
    unary(Unary::Trunc, T::trunc);
    unary(Unary::Round, T::round);
    unary(Unary::Re, |x| x);
    unary(Unary::Conj, |x| x);
    unary(Unary::Im, |_| T::zero());
    assert_unary(Op::Copy, values, |x: T| x);
    for exponent in [-7, -2, -1, 0, 1, 2, 3, 10] {
        assert_unary(Op::Powi(exponent), values, |x: T| by_squaring(x, exponent));
    }
    assert_unary(Op::Unary(Unary::IsNan), values, |x: T| x.is_nan());
    assert_unary(Op::Unary(Unary::IsInfinite), values, |x: T| x.is_infinite());
    assert_unary(Op::Unary(Unary::IsFinite), values, |x: T| x.is_finite());
    assert_unary(Op::Unary(Unary::SignBit), values, |x: T| x.is_sign_negative());

    let binary = |op, expected: fn(T, T) -> T| assert_binary(Op::Binary(op), values, expected);
    binary(Binary::Add, |x, y| x + y);
    binary(Binary::Sub, |x, y| x - y);
    binary(Binary::Mul, |x, y| x * y);
    binary(Binary::Div, |x, y| x / y);
    binary(Binary::Rem, |x, y| x % y);
    binary(Binary::Copysign, T::copysign);
    let differ: fn(T, T) -> T =
        |x, y| if x.is_nan() || y.is_nan() { T::nan() } else { (x - y).max(T::zero()) };
    let positive = |x: T, y: T| if x == y { T::zero() } else { differ(x, y) };
    assert_binary(Op::Binary(Binary::AbsSub), values, positive);
    let truth = |op, expected: fn(T, T) -> bool| assert_binary(Op::Binary(op), values, expected);
    truth(Binary::Eq, |x, y| x == y);
    truth(Binary::Neq, |x, y| x != y);
    truth(Binary::Lt, |x, y| x < y);
    truth(Binary::Le, |x, y| x <= y);
    truth(Binary::Gt, |x, y| x > y);
    truth(Binary::Ge, |x, y| x >= y);
    truth(Binary::LogicalAnd, |x, y| x != T::zero() && y != T::zero());
    truth(Binary::LogicalOr, |x, y| x != T::zero() || y != T::zero());
    truth(Binary::LogicalXor, |x, y| (x != T::zero()) != (y != T::zero()));
}

fn by_squaring<T: Float>(x: T, exponent: i32) -> T {
    let mut power = T::one();
    let mut base = x;
    for bit in 0..5 {
        if exponent.unsigned_abs() >> bit & 1 == 1 {
            power = power * base;
        }
        base = base * base;
    }
    if exponent < 0 { power.recip() } else { power }
}

#[test]
fn f64_edges_as_rust() {
    check(&F64_EDGES);
}

#[test]
fn f32_edges_as_rust() {
    check(&f32_edges());
}

#[test]
fn division_as_numpy() {
    let column = |f: fn(&(f64, f64, f64, f64)) -> f64| DIVISION.iter().map(f).collect::<Vec<_>>();
    let (x, y) = (column(|row| row.0), column(|row| row.1));
    let quotients = results2::<f64, f64>(Op::Binary(Binary::FloorDivide), &x, &y);
    let remainders = results2::<f64, f64>(Op::Binary(Binary::Remainder), &x, &y);
    for (i, row) in DIVISION.iter().enumerate() {
        assert!(
            quotients[i].same(row.2) && remainders[i].same(row.3),
            "{row:?}: {} {}",
            quotients[i],
            remainders[i]
        );
    }
}

#[test]
fn the_larger_and_the_smaller_as_numpy() {
    let column = |i: usize| LARGER.iter().map(|row| row[i]).collect::<Vec<_>>();
    let (x, y) = (column(0), column(1));
    let ops = [Binary::Maximum, Binary::Minimum, Binary::Fmax, Binary::Fmin];
    for (i, op) in ops.into_iter().enumerate() {
        let expected = |a: f64, b: f64| {
            let row =
                LARGER.iter().find(|row| row[0].same(a) && row[1].same(b)).expect("every pair is there");
            row[2 + i]
        };
        assert_pairs(Op::Binary(op), &x, &y, expected);
        let narrow = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<_>>();
        let expected = |a: f32, b: f32| expected(a.into(), b.into()) as f32;
        assert_pairs(Op::Binary(op), &narrow(&x), &narrow(&y), expected);
    }
    let results = results2::<f64, f64>(Op::Binary(Binary::LogAddExp), &x, &y);
    assert_close("logaddexp", &LARGER, &results, &column(6), 4e-16);
}

#[test]
fn log_add_exp_does_not_overflow() {
    let results = results2::<f64, f64>(Op::Binary(Binary::LogAddExp), &[1e4, -1e4, 800.0], &[1e4, -1e4, 0.0]);
    assert_close(
        "logaddexp",
        &["1e4", "-1e4", "800"],
        &results,
        &[10_000.693_147_180_56, -9_999.306_852_819_44, 800.0],
        4e-16,
    );
}

#[test]
fn clip_as_numpy() {
    let column = |i: usize| CLIP.iter().map(|row| row[i]).collect::<Vec<_>>();
    let (x, low, high) = (column(0), column(1), column(2));
    for isa in Isa::available() {
        let operands = [operand(&x), operand(&low), operand(&high)];
        let results = apply::<f64>(&Op::Ternary(Ternary::Clip), &operands, x.len(), isa);
        compare(&Op::Ternary(Ternary::Clip), isa, &results, &column(3), |i| format!("{:?}", CLIP[i]));
    }
}

#[test]
fn rounding_sign_and_angle_as_numpy() {
    let x = ROUND.map(|row| row[0]);
    for (i, op) in [Unary::Rint, Unary::Sign, Unary::Arg].into_iter().enumerate() {
        let expected = |a: f64| ROUND.iter().find(|row| row[0].same(a)).expect("every value is there")[1 + i];
        assert_unary(Op::Unary(op), &x, expected);
        let narrow: Vec<f32> =
            x.iter().map(|&x| x as f32).zip(x).filter(|&(a, x)| x.same(a.into())).map(|(a, _)| a).collect();
        assert!(narrow.len() > 9);
        assert_unary(Op::Unary(op), &narrow, |a: f32| expected(a.into()) as f32);
    }
}

#[test]
fn inverse_hyperbolic_functions_as_numpy() {
    for (op, table) in [(Unary::Asinh, &ASINH[..]), (Unary::Acosh, &ACOSH[..]), (Unary::Atanh, &ATANH[..])] {
        let x: Vec<f64> = table.iter().map(|row| row[0]).collect();
        let expected: Vec<f64> = table.iter().map(|row| row[1]).collect();
        assert_close(op, &x, &results1::<f64, f64>(Op::Unary(op), &x), &expected, 1e-15);
        let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let wide: Vec<f64> = narrow.iter().map(|&x| x.into()).collect();
        let results: Vec<f64> =
            results1::<f32, f32>(Op::Unary(op), &narrow).iter().map(|&x| x.into()).collect();
        let expected: Vec<f64> =
            results1::<f64, f64>(Op::Unary(op), &wide).iter().map(|&x| f64::from(x as f32)).collect();
        assert_close(op, &x, &results, &expected, 4e-7);
    }
}

#[test]
fn selection_of_floats_moves_bits() {
    let a = F64_EDGES.map(f64::to_bits).map(f64::from_bits);
    let b: Vec<f64> = a.iter().rev().copied().collect();
    let which: Vec<bool> = (0..a.len()).map(|i| i % 2 == 0).collect();
    for isa in Isa::available() {
        let operands = [operand(&which), operand(&a), operand(&b)];
        let results = apply::<f64>(&Op::Ternary(Ternary::Select), &operands, a.len(), isa);
        for i in 0..a.len() {
            assert_eq!(results[i].to_bits(), if which[i] { a[i] } else { b[i] }.to_bits());
        }
    }
}

/// Units in the last place between two numbers of one sign.
fn ulps(x: f64, y: f64) -> u64 {
    x.to_bits().abs_diff(y.to_bits())
}

#[test]
fn mul_add_is_fused_on_every_instruction_set() {
    // products that cancel: what is left is the rounding error of the product
    let x: Vec<f64> = (0..700).map(|i| 1.0 + f64::from(i) * 1.23e-9).collect();
    let y: Vec<f64> = x.iter().rev().map(|x| x * 3.7).collect();
    let cancelling: Vec<f64> = x.iter().zip(&y).map(|(x, y)| -(x * y)).collect();
    let other: Vec<f64> = (0..700).map(|i| (f64::from(i) - 350.0) * 0.013).collect();
    for z in [cancelling, other] {
        for isa in Isa::available() {
            let operands = [operand(&x), operand(&y), operand(&z)];
            let results = apply::<f64>(&Op::Ternary(Ternary::MulAdd), &operands, x.len(), isa);
            for i in 0..x.len() {
                let fused = x[i].mul_add(y[i], z[i]);
                assert!(ulps(results[i], fused) <= 1, "{} not {fused} ({isa:?})", results[i]);
            }
        }
    }
}

#[test]
fn mul_add_of_edges() {
    let (x, y) = pairs(&F64_EDGES);
    let z: Vec<f64> = y.iter().copied().cycle().skip(5).take(x.len()).collect();
    let narrow = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<_>>();
    let (x32, y32, z32) = (narrow(&x), narrow(&y), narrow(&z));
    for isa in Isa::available() {
        let operands = [operand(&x), operand(&y), operand(&z)];
        let results = apply::<f64>(&Op::Ternary(Ternary::MulAdd), &operands, x.len(), isa);
        let operands = [operand(&x32), operand(&y32), operand(&z32)];
        let results32 = apply::<f32>(&Op::Ternary(Ternary::MulAdd), &operands, x.len(), isa);
        for i in 0..x.len() {
            let fused = x[i].mul_add(y[i], z[i]);
            let close = results[i].same(fused) || ulps(results[i], fused) <= 1;
            assert!(close, "{} * {} + {} = {} not {fused} ({isa:?})", x[i], y[i], z[i], results[i]);
            let fused = x32[i].mul_add(y32[i], z32[i]);
            let close = results32[i].same(fused) || results32[i].to_bits().abs_diff(fused.to_bits()) <= 1;
            assert!(close, "{} * {} + {} = {} not {fused} ({isa:?})", x32[i], y32[i], z32[i], results32[i]);
        }
    }
}
