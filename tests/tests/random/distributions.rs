//! Each method draws what it says: moments, Kolmogorov and Smirnov's test, Pearson's test.

use std::f64::consts::PI;

use chunkwise::prelude::*;
use chunkwise::rand_distr::{Triangular, Weibull};

use crate::statistics::*;

/// A shape of `N` elements in chunks that cut its rows.
fn shape() -> chunkwise::Chunked<ndarray::Ix2> {
    (N / 500, 500).chunked((70, 300))
}

fn rng() -> Generator {
    Generator::seeded(2026)
}

#[test]
fn uniform() {
    let unit = sample(&rng().random(shape()).unwrap());
    assert!(unit.iter().all(|x| (0.0..1.0).contains(x)));
    assert_moments("random", &unit, 0.5, 1.0 / 12.0, 0.0);
    assert_distribution("random", unit, |x| x);
    let single = sample(&rng().floats::<f32>().uniform(-2.0, 6.0, shape()).unwrap());
    assert_moments("uniform", &single, 2.0, 64.0 / 12.0, 0.0);
    assert_distribution("uniform", single, |x| (x + 2.0) / 8.0);
}

/// Every bit of a uniform number is set in half of all cases.
#[test]
fn bits_of_uniform_numbers() {
    let unit = sample(&rng().random(shape()).unwrap());
    let single = sample(&rng().floats::<f32>().random(shape()).unwrap());
    for (values, bits) in [(unit, 53), (single, 24)] {
        for bit in 1..=bits {
            let set = values.iter().filter(|x| (*x * 2f64.powi(bit)) as u64 % 2 == 1).count() as f64;
            let off = (set - N as f64 / 2.0) / (N as f64 / 4.0).sqrt();
            assert!(off.abs() < 4.5, "bit {bit} of {bits}: {off} standard deviations");
        }
        assert!(values.iter().all(|x| (x * 2f64.powi(bits)).fract() == 0.0));
    }
}

#[test]
fn normals() {
    let standard = sample(&rng().standard_normal(shape()).unwrap());
    assert_moments("standard normal", &standard, 0.0, 1.0, 0.0);
    let kurtosis = standard.iter().map(|x| x.powi(4)).sum::<f64>() / N as f64;
    assert!((kurtosis - 3.0).abs() < 4.5 * (96.0 / N as f64).sqrt(), "kurtosis {kurtosis}");
    assert_distribution("standard normal", standard.clone(), normal);
    // The tails, which are few among all: beyond two, as they should be among themselves.
    let tail: Vec<f64> = standard.iter().map(|x| x.abs()).filter(|x| *x > 2.0).collect();
    let beyond = 1.0 - normal(2.0);
    let share = tail.len() as f64 / N as f64;
    assert!((share - 2.0 * beyond).abs() < 4.5 * (2.0 * beyond / N as f64).sqrt(), "{share} beyond two");
    assert_distribution("tails", tail, |x| (normal(x) - normal(2.0)) / beyond);

    let shifted = sample(&rng().floats::<f32>().normal(-3.0, 0.5, shape()).unwrap());
    assert_moments("normal", &shifted, -3.0, 0.25, 0.0);
    assert_distribution("normal", shifted, |x| normal((x + 3.0) / 0.5));
    let degenerate = rng().normal(1.5, 0.0, 100).unwrap().compute().unwrap();
    assert!(degenerate.iter().all(|&x| x == 1.5));
    let log = sample(&rng().log_normal(1.0, 0.5, shape()).unwrap());
    assert_distribution("log-normal", log, |x| normal((x.ln() - 1.0) / 0.5));
}

/// Fine enough for an error in one of a thousand numbers: the pieces that normal numbers are put together from.
#[test]
fn many_normals_in_narrow_bins() {
    const MANY: usize = 1 << 26;
    const BINS: usize = 400;
    let many = rng().standard_normal(MANY).unwrap();
    let counts = many.histogram(Bins::linear(BINS, -4.5, 4.5)).unwrap().counts.compute().unwrap();
    let edge = |i: usize| normal(i as f64 * 9.0 / BINS as f64 - 4.5);
    let chi_squared: f64 = (0..BINS)
        .map(|i| {
            let expected = (edge(i + 1) - edge(i)) * MANY as f64;
            (counts[i] as f64 - expected).powi(2) / expected
        })
        .sum();
    // Its mean is the number of bins, its variance twice as much.
    let normalised = (chi_squared - BINS as f64) / (2.0 * BINS as f64).sqrt();
    assert!(normalised.abs() < 4.5, "{chi_squared} in {BINS} bins");
}

