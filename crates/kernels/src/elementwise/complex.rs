//! Functions of complex numbers.
//!
//! The inverse functions follow W. Kahan, "Branch cuts for complex elementary functions, or much ado about
//! nothing's sign bit" (1987): nothing cancels, and the sign of a zero tells the side of a branch cut.

use chunkwise_core::{Complex, DType, dispatch};
use num_traits::{Float, FloatConst};

use super::hyperbolic;
use super::map::scalar1;
use crate::Unary;
use crate::isa::{Code, Isa};

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    dispatch!(dtype, ComplexNumber, T => match op {
        Sqrt => scalar1(isa, |z: T| sqrt(z)),
        Exp => scalar1(isa, |z: T| z.exp()),
        Ln => scalar1(isa, |z: T| ln(z)),
        Log2 => scalar1(isa, |z: T| ln(z).unscale(FloatConst::LN_2())),
        Log10 => scalar1(isa, |z: T| ln(z).unscale(FloatConst::LN_10())),
        Sin => scalar1(isa, |z: T| turned(sinh, z)),
        Cos => scalar1(isa, |z: T| cosh(turn(z))),
        Tan => scalar1(isa, |z: T| turned(tanh, z)),
        Asin => scalar1(isa, |z: T| asin(z)),
        Acos => scalar1(isa, |z: T| acos(z)),
        Atan => scalar1(isa, |z: T| turned(atanh, z)),
        Sinh => scalar1(isa, |z: T| sinh(z)),
        Cosh => scalar1(isa, |z: T| cosh(z)),
        Tanh => scalar1(isa, |z: T| tanh(z)),
        Asinh => scalar1(isa, |z: T| turned(asin, z)),
        Acosh => scalar1(isa, |z: T| acosh(z)),
        Atanh => scalar1(isa, |z: T| atanh(z)),
        _ => None,
    }, else None)
}

/// The quotient, by Smith's method (1962): no overflow on the way. Division by zero is that of both parts.
#[inline(always)]
pub(super) fn divide<F: Float>(x: Complex<F>, y: Complex<F>) -> Complex<F> {
    let (re, im) = (y.re.abs(), y.im.abs());
    let wide = re >= im;
    let (larger, smaller) = if wide { (y.re, y.im) } else { (y.im, y.re) };
    let ratio = smaller / larger;
    let scale = (larger + smaller * ratio).recip();
    let quotient = if wide {
        Complex::new((x.re + x.im * ratio) * scale, (x.im - x.re * ratio) * scale)
    } else {
        Complex::new((x.re * ratio + x.im) * scale, (x.im * ratio - x.re) * scale)
    };
    if (re == F::zero()) & (im == F::zero()) { Complex::new(x.re / re, x.im / re) } else { quotient }
}

/// `1 / z`, as in [`divide`]; that of zero is NaN.
#[inline(always)]
pub(super) fn recip<F: Float>(z: Complex<F>) -> Complex<F> {
    let wide = z.re.abs() >= z.im.abs();
    let (larger, smaller) = if wide { (z.re, z.im) } else { (z.im, z.re) };
    let ratio = smaller / larger;
    let scale = (larger + smaller * ratio).recip();
    if wide { Complex::new(scale, -ratio * scale) } else { Complex::new(ratio * scale, -scale) }
}

/// `z / |z|`, NumPy's sign: 0 for 0, the direction along an axis for an infinite part, NaN for two of them.
pub(super) fn sign<F: Float>(z: Complex<F>) -> Complex<F> {
    let norm = z.norm();
    if norm == F::zero() {
        Complex::new(F::zero(), F::zero())
    } else if norm.is_finite() || z.re.is_nan() || z.im.is_nan() {
        z.unscale(norm)
    } else {
        match (z.re.is_infinite(), z.im.is_infinite()) {
            (true, true) => Complex::new(F::nan(), F::nan()),
            (true, false) => Complex::new(z.re.signum(), F::zero()),
            (false, true) => Complex::new(F::zero(), z.im.signum()),
            // finite parts whose norm overflows
            (false, false) => sign(z.unscale(F::one() + F::one())),
        }
    }
}

/// `x` to the power of `y`; whole exponents up to 100 by multiplication, as NumPy.
pub(super) fn power<F: Float>(x: Complex<F>, y: Complex<F>) -> Complex<F> {
    let zero = Complex::new(F::zero(), F::zero());
    if y == zero {
        return Complex::new(F::one(), F::zero());
    }
    if x == zero {
        return if y.re > F::zero() { zero } else { Complex::new(F::nan(), F::nan()) };
    }
    let whole = y.re.to_i32().filter(|n| n.unsigned_abs() < 100 && F::from(*n) == Some(y.re));
    match whole.filter(|_| y.im == F::zero()) {
        Some(n) => {
            let power = x.powu(n.unsigned_abs());
            if n < 0 { recip(power) } else { power }
        }
        None => (y * x.ln()).exp(),
    }
}

/// `i z`.
fn turn<F: Float>(z: Complex<F>) -> Complex<F> {
    Complex::new(-z.im, z.re)
}

