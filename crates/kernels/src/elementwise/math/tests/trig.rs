//! Sine, cosine, tangent and their inverses.

use std::f64::consts::FRAC_PI_2;

use super::*;
use crate::Binary;
use crate::elementwise::tests::{F64_EDGES, f32_edges};

/// A function of the table: the instruction, the reference, and where it is most used.
type Row = (Unary, fn(f64) -> f64, f64);

const TABLE: [Row; 6] = [
    (Unary::Sin, pxfm::f_sin, 30.0),
    (Unary::Cos, pxfm::f_cos, 30.0),
    (Unary::Tan, pxfm::f_tan, 30.0),
    (Unary::Asin, pxfm::f_asin, 1.0),
    (Unary::Acos, pxfm::f_acos, 1.0),
    (Unary::Atan, pxfm::f_atan, 5.0),
];

/// For `f32`, of which the platform's functions of large angles take the most (glibc 0.56).
const LIMIT_F32: f64 = 0.6;

/// The numbers next to multiples of pi/2, most of them in the range of the vector loop.
fn near_quarter_turns() -> impl Iterator<Item = f64> {
    let multiples = (1..1_100_000).step_by(37).map(|k| f64::from(k) * FRAC_PI_2);
    // the `f64` below 10^6 that is nearest to one
    let nearest = 29.0 * FRAC_PI_2;
    multiples.chain([nearest]).flat_map(|x: f64| {
        (-2_i64..=2).flat_map(move |away| {
            let x = f64::from_bits(x.to_bits().wrapping_add_signed(away));
            [x, -x]
        })
    })
}

#[test]
fn f32_within_one_ulp() {
    for (op, reference, _) in TABLE {
        assert_within(op, reference, LIMIT_F32, every_nth_f32(1999));
    }
}

#[test]
#[ignore = "minutes"]
fn every_f32_within_one_ulp() {
    for (op, reference, _) in TABLE {
        assert_within_for_every_f32(op, reference, LIMIT_F32);
    }
}

#[test]
fn f64_within_one_ulp() {
    for (op, reference, range) in TABLE {
        assert_within(op, reference, 1.0, spread_f64(200_000));
        assert_within(op, reference, 1.0, between(-range, range, 400_000));
        assert_within(op, reference, 1.0, near_quarter_turns());
        // large angles, the one that is nearest to a multiple of pi/2 among them
        let nearest = 6_381_956_970_095_103.0 * 2.0_f64.powi(797);
        assert_within(op, reference, 1.0, [nearest, -nearest]);
        assert_within(op, reference, 1.0, between(-1e10, 1e10, 100_000));
        // both sides of the bound of the vector loop
        assert_within(op, reference, 1.0, between(1.59e6, 1.61e6, 10_000));
    }
}

#[test]
fn edges() {
    for (op, reference, _) in TABLE {
        assert_within(op, reference, 1.0, F64_EDGES);
        assert_within(op, reference, LIMIT_F32, f32_edges());
    }
    let pairs = |len: usize| (0..len * len).map(move |i| (i / len, i % len));
    let (wide, narrow) = (F64_EDGES, f32_edges());
    assert_within2(Binary::Atan2, atan2, 1.0, pairs(wide.len()).map(|(i, j)| (wide[i], wide[j])));
    assert_within2(Binary::Atan2, atan2, LIMIT_F32, pairs(narrow.len()).map(|(i, j)| (narrow[i], narrow[j])));
}

#[test]
fn next_to_where_formulas_change() {
    let eighth = std::f64::consts::SQRT_2 - 1.0;
    let ends = [0.0, 0.5, 1.0, eighth, 1.0 / eighth, 1e20, 1.6e6, FRAC_PI_2 / 2.0];
    let next = ends.into_iter().flat_map(|x: f64| {
        (-50_i64..=50).flat_map(move |away| {
            let x = f64::from_bits(x.to_bits().wrapping_add_signed(away));
            [x, -x]
        })
    });
    let tiny = (0..2000).map(|k| f64::from_bits(k * 9_973_000_111) * 1e-300);
    let arguments: Vec<f64> = next.chain(tiny).collect();
    for (op, reference, _) in TABLE {
        assert_within(op, reference, 1.0, arguments.iter().copied());
        let narrow = arguments.iter().map(|&x| x as f32);
        assert_within(op, reference, LIMIT_F32, narrow);
    }
}

/// The reference for quotients; where the angle is below the normal numbers, it is the quotient.
fn atan2(y: f64, x: f64) -> f64 {
    let quotient = y / x;
    if x > 0.0 && quotient.abs() < 1e-290 { quotient } else { pxfm::f_atan2(y, x) }
}

#[test]
fn angles_of_points_within_one_ulp() {
    let special = [0.0, 1.0, 3.0, 1e-320, 1e-150, 1e-40, 1e30, 1e200, f64::MAX, f64::INFINITY, f64::NAN];
    let special: Vec<f64> = special.into_iter().flat_map(|x| [x, -x]).collect();
    let pairs = special.iter().flat_map(|&y| special.iter().map(move |&x| (y, x)));
    assert_within2(Binary::Atan2, atan2, 1.0, pairs.clone());
    assert_within2(Binary::Atan2, atan2, LIMIT_F32, pairs.map(|(y, x)| (y as f32, x as f32)));

    let around = (0..400_000_u32).map(|i| {
        let (sine, cosine) = (f64::from(i) * 1.570_8e-5).sin_cos();
        let radius = 2.0_f64.powi((i % 37) as i32 - 18);
        (radius * sine, radius * cosine)
    });
    assert_within2(Binary::Atan2, atan2, 1.0, around.clone());
    assert_within2(Binary::Atan2, atan2, LIMIT_F32, around.map(|(y, x)| (y as f32, x as f32)));

    let spread = || spread_f64(100_000);
    let turned = spread().map(|x| f64::from_bits(x.to_bits().rotate_left(29)));
    assert_within2(Binary::Atan2, atan2, 1.0, spread().zip(turned));
    let narrow = every_nth_f32(9973).map(|y| (y, f32::from_bits(y.to_bits().rotate_left(13))));
    assert_within2(Binary::Atan2, atan2, LIMIT_F32, narrow);
}