#[test]
fn exponentials_and_gammas() {
    let x = sample(&rng().exponential(2.5, shape()).unwrap());
    assert_moments("exponential", &x, 2.5, 6.25, 2.0);
    assert_distribution("exponential", x, |x| 1.0 - (-x / 2.5).exp());
    let x = sample(&rng().floats::<f32>().exponential(0.1, shape()).unwrap());
    assert_distribution("exponential f32", x, |x| 1.0 - (-x / 0.1).exp());

    // Of whole shape a gamma number is a sum of exponential ones.
    let erlang = |x: f64| 1.0 - (-x).exp() * (1.0 + x + x * x / 2.0);
    let x = sample(&rng().gamma(3.0, 2.0, shape()).unwrap());
    assert_moments("gamma", &x, 6.0, 12.0, 2.0 / 3f64.sqrt());
    assert_distribution("gamma", x, |x| erlang(x / 2.0));
    let x = sample(&rng().chi_squared(6.0, shape()).unwrap());
    assert_distribution("chi-squared", x, |x| erlang(x / 2.0));
    // Of shape one half it is half a square of a normal one.
    let x = sample(&rng().floats::<f32>().gamma(0.5, 1.0, shape()).unwrap());
    assert_distribution("gamma below one", x, |x| 2.0 * normal((2.0 * x).sqrt()) - 1.0);
}

#[test]
fn betas_and_student_t() {
    let x = sample(&rng().beta(2.0, 3.0, shape()).unwrap());
    assert_moments("beta", &x, 0.4, 0.04, 2.0 / 7.0);
    assert_distribution("beta", x, |x| x * x * (6.0 - 8.0 * x + 3.0 * x * x));
    let x = sample(&rng().beta(0.5, 0.5, shape()).unwrap());
    assert_distribution("arcsine", x, |x| 2.0 / PI * x.sqrt().asin());
    let x = sample(&rng().student_t(3.0, shape()).unwrap());
    assert_distribution("Student's t", x, |t| {
        let s = t / 3f64.sqrt();
        0.5 + (s / (1.0 + s * s) + s.atan()) / PI
    });
}

#[test]
fn integers() {
    let dice = sample(&rng().integers(1..=6, shape()).unwrap());
    assert_moments("dice", &dice, 3.5, 35.0 / 12.0, 0.0);
    assert_counts("dice", &dice, 1, &[1.0 / 6.0; 6]);
    let hundred = sample(&rng().integers(-50i64..50, shape()).unwrap());
    assert_counts("a hundred", &hundred, -50, &[0.01; 100]);
    // Elements that are 32 apart may share a word.
    let pairs: Vec<f64> = (0..dice.len() / 64)
        .flat_map(|run| (0..32).map(move |i| 64 * run + i))
        .map(|i| (dice[i] - 1.0) * 6.0 + dice[i + 32] - 1.0)
        .collect();
    assert_counts("pairs of dice", &pairs, 0, &[1.0 / 36.0; 36]);
    let few = sample(&rng().integers(0..4096u16, shape()).unwrap());
    assert_counts("as many as share words", &few, 0, &[1.0 / 4096.0; 4096]);
    let more = sample(&rng().integers(0..4097u16, shape()).unwrap());
    assert_counts("more than that", &more, 0, &[1.0 / 4097.0; 4097]);
    let bytes = sample(&rng().integers::<u8, _>(.., shape()).unwrap());
    assert_counts("bytes", &bytes, 0, &[1.0 / 256.0; 256]);
    // Three quarters of all there are: a product of one word would give a third of them twice as often.
    let wide = rng().integers(0..3u64 << 62, shape()).unwrap();
    let thirds = sample(&(&wide % 3));
    assert_counts("remainders", &thirds, 0, &[1.0 / 3.0; 3]);
    let upper: Vec<f64> = sample(&(&wide >> 52)).iter().map(|x| (x / 32.0).floor()).collect();
    assert_counts("upper bits", &upper, 0, &[1.0 / 96.0; 96]);
    let all = rng().integers::<i64, _>(.., shape()).unwrap();
    let upper = sample(&(&all >> 58));
    assert_counts("all", &upper, -32, &[1.0 / 64.0; 64]);
    let lower = sample(&(&all & 63));
    assert_counts("all, lower bits", &lower, 0, &[1.0 / 64.0; 64]);
}

