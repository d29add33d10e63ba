//! Exponentials, logarithms, hyperbolic functions, roots, powers and the error function.

use crate::elementwise::tests::{F64_EDGES, f32_edges};
use crate::{Binary, Unary};

use super::harness::*;

/// The instruction, its reference, and how near `f32` comes to that.
type Case = (Unary, fn(f64) -> f64, f64);

/// Functions that are evaluated in `f64` round once, but for what the short polynomials leave.
const CASES: [Case; 12] = [
    (Unary::Exp, pxfm::f_exp, 0.99),
    (Unary::Exp2, pxfm::f_exp2, 0.9),
    (Unary::ExpM1, pxfm::f_expm1, 0.501),
    (Unary::Ln, pxfm::f_log, 0.9),
    (Unary::Log2, pxfm::f_log2, 0.501),
    (Unary::Log10, pxfm::f_log10, 0.501),
    (Unary::Log1p, pxfm::f_log1p, 0.501),
    (Unary::Sinh, sinh, 0.501),
    (Unary::Cosh, pxfm::f_cosh, 0.501),
    (Unary::Tanh, pxfm::f_tanh, 0.501),
    (Unary::Cbrt, pxfm::f_cbrt, 0.501),
    (Unary::Erf, pxfm::f_erf, 0.53),
];

/// `pxfm`'s loses the sign of zero.
fn sinh(x: f64) -> f64 {
    if x == 0.0 { x } else { pxfm::f_sinh(x) }
}

/// `pxfm`'s has NaN for `1^NaN`, and for the largest bases, for which the standard library's must do.
fn pow(x: f64, y: f64) -> f64 {
    if x == 1.0 || y == 0.0 || x.abs() > 1e308 { x.powf(y) } else { pxfm::f_pow(x, y) }
}

/// Twice the digits until the last step; `pxfm`'s is not correctly rounded.
fn hypot(x: f64, y: f64) -> f64 {
    if x.is_infinite() || y.is_infinite() || x.is_nan() || y.is_nan() {
        return x.hypot(y);
    }
    let (x, y) = (x.abs().max(y.abs()), x.abs().min(y.abs()));
    if x == 0.0 {
        return x;
    }
    let exponent = ((x.to_bits() >> 52) as i32 - 1023).max(-1022);
    let power = |n: i32| 2.0_f64.powi(n / 2) * 2.0_f64.powi(n - n / 2);
    let (a, b) = (x * power(-exponent), y * power(-exponent));
    let (high, low) = (a * a, a.mul_add(a, -(a * a)));
    let sum = high + b * b;
    let low = (high - sum) + b * b + (low + b.mul_add(b, -(b * b)));
    let root = sum.sqrt();
    let rest = (root.mul_add(-root, sum) + low) / (2.0 * root);
    (root + rest) * power(exponent)
}

#[test]
fn edges() {
    for (op, reference, limit) in CASES {
        assert_within(op, reference, limit, f32_edges());
        assert_within(op, reference, 1.0, F64_EDGES);
    }
    for (op, reference) in [(Binary::Pow, pow as fn(f64, f64) -> f64), (Binary::Hypot, hypot)] {
        let edges = f32_edges();
        let pairs = edges.iter().flat_map(|&x| edges.iter().map(move |&y| (x, y)));
        assert_within2(op, reference, 0.8, pairs);
        let more =
            [3.0, -3.0, 1e12, 1e13 + 1.0, -1023.5, 1024.0, 9_007_199_254_740_991.0, 1.0 - f64::EPSILON];
        let edges: Vec<f64> = F64_EDGES.into_iter().chain(more).collect();
        let pairs = edges.iter().flat_map(|&x| edges.iter().map(move |&y| (x, y)));
        assert_within2(op, reference, 1.0, pairs);
    }
}

#[test]
fn f32_of_every_magnitude() {
    for (op, reference, limit) in CASES {
        assert_within(op, reference, limit, every_nth_f32(9973));
    }
}

/// Two to five minutes each on one core: `cargo test --release -p chunkwise-kernels every_f32 -- --ignored`.
macro_rules! every_f32 {
    ($($name:ident: $i:literal)*) => {$(
        #[test]
        #[ignore = "takes minutes"]
        fn $name() {
            let (op, reference, limit) = CASES[$i];
            assert_within_for_every_f32(op, reference, limit);
        }
    )*};
}

mod every_f32 {
    use super::*;

    every_f32! {
        exp: 0 exp2: 1 exp_m1: 2 ln: 3 log2: 4 log10: 5 ln_1p: 6 sinh: 7 cosh: 8 tanh: 9 cbrt: 10 erf: 11
    }
}

#[test]
fn f64_of_every_magnitude() {
    for (op, reference, _) in CASES {
        assert_within(op, reference, 1.0, spread_f64(50_000));
    }
}

#[test]
fn f64_where_results_are_neither_zero_nor_infinite() {
    for (op, reference, _) in CASES {
        assert_within(op, reference, 1.0, between(-1.5, 3.0, 50_000));
        assert_within(op, reference, 1.0, between(-750.0, 720.0, 50_000));
        // on both sides of 1, nearer and nearer
        let near_one =
            (0..2000).map(|i| 1.0 + 0.5 * 0.98_f64.powi(i / 2) * if i % 2 == 0 { 1.0 } else { -1.0 });
        assert_within(op, reference, 1.0, near_one);
    }
}

/// Numbers with irregular digits from 0 to 1.
fn scattered(i: u64) -> f64 {
    let mixed = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / 9_007_199_254_740_992.0
}

#[test]
fn powers_of_every_size() {
    let arguments = |top: f64| {
        (0..60_000_u64).map(move |i| {
            // a base from 2^-top to 2^top or near 1, and an exponent that makes the power anything from zero to infinity
            let wide = (scattered(3 * i) * 2.0 - 1.0) * top;
            let base = if i % 2 == 0 { wide.exp2() } else { 0.5 + scattered(3 * i) };
            (base, (scattered(3 * i + 1) * 2.0 - 1.0) * 1.08 * top / base.log2())
        })
    };
    assert_within2(Binary::Pow, pow, 1.0, arguments(1000.0));
    assert_within2(Binary::Pow, pow, 0.8, arguments(126.0).map(|(x, y)| (x as f32, y as f32)));
    // negative bases, and powers that are whole numbers
    let whole =
        (0..20_000_u64).map(|i| (scattered(i) * 20.0 - 10.0, (scattered(i + 70_000) * 30.0 - 15.0).round()));
    assert_within2(Binary::Pow, pow, 1.0, whole.clone());
    assert_within2(Binary::Pow, pow, 0.8, whole.map(|(x, y)| (x as f32, y as f32)));
}

#[test]
fn hypotenuses_of_every_size() {
    let arguments = |top: f64| {
        (0..60_000_u64).map(move |i| {
            let x = ((scattered(3 * i) * 2.0 - 1.0) * top).exp2() * (1.0 + scattered(3 * i + 2));
            (x, x * ((scattered(3 * i + 1) * 2.0 - 1.0) * 30.0).exp2())
        })
    };
    assert_within2(Binary::Hypot, hypot, 1.0, arguments(1040.0));
    assert_within2(Binary::Hypot, hypot, 0.501, arguments(130.0).map(|(x, y)| (x as f32, y as f32)));
}

#[test]
fn results_do_not_depend_on_tiles() {
    for (op, ..) in CASES {
        assert_same_in_any_tile::<f32>(op);
        assert_same_in_any_tile::<f64>(op);
    }
}
