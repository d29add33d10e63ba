//! What is drawn: distributions as data.

use chunkwise_core::DType;
use serde::{Deserialize, Serialize};

/// A parameter of a distribution, compared by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameter(u64);

impl Parameter {
    /// The parameter of this value.
    pub const fn new(value: f64) -> Self {
        Parameter(value.to_bits())
    }

    /// Its value.
    pub const fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// A distribution with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Distribution {
    /// Floats from `low` up to `high`, exclusive.
    Uniform {
        /// The least value.
        low: Parameter,
        /// The first value that is too large.
        high: Parameter,
    },
    /// The integers `low`, `low + 1`, .. `low + span` of any type, all of them as likely.
    Integers {
        /// The least value; of unsigned types its bits.
        low: i64,
        /// The largest value less the least.
        span: u64,
    },
    /// `true` with this probability, which is a number of 2^-53.
    Bernoulli {
        /// The probability.
        probability: Parameter,
    },
    /// Normal floats.
    Normal {
        /// The mean.
        mean: Parameter,
        /// The standard deviation.
        std: Parameter,
    },
    /// Exponential floats.
    Exponential {
        /// The mean, inverse of the rate.
        scale: Parameter,
    },
    /// Gamma floats.
    Gamma {
        /// The shape.
        shape: Parameter,
        /// The scale, inverse of the rate.
        scale: Parameter,
    },
    /// Beta floats.
    Beta {
        /// The first shape.
        alpha: Parameter,
        /// The second shape.
        beta: Parameter,
    },
    /// Student's t, floats.
    StudentT {
        /// The degrees of freedom.
        freedom: Parameter,
    },
    /// Events in an interval, as `i64`.
    Poisson {
        /// The mean number of events.
        rate: Parameter,
    },
    /// Successes in a number of trials, as `i64`.
    Binomial {
        /// The number of trials.
        trials: u64,
        /// The probability of success.
        probability: Parameter,
    },
    /// Failures before the first success, as `i64`.
    Geometric {
        /// The probability of success.
        probability: Parameter,
    },
    /// The place of each index in one random permutation of `0..len`, as `i64`.
    Permutation {
        /// The number of places.
        len: u64,
    },
}

impl Distribution {
    /// The name in messages, of the method that draws it.
    pub const fn name(&self) -> &'static str {
        match self {
            Distribution::Uniform { .. } => "uniform",
            Distribution::Integers { .. } => "integers",
            Distribution::Bernoulli { .. } => "bernoulli",
            Distribution::Normal { .. } => "normal",
            Distribution::Exponential { .. } => "exponential",
            Distribution::Gamma { .. } => "gamma",
            Distribution::Beta { .. } => "beta",
            Distribution::StudentT { .. } => "student_t",
            Distribution::Poisson { .. } => "poisson",
            Distribution::Binomial { .. } => "binomial",
            Distribution::Geometric { .. } => "geometric",
            Distribution::Permutation { .. } => "permutation",
        }
    }
}

/// The instruction that draws a value for each index: `i64` indices to values of one type.
///
/// The values depend on key, distribution, type and index, and on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Draw {
    /// Which sequence of random words; see [`Key::new`](super::Key::new).
    pub key: u64,
    /// Type of the values.
    pub dtype: DType,
    /// What is drawn.
    pub distribution: Distribution,
}

impl Draw {
    /// Type of the result for an operand of this type; `None` where the instruction is not defined, be it for its
    /// parameters.
    pub(crate) fn result(&self, operand: DType) -> Option<DType> {
        (operand == DType::I64 && self.distribution.check(self.dtype).is_ok()).then_some(self.dtype)
    }
}
