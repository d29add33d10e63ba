//! Functions that the standard library and num-complex do not have as good as a reference should be: complex ones
//! with the branch cuts of C and NumPy, which tell zeros of different sign apart (Kahan, "Branch cuts for complex
//! elementary functions", 1987), and real ones without overflow and cancellation.

use std::f64::consts::LN_2;

use chunkwise_core::Complex;

type Z = Complex<f64>;

/// The square root with a real part of at least zero.
pub(in crate::ops) fn sqrt(z: Z) -> Z {
    let t = ((z.re.abs() + z.re.hypot(z.im)) / 2.0).sqrt();
    if t == 0.0 {
        Z::new(0.0, z.im)
    } else if z.re >= 0.0 {
        Z::new(t, z.im / (2.0 * t))
    } else {
        Z::new(z.im.abs() / (2.0 * t), t.copysign(z.im))
    }
}

// Not `1.0 - z`: the difference of a real and a complex number loses the sign of an imaginary zero.
fn one_minus(z: Z) -> Z {
    Z::new(1.0 - z.re, -z.im)
}

fn one_plus(z: Z) -> Z {
    Z::new(1.0 + z.re, z.im)
}

/// `conj(a) * b`, the imaginary part.
fn cross(a: Z, b: Z) -> f64 {
    a.re * b.im - a.im * b.re
}

/// `a * b`, the real part.
fn product_re(a: Z, b: Z) -> f64 {
    a.re * b.re - a.im * b.im
}

/// The inverse of `sin`; cuts beyond -1 and 1 on the real axis.
pub(in crate::ops) fn asin(z: Z) -> Z {
    let (minus, plus) = (sqrt(one_minus(z)), sqrt(one_plus(z)));
    Z::new(z.re.atan2(product_re(minus, plus)), real_asinh(cross(minus, plus)))
}

/// The inverse of `cos`; cuts beyond -1 and 1 on the real axis.
pub(in crate::ops) fn acos(z: Z) -> Z {
    let (minus, plus) = (sqrt(one_minus(z)), sqrt(one_plus(z)));
    Z::new(2.0 * minus.re.atan2(plus.re), real_asinh(cross(plus, minus)))
}

/// The inverse of `sinh` of a real number; the standard library's overflows for large ones.
pub(in crate::ops) fn real_asinh(x: f64) -> f64 {
    if x.abs() > 1e150 { (x.abs().ln() + LN_2).copysign(x) } else { x.asinh() }
}

/// The inverse of `cosh` of a real number, NaN below 1; the standard library's overflows for large ones.
pub(in crate::ops) fn real_acosh(x: f64) -> f64 {
    if x > 1e150 { x.ln() + LN_2 } else { x.acosh() }
}

/// The inverse of `cosh`; cut below 1 on the real axis.
pub(in crate::ops) fn acosh(z: Z) -> Z {
    let (minus, plus) = (sqrt(Z::new(z.re - 1.0, z.im)), sqrt(one_plus(z)));
    let re = minus.re * plus.re + minus.im * plus.im;
    Z::new(real_asinh(re), 2.0 * minus.im.atan2(plus.re))
}

/// The inverse of `sinh`; cuts beyond -i and i on the imaginary axis.
pub(in crate::ops) fn asinh(z: Z) -> Z {
    over_i(asin(times_i(z)))
}

/// The inverse of `tanh` of a real number; the standard library's loses digits next to -1.
pub(in crate::ops) fn real_atanh(x: f64) -> f64 {
    if x == 0.0 { x } else { (x.ln_1p() - (-x).ln_1p()) / 2.0 }
}

/// The error function, by its series below 1 and by the continued fraction of the complement above (Abramowitz and
/// Stegun, 7.1.5 and 7.1.14).
pub(in crate::ops) fn real_erf(x: f64) -> f64 {
    let a = x.abs();
    if x == 0.0 || x.is_nan() {
        return x;
    }
    if a < 1.0 {
        let term = |rest, n| (1.0 / f64::from(2 * n + 1) + rest) * (-a * a / f64::from(n));
        return std::f64::consts::FRAC_2_SQRT_PI * (x + x * (1..30).rev().fold(0.0, term));
    }
    if a > 6.0 {
        return 1.0_f64.copysign(x);
    }
    // the square of the first half of the digits is exact
    let high = f64::from(a as f32);
    let exp = (-high * high).exp() * (-(a - high) * (a + high)).exp();
    let below = (1..=300).rev().fold(a, |below, n| a + f64::from(n) / 2.0 / below);
    (1.0 - exp / (below * std::f64::consts::PI.sqrt())).copysign(x)
}

/// The inverse of `tanh`; cuts beyond -1 and 1 on the real axis.
pub(in crate::ops) fn atanh(z: Z) -> Z {
    let x = z.re.abs();
    let below = (1.0 - x) * (1.0 - x) + z.im * z.im;
    let re = (4.0 * x / below).ln_1p() / 4.0;
    Z::new(re.copysign(z.re), (2.0 * z.im).atan2((1.0 - x) * (1.0 + x) - z.im * z.im) / 2.0)
}

/// The inverse of `tan`; cuts beyond -i and i on the imaginary axis.
pub(in crate::ops) fn atan(z: Z) -> Z {
    over_i(atanh(times_i(z)))
}

/// `tanh` by Kahan's formula, which stays accurate next to the poles.
pub(in crate::ops) fn tanh(z: Z) -> Z {
    let (t, s) = (z.im.tan(), z.re.sinh());
    let b = 1.0 + t * t;
    let below = 1.0 + b * s * s;
    Z::new(b * (1.0 + s * s).sqrt() * s / below, t / below)
}

/// `tan`, by way of `tanh`.
pub(in crate::ops) fn tan(z: Z) -> Z {
    over_i(tanh(times_i(z)))
}

fn times_i(z: Z) -> Z {
    Z::new(-z.im, z.re)
}

fn over_i(z: Z) -> Z {
    Z::new(z.im, -z.re)
}
