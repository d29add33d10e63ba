//! When two elements are the same, or near enough.

use chunkwise_core::{Complex, DType, Scalar, dispatch};

/// How near a computed element has to be to the expected one. NaN matches any NaN; integers and bool have to be
/// equal under every tolerance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// The same bits.
    Exact,
    /// The same value: zeros match whatever their sign.
    Value,
    /// Within `ulps` units in the last place of the expected value or of `scale`, whichever is larger.
    Near {
        /// Units in the last place.
        ulps: f64,
        /// What rounding errors are relative to, where it is larger than the value.
        scale: f64,
    },
}

impl Tolerance {
    /// Within this many units in the last place.
    pub fn ulps(ulps: f64) -> Self {
        Tolerance::Near { ulps, scale: 0.0 }
    }

    /// Whether `computed` is near enough to `expected`. Elements of different types never are.
    pub fn accepts(self, computed: Scalar, expected: Scalar) -> bool {
        if computed.dtype() != expected.dtype() {
            return false;
        }
        match expected.dtype() {
            DType::F32 => self.float(get::<f32>(computed).into(), get::<f32>(expected).into(), F32),
            DType::F64 => self.float(get(computed), get(expected), F64),
            DType::C32 => self.complex(widen(get(computed)), widen(get(expected)), F32),
            DType::C64 => self.complex(get(computed), get(expected), F64),
            other => dispatch!(other, Element, T => get::<T>(computed) == get::<T>(expected)),
        }
    }

    fn float(self, computed: f64, expected: f64, format: Format) -> bool {
        if computed.is_nan() || expected.is_nan() {
            return computed.is_nan() && expected.is_nan();
        }
        match self {
            Tolerance::Exact => computed.to_bits() == expected.to_bits(),
            Tolerance::Value => computed == expected,
            // Nothing is near to an infinity.
            Tolerance::Near { .. } if computed.is_infinite() || expected.is_infinite() => {
                computed == expected
            }
            Tolerance::Near { ulps, scale } => {
                (computed - expected).abs() <= format.allowance(ulps, expected.abs().max(scale))
            }
        }
    }

    fn complex(self, computed: Complex<f64>, expected: Complex<f64>, format: Format) -> bool {
        match self {
            // What infinities and NaN do to the other part differs between formulas that are equally right.
            Tolerance::Near { .. } if !expected.is_finite() => !computed.is_finite(),
            Tolerance::Near { ulps, scale } => {
                (computed - expected).norm() <= format.allowance(ulps, expected.norm().max(scale))
            }
            part => {
                part.float(computed.re, expected.re, format) && part.float(computed.im, expected.im, format)
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Format {
    epsilon: f64,
    smallest: f64,
}

const F32: Format = Format { epsilon: f32::EPSILON as f64, smallest: f32::MIN_POSITIVE as f64 };
const F64: Format = Format { epsilon: f64::EPSILON, smallest: f64::MIN_POSITIVE };

impl Format {
    fn allowance(self, ulps: f64, magnitude: f64) -> f64 {
        // Below the smallest normal number the unit in the last place stays what it is there.
        ulps * self.epsilon * magnitude.max(self.smallest)
    }
}

fn get<A: chunkwise_core::Element>(scalar: Scalar) -> A {
    scalar.get().expect("asked for by its own dtype")
}

fn widen(z: Complex<f32>) -> Complex<f64> {
    Complex::new(z.re.into(), z.im.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<A: chunkwise_core::Element>(tolerance: Tolerance, a: A, b: A) -> bool {
        tolerance.accepts(Scalar::new(a), Scalar::new(b))
    }

    #[test]
    fn bits_values_and_units() {
        let next = 1.0 + f64::EPSILON;
        assert!(accepts(Tolerance::Exact, f64::NAN, -f64::NAN));
        assert!(!accepts(Tolerance::Exact, 0.0, -0.0) && accepts(Tolerance::Value, 0.0, -0.0));
        assert!(!accepts(Tolerance::Value, next, 1.0) && accepts(Tolerance::ulps(1.0), next, 1.0));
        assert!(!accepts(Tolerance::ulps(1.0), next + f64::EPSILON, 1.0));
        assert!(
            !accepts(Tolerance::ulps(1e30), f64::NAN, 1.0)
                && !accepts(Tolerance::ulps(9.0), 1.0, f64::INFINITY)
        );
        assert!(accepts(Tolerance::Near { ulps: 1.0, scale: 1e3 }, 1.0 + 1e-13, 1.0));
        assert!(accepts(Tolerance::ulps(1.0), 1.0 + f32::EPSILON, 1.0));
        assert!(!accepts(Tolerance::ulps(1e30), 1, 2), "integers are exact");
        assert!(!Tolerance::ulps(1e30).accepts(Scalar::new(1u8), Scalar::new(1i8)), "types differ");
    }

    #[test]
    fn complex_numbers_are_measured_by_their_modulus() {
        let z = Complex::new(1e16, 1.0);
        assert!(accepts(Tolerance::ulps(1.0), z, Complex::new(1e16, 0.0)));
        assert!(!accepts(Tolerance::Exact, z, Complex::new(1e16, 0.0)));
        assert!(accepts(Tolerance::ulps(1.0), Complex::new(f64::NAN, 0.0), Complex::new(0.0, f64::INFINITY)));
        assert!(!accepts(Tolerance::ulps(1.0), z, Complex::new(f64::NAN, 0.0)));
    }
}