/// `-i f(i z)`: the circular function that belongs to a hyperbolic one, and the other way round.
fn turned<F: Float>(f: impl Fn(Complex<F>) -> Complex<F>, z: Complex<F>) -> Complex<F> {
    let w = f(turn(z));
    Complex::new(w.im, -w.re)
}

fn half<F: Float>() -> F {
    (F::one() + F::one()).recip()
}

fn sqrt<F: Float>(z: Complex<F>) -> Complex<F> {
    let Complex { re, im } = z;
    if im.is_infinite() {
        return Complex::new(im.abs(), im);
    }
    if re.is_infinite() && !im.is_nan() {
        let zero = F::zero();
        return if re > zero {
            Complex::new(re, zero.copysign(im))
        } else {
            Complex::new(zero, re.copysign(im))
        };
    }
    if re == F::zero() && im == F::zero() {
        return Complex::new(F::zero(), im);
    }
    let norm = z.norm();
    if norm.is_infinite() {
        // finite parts whose norm overflows
        return sqrt(z.scale(half::<F>() * half())).unscale(half());
    }
    let larger = ((re.abs() + norm) * half()).sqrt();
    let smaller = im.abs() / larger * half();
    if re >= F::zero() {
        Complex::new(larger, smaller.copysign(im))
    } else {
        Complex::new(smaller, larger.copysign(im))
    }
}

fn ln<F: Float + FloatConst>(z: Complex<F>) -> Complex<F> {
    let (x, y) = (z.re.abs().max(z.im.abs()), z.re.abs().min(z.im.abs()));
    let norm = z.norm();
    let re = if norm.is_infinite() && x.is_finite() {
        z.scale(half()).norm().ln() + F::LN_2()
    } else if norm > half() && norm < F::one() + F::one() {
        // the logarithm is small: do not round its argument to the distance of values around 1
        ((x - F::one()) * (x + F::one()) + y * y).ln_1p() * half()
    } else {
        norm.ln()
    };
    Complex::new(re, z.arg())
}

/// The product, in which an exact zero wins against infinity.
fn product<F: Float>(zero: F, x: F) -> F {
    if zero == F::zero() { zero * x.signum() } else { zero * x }
}

fn sinh<F: Float>(z: Complex<F>) -> Complex<F> {
    let (sin, cos) = z.im.sin_cos();
    Complex::new(product(cos, z.re.sinh()), product(sin, z.re.cosh()))
}

fn cosh<F: Float>(z: Complex<F>) -> Complex<F> {
    let (sin, cos) = z.im.sin_cos();
    Complex::new(product(cos, z.re.cosh()), product(sin, z.re.sinh()))
}

fn tanh<F: Float>(z: Complex<F>) -> Complex<F> {
    let sinh = z.re.sinh();
    let cosh = z.re.cosh();
    if sinh.abs() > F::epsilon().recip() {
        // the square of the hyperbolic sine is on the way to overflow, the imaginary part to zero
        let (sin, cos) = z.im.sin_cos();
        let im = if cosh.is_finite() { sin * cos / cosh / cosh } else { F::zero().copysign(sin * cos) };
        return Complex::new(F::one().copysign(z.re), im);
    }
    let tan = z.im.tan();
    let steep = F::one() + tan * tan;
    let denominator = F::one() + steep * sinh * sinh;
    Complex::new(steep * cosh * sinh, tan).unscale(denominator)
}

/// The roots of `1 - z` and `1 + z`, with the signs of zeros that complex subtraction would lose.
fn roots<F: Float>(z: Complex<F>) -> (Complex<F>, Complex<F>) {
    (sqrt(Complex::new(F::one() - z.re, -z.im)), sqrt(Complex::new(F::one() + z.re, z.im)))
}

fn asin<F: Float + FloatConst>(z: Complex<F>) -> Complex<F> {
    let (minus, plus) = roots(z);
    Complex::new(z.re.atan2((minus * plus).re), hyperbolic::asinh(minus.re * plus.im - minus.im * plus.re))
}

fn acos<F: Float + FloatConst>(z: Complex<F>) -> Complex<F> {
    let (minus, plus) = roots(z);
    Complex::new(minus.re.atan2(plus.re) / half(), hyperbolic::asinh(plus.re * minus.im - plus.im * minus.re))
}

fn acosh<F: Float + FloatConst>(z: Complex<F>) -> Complex<F> {
    let minus = sqrt(Complex::new(z.re - F::one(), z.im));
    let plus = sqrt(Complex::new(z.re + F::one(), z.im));
    Complex::new(hyperbolic::asinh(minus.re * plus.re + minus.im * plus.im), minus.im.atan2(plus.re) / half())
}

fn atanh<F: Float>(z: Complex<F>) -> Complex<F> {
    let (x, y) = (z.re.abs(), z.im);
    let four = half::<F>().powi(-2);
    let distance = (F::one() - x).powi(2) + y * y;
    let re = (four * x / distance).ln_1p() / four;
    let im = (y + y).atan2((F::one() - x) * (F::one() + x) - y * y) * half();
    Complex::new(re.copysign(z.re), im)
}
