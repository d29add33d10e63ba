//! Which parameters a distribution may have.

use chunkwise_core::DType;

use super::{Distribution, Parameter};

impl Distribution {
    /// Whether values of this type can be drawn from it.
    ///
    /// # Errors
    /// What is wrong with the type or with a parameter.
    pub fn check(&self, dtype: DType) -> Result<(), String> {
        use Distribution::*;
        let typed = match self {
            Uniform { .. }
            | Normal { .. }
            | Exponential { .. }
            | Gamma { .. }
            | Beta { .. }
            | StudentT { .. } => dtype.is_float(),
            Integers { .. } => dtype.is_integer(),
            Bernoulli { .. } => dtype.is_bool(),
            Poisson { .. } | Binomial { .. } | Geometric { .. } | Permutation { .. } => dtype == DType::I64,
        };
        if !typed {
            return Err(format!("its values are not {dtype}"));
        }
        match *self {
            Uniform { low, high } => {
                let (low, high) = (low.get(), high.get());
                let (exist, width) = if dtype == DType::F32 {
                    let (low, high) = (low as f32, high as f32);
                    (low < high, f64::from(high - low))
                } else {
                    (low < high, high - low)
                };
                ensure(exist, || format!("there is no {dtype} from {low} up to {high}"))?;
                ensure(width.is_finite(), || format!("the distance from {low} to {high} is not finite"))
            }
            Integers { low, span } => {
                let (least, largest) = limits(dtype);
                let low = if dtype.is_unsigned_integer() { i128::from(low as u64) } else { low.into() };
                ensure(low >= least && low + i128::from(span) <= largest, || {
                    format!("{low} to {} are not all {dtype}", low + i128::from(span))
                })
            }
            Bernoulli { probability } => is_probability(probability),
            Normal { mean, std } => {
                is_finite("mean", mean)?;
                let std = std.get();
                ensure(std >= 0.0 && std.is_finite(), || {
                    format!("the standard deviation is {std}, but must be finite and not negative")
                })
            }
            Exponential { scale } => is_positive("scale", scale),
            Gamma { shape, scale } => {
                is_positive("shape", shape)?;
                is_positive("scale", scale)?;
                made(rand_distr::Gamma::new(shape.get(), scale.get()))
            }
            Beta { alpha, beta } => {
                is_positive("first shape", alpha)?;
                is_positive("second shape", beta)?;
                made(rand_distr::Beta::new(alpha.get(), beta.get()))
            }
            StudentT { freedom } => {
                is_positive("number of degrees of freedom", freedom)?;
                made(rand_distr::StudentT::new(freedom.get()))
            }
            Poisson { rate } => {
                let value = rate.get();
                // Ten standard deviations above it there is still an `i64`.
                ensure((0.0..=9.2e18).contains(&value), || {
                    format!("the rate is {value}, but must be from 0 to 9.2e18")
                })?;
                if value == 0.0 { Ok(()) } else { made(rand_distr::Poisson::new(value)) }
            }
            Binomial { trials, probability } => {
                is_probability(probability)?;
                ensure(i64::try_from(trials).is_ok(), || format!("{trials} trials are more than 2^63 - 1"))?;
                made(rand_distr::Binomial::new(trials, probability.get()))
            }
            Geometric { probability } => {
                is_probability(probability)?;
                ensure(probability.get() > 0.0, || "without a chance there is no success".to_owned())?;
                made(rand_distr::Geometric::new(probability.get()))
            }
            Permutation { len } => {
                ensure(len > 0 && i64::try_from(len).is_ok(), || format!("there are no {len} places"))
            }
        }
    }
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn made<T, E: ToString>(distribution: Result<T, E>) -> Result<(), String> {
    distribution.map(|_| ()).map_err(|e| e.to_string())
}

fn is_finite(what: &str, value: Parameter) -> Result<(), String> {
    let value = value.get();
    ensure(value.is_finite(), || format!("the {what} is {value}, but must be finite"))
}

fn is_positive(what: &str, value: Parameter) -> Result<(), String> {
    let value = value.get();
    ensure(value > 0.0 && value.is_finite(), || {
        format!("the {what} is {value}, but must be finite and more than 0")
    })
}

fn is_probability(value: Parameter) -> Result<(), String> {
    let value = value.get();
    ensure((0.0..=1.0).contains(&value), || format!("the probability is {value}, but must be from 0 to 1"))
}

/// The least and the largest value of an integer type.
fn limits(dtype: DType) -> (i128, i128) {
    let bits = 8 * dtype.size() as u32;
    if dtype.is_unsigned_integer() {
        (0, (1 << bits) - 1)
    } else {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }
}