#[test]
fn integers_at_the_limits_of_their_type() {
    let mut rng = rng();
    let x = rng.integers(i64::MAX - 1..=i64::MAX, 1000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (i64::MAX - 1, i64::MAX));
    let x = rng.integers(..=i8::MIN, 1000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (i8::MIN, i8::MIN));
    let x = rng.integers(u64::MAX - 2.., 1000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (u64::MAX - 2, u64::MAX));
    let x = rng.integers(i16::MIN..i16::MAX, 1_000_000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (i16::MIN, i16::MAX - 1));
    let x = rng.integers(u32::MIN..=u32::MAX, 100_000).unwrap();
    assert!(x.min().scalar().unwrap() < 1 << 18 && x.max().scalar().unwrap() > u32::MAX - (1 << 18));
    use std::ops::Bound::{Excluded, Included};
    let x = rng.integers((Excluded(3u16), Included(5)), 1000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (4, 5));
}

#[test]
fn counts_and_truths() {
    let truths = sample(&rng().bernoulli(0.3, shape()).unwrap());
    assert_counts("bernoulli", &truths, 0, &[0.7, 0.3]);
    for (probability, expected) in [(0.0, 0), (1.0, 1000)] {
        let count = rng().bernoulli(probability, 1000).unwrap().count_nonzero().scalar().unwrap();
        assert_eq!(count, expected);
    }
    for rate in [0.5, 3.0, 50.0] {
        let x = sample(&rng().poisson(rate, shape()).unwrap());
        assert_moments("poisson", &x, rate, rate, 1.0 / rate.sqrt());
        let expected = probabilities(-rate, (3.0 * rate) as usize + 5, |k| rate / k);
        assert_counts("poisson", &x, 0, &expected);
    }
    assert_eq!(rng().poisson(0.0, 100).unwrap().max().scalar().unwrap(), 0);
    let large = sample(&rng().poisson(1e12, shape()).unwrap());
    assert_moments("poisson", &large, 1e12, 1e12, 0.0);
    for (trials, p) in [(10u64, 0.3), (1000, 0.6), (5, 0.5)] {
        let (n, q) = (trials as f64, 1.0 - p);
        let x = sample(&rng().binomial(trials, p, shape()).unwrap());
        assert_moments("binomial", &x, n * p, n * p * q, (q - p) / (n * p * q).sqrt());
        let expected = probabilities(n * q.ln(), trials as usize + 1, |k| (n - k + 1.0) / k * p / q);
        assert_counts("binomial", &x, 0, &expected);
    }
    for (p, expected) in [(0.0, 0), (1.0, 7)] {
        let x = rng().binomial(7, p, 100).unwrap();
        assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (expected, expected));
    }
    let x = sample(&rng().geometric(0.2, shape()).unwrap());
    assert_counts("geometric", &x, 0, &probabilities(0.2f64.ln(), 40, |_| 0.8));
}

#[test]
fn any_distribution() {
    let x = sample(&rng().sample(Weibull::new(2.0, 1.5).unwrap(), shape()).unwrap());
    assert_distribution("Weibull", x, |x| 1.0 - (-(x / 2.0).powf(1.5)).exp());
    let x = sample(&rng().sample(Triangular::new(0f32, 2.0, 1.0).unwrap(), shape()).unwrap());
    assert_distribution(
        "triangular",
        x,
        |x| if x < 1.0 { x * x / 2.0 } else { 1.0 - (2.0 - x).powi(2) / 2.0 },
    );
}
