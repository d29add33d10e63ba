//! What cannot be drawn is refused at once, by the name of the method.

use std::ops::Bound;

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error, Result};

fn refused<T>(result: Result<T>, method: &str, why: &str) {
    match result.err() {
        Some(Error::Argument(ArgumentError::Invalid { what, why: text })) => {
            assert!(what == method && text.contains(why), "{what}: {text}");
        }
        other => panic!("{method}, {why}: {other:?}"),
    }
}

#[test]
fn parameters_that_no_distribution_has() {
    let mut rng = Generator::seeded(1);
    let nan = f64::NAN;
    refused(rng.uniform(1.0, 1.0, 3), "uniform", "from 1 up to 1");
    refused(rng.uniform(0.0, nan, 3), "uniform", "NaN");
    refused(rng.floats::<f32>().uniform(f32::MIN, f32::MAX, 3), "uniform", "not finite");
    refused(rng.uniform(0.0, f64::INFINITY, 3), "uniform", "not finite");
    refused(rng.normal(0.0, -1.0, 3), "normal", "-1");
    refused(rng.normal(nan, 1.0, 3), "normal", "mean");
    refused(rng.normal(0.0, f64::INFINITY, 3), "normal", "inf");
    refused(rng.log_normal(0.0, -1.0, 3), "log_normal", "-1");
    refused(rng.exponential(0.0, 3), "exponential", "scale");
    refused(rng.exponential(nan, 3), "exponential", "NaN");
    refused(rng.gamma(0.0, 1.0, 3), "gamma", "shape");
    refused(rng.gamma(1.0, -1.0, 3), "gamma", "scale");
    refused(rng.chi_squared(-1.0, 3), "chi_squared", "shape");
    refused(rng.beta(1.0, 0.0, 3), "beta", "second shape");
    refused(rng.student_t(0.0, 3), "student_t", "degrees of freedom");
    refused(rng.integers(5..5, 3), "integers", "from 5 to 4");
    refused(rng.integers((Bound::Included(3u8), Bound::Included(2)), 3), "integers", "from 3 to 2");
    refused(rng.integers(..i64::MIN, 3), "integers", "no integer");
    refused(rng.bernoulli(1.1, 3), "bernoulli", "1.1");
    refused(rng.bernoulli(nan, 3), "bernoulli", "NaN");
    refused(rng.poisson(-1.0, 3), "poisson", "-1");
    refused(rng.poisson(1e19, 3), "poisson", "9.2e18");
    refused(rng.binomial(3, -0.1, 3), "binomial", "-0.1");
    refused(rng.binomial(u64::MAX, 0.1, 3), "binomial", "trials");
    refused(rng.geometric(0.0, 3), "geometric", "success");
}

#[test]
fn choices_that_cannot_be_made() {
    let mut rng = Generator::seeded(1);
    let nothing: [i32; 0] = [];
    refused(rng.choice(&nothing, 3), "choice", "no values");
    refused(rng.choice_weighted(&nothing, &[], 3), "choice_weighted", "sum");
    refused(rng.choice_weighted(&[1, 2], &[1.0], 3), "choice_weighted", "2 values, but 1 weights");
    refused(rng.choice_weighted(&[1, 2], &[1.0, -1.0], 3), "choice_weighted", "weight 1 is -1");
    refused(rng.choice_weighted(&[1, 2], &[f64::NAN, 1.0], 3), "choice_weighted", "weight 0 is NaN");
    refused(rng.choice_weighted(&[1, 2], &[0.0, 0.0], 3), "choice_weighted", "sum of the weights is 0");
    refused(rng.choice_weighted(&[1, 2], &[1e308, 1e308], 3), "choice_weighted", "inf");
    refused(rng.choice_without_replacement(&[1, 2], (1, 3)), "choice_without_replacement", "2 values");
    refused(
        rng.choice_without_replacement(&[1, 2], (usize::MAX, 2)),
        "choice_without_replacement",
        "2 values",
    );
}

#[test]
fn shapes_that_do_not_fit() {
    let mut rng = Generator::seeded(1);
    assert!(matches!(
        rng.random((3, 4).chunked([2, 0])),
        Err(Error::Argument(ArgumentError::ZeroChunk { .. }))
    ));
    assert!(matches!(rng.random((usize::MAX, 2)), Err(Error::Argument(ArgumentError::TooLarge { .. }))));
    assert!(rng.permutation(usize::MAX).is_err());
}
