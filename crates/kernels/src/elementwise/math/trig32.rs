//! Sine, cosine and tangent of `f32`.
//!
//! They are computed in `f64`, where short polynomials are enough and nothing has to be kept apart. That takes twice
//! as many vectors, and still fewer instructions than compensated arithmetic in `f32`.

use super::reduce_pi::{SHIFT, is_common32, less_half_turns};
use super::trig::{Cos, Sin, Tan, flip, large_tangent};
use super::{Function, fma, horner};
use crate::isa::Level;

/// The sine of an angle up to pi/2 from zero; what the polynomial leaves of it is 2^-35 of it.
#[inline(always)]
fn half_wave<L: Level>(r: f64) -> f64 {
    let z = r * r;
    let p = horner!(
        L,
        z,
        -0.166_666_666_249_067_98,
        0.008_333_331_069_178_461,
        -0.000_198_408_640_223_196_8,
        2.752_520_185_064_793_5e-6,
        -2.388_609_579_906_425_4e-8
    );
    fma::<L, _>(r * z, p, r)
}

/// `x` with the sign changed where the uppermost of the bits of `other` is set.
#[inline(always)]
fn flip32(x: f32, other: f32) -> f32 {
    f32::from_bits(x.to_bits() ^ (other.to_bits() & (1 << 31)))
}

impl Function<f32> for Sin {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let angle = f64::from(x.abs());
        let shifted = fma::<L, _>(angle, std::f64::consts::FRAC_1_PI, SHIFT);
        let r = less_half_turns::<L>(angle, shifted - SHIFT);
        flip32(flip(half_wave::<L>(r), shifted.to_bits() << 63) as f32, x)
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        is_common32(x)
    }

    fn rare(x: f32) -> f32 {
        x.sin()
    }
}

impl Function<f32> for Cos {
    /// The sine of the angle less an odd number of quarter turns.
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let angle = f64::from(x.abs());
        let shifted = fma::<L, _>(angle, std::f64::consts::FRAC_1_PI, -0.5) + SHIFT;
        let r = less_half_turns::<L>(angle, (shifted - SHIFT) + 0.5);
        flip(half_wave::<L>(r), !shifted.to_bits() << 63) as f32
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        is_common32(x)
    }

    fn rare(x: f32) -> f32 {
        x.cos()
    }
}

impl Function<f32> for Tan {
    /// The quotient of sine and cosine or the negative reverse, of an angle up to pi/4 from zero.
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let angle = f64::from(x.abs());
        let shifted = fma::<L, _>(angle, std::f64::consts::FRAC_2_PI, SHIFT);
        let turns = shifted.to_bits();
        let r = less_half_turns::<L>(angle, 0.5 * (shifted - SHIFT));
        let z = r * r;
        // What they leave of the sine is 2^-27.9 of it, of the cosine 2^-32.9.
        let sine =
            horner!(L, z, -0.166_666_543_393_296_6, 0.008_332_148_255_850_448, -0.000_195_139_324_967_794_72);
        let sine = fma::<L, _>(r * z, sine, r);
        let cosine = horner!(
            L,
            z,
            1.0,
            -0.5,
            0.041_666_645_038_972_15,
            -0.001_388_729_007_247_693_1,
            2.443_057_443_270_622_5e-5
        );
        let odd = turns & 1 != 0;
        let quotient = (if odd { cosine } else { sine }) / (if odd { sine } else { cosine });
        flip32(flip(quotient, turns << 63) as f32, x)
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        is_common32(x)
    }

    /// The platform's function errs by more than a unit there.
    fn rare(x: f32) -> f32 {
        large_tangent(x.into()) as f32
    }
}
