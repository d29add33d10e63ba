//! Random expressions over random chunkings equal what ndarray computes eagerly, whatever the optimiser does.
//!
//! A case is a list of words. Each is an instruction to a stack machine whose stack holds a lazy and an eager array
//! side by side, and is read so that it is always valid; a failing case shrinks to few small words.

use chunkwise::prelude::*;
use chunkwise::{Direction, Picture};
use chunkwise_expr::Expr;
use chunkwise_tests::{Pair, Rng, Setting, Tolerance, assert_matches_within, evaluate, random_shape};
use ndarray::Axis;
use proptest::prelude::*;

/// What an element type brings to the machine.
trait Arithmetic: Element + PartialEq {
    /// How near results have to be.
    const NEAR: Tolerance;

    fn random(rng: &mut Rng) -> Self;
    fn unary(x: &Pair<Self>, rng: &mut Rng) -> Pair<Self>;
    fn binary(x: &Pair<Self>, y: &Pair<Self>, shape: &[usize], rng: &mut Rng) -> Pair<Self>;
    fn reduce(x: &Pair<Self>, axes: Vec<usize>, rng: &mut Rng) -> Pair<Self>;
}

fn kept(axes: &[usize]) -> chunkwise::Keep<Vec<Axis>> {
    keep(axes.iter().map(|&k| Axis(k)).collect())
}

/// Integers wrap, so every order of evaluation gives the same.
impl Arithmetic for i64 {
    const NEAR: Tolerance = Tolerance::Exact;

    fn random(rng: &mut Rng) -> i64 {
        match rng.below(8) {
            0 => *rng.pick(&[i64::MIN, i64::MAX, 0, -1]),
            _ => rng.below(41) as i64 - 20,
        }
    }

    fn unary(x: &Pair<i64>, rng: &mut Rng) -> Pair<i64> {
        let (l, e) = (&x.lazy, &x.eager);
        match rng.below(7) {
            0 => x.then("neg".into(), Ok(-l), e.mapv(i64::wrapping_neg)),
            1 => x.then("abs".into(), Ok(l.abs()), e.mapv(i64::wrapping_abs)),
            2 => x.then("* 3 + 1".into(), Ok(l * 3 + 1), e.mapv(|v| v.wrapping_mul(3).wrapping_add(1))),
            3 => {
                x.then("mapv".into(), Ok(l.mapv(|v| v.rotate_left(3) ^ 5)), e.mapv(|v| v.rotate_left(3) ^ 5))
            }
            4 => x.then("gt(0) as i64".into(), l.gt(0).map(|b| b.cast()), e.mapv(|v| i64::from(v > 0))),
            5 => x.then("as i8 as i64".into(), Ok(l.cast::<i8>().cast()), e.mapv(|v| v as i8 as i64)),
            _ => x.then("clip(-9, 9)".into(), l.clip(-9, 9), e.mapv(|v| v.clamp(-9, 9))),
        }
    }

    fn binary(x: &Pair<i64>, y: &Pair<i64>, shape: &[usize], rng: &mut Rng) -> Pair<i64> {
        let (a, b) = (&x.lazy, &y.lazy);
        match rng.below(8) {
            0 => x.then(format!("+({})", y.steps), Ok(a + b), x.zip(y, shape, |a, b| a.wrapping_add(*b))),
            1 => x.then(format!("-({})", y.steps), Ok(a - b), x.zip(y, shape, |a, b| a.wrapping_sub(*b))),
            2 => x.then(format!("*({})", y.steps), Ok(a * b), x.zip(y, shape, |a, b| a.wrapping_mul(*b))),
            3 => {
                let divide = |a: &i64, b: &i64| if *b == 0 { 0 } else { a.wrapping_div(*b) };
                x.then(format!("/({})", y.steps), Ok(a / b), x.zip(y, shape, divide))
            }
            4 => x.then(format!("maximum({})", y.steps), a.maximum(b), x.zip(y, shape, |a, b| *a.max(b))),
            5 => x.then(format!("^({})", y.steps), Ok(a ^ b), x.zip(y, shape, |a, b| a ^ b)),
            6 => {
                let lazy = a.lt(b).and_then(|mask| mask.select(b, a));
                x.then(
                    format!("lt.select({})", y.steps),
                    lazy,
                    x.zip(y, shape, |a, b| if a < b { *b } else { *a }),
                )
            }
            _ => {
                let lazy = a.map2(b, |a, b| a.wrapping_mul(7) ^ b);
                x.then(format!("map2({})", y.steps), lazy, x.zip(y, shape, |a, b| a.wrapping_mul(7) ^ b))
            }
        }
    }

    fn reduce(x: &Pair<i64>, axes: Vec<usize>, rng: &mut Rng) -> Pair<i64> {
        let l = &x.lazy;
        let empty = axes.iter().any(|&k| x.eager.shape()[k] == 0);
        match rng.below(if empty { 3 } else { 6 }) {
            0 => {
                let eager = x.fold(&axes, |lane| lane.iter().fold(0i64, |s, v| s.wrapping_add(*v)));
                x.then(format!("sum {axes:?}"), l.sum_axis(kept(&axes)), eager)
            }
            1 => {
                let eager = x.fold(&axes, |lane| lane.iter().filter(|&&v| v != 0).count() as i64);
                x.then(format!("count_nonzero {axes:?}"), l.count_nonzero_axis(kept(&axes)), eager)
            }
            2 => {
                let eager = x.fold(&axes, |lane| lane.iter().fold(1i64, |p, v| p.wrapping_mul(*v)));
                x.then(format!("prod {axes:?}"), l.prod_axis(kept(&axes)), eager)
            }
            3 => {
                let eager = x.fold(&axes, |lane| *lane.iter().min().expect("not empty"));
                x.then(format!("min {axes:?}"), l.min_axis(kept(&axes)), eager)
            }
            4 => {
                let first =
                    |lane: &[i64]| (0..lane.len()).rev().max_by_key(|&i| lane[i]).expect("not empty") as i64;
                x.then(format!("argmax {axes:?}"), l.argmax_axis(kept(&axes)), x.fold(&axes, first))
            }
            _ => {
                let range =
                    |lane: &[i64]| lane.iter().max().unwrap().wrapping_sub(*lane.iter().min().unwrap());
                x.then(format!("ptp {axes:?}"), l.ptp_axis(kept(&axes)), x.fold(&axes, range))
            }
        }
    }
}

/// Every result stays within [-1, 1], so that rounding errors stay small whatever the steps.
impl Arithmetic for f64 {
    const NEAR: Tolerance = Tolerance::Near { ulps: 4096.0, scale: 1.0 };

    fn random(rng: &mut Rng) -> f64 {
        match rng.below(16) {
            0 => f64::NAN,
            _ => (rng.below(65) as f64 - 32.0) / 32.0,
        }
    }

    fn unary(x: &Pair<f64>, rng: &mut Rng) -> Pair<f64> {
        let (l, e) = (&x.lazy, &x.eager);
        match rng.below(6) {
            0 => x.then("neg".into(), Ok(-l), e.mapv(|v| -v)),
            1 => x.then("sin".into(), Ok(l.sin()), e.mapv(f64::sin)),
            2 => x.then("tanh".into(), Ok(l.tanh()), e.mapv(f64::tanh)),
            3 => x.then("exp - 2".into(), Ok((l.exp() - 2.0) * 0.5), e.mapv(|v| (v.exp() - 2.0) * 0.5)),
            4 => x.then("mapv".into(), Ok(l.mapv(|v| 1.0 - v * v)), e.mapv(|v| 1.0 - v * v)),
            _ => x.then(
                "as f32 as f64".into(),
                Ok((l * 0.0).cast::<f32>().cast()),
                e.mapv(|v| f64::from((v * 0.0) as f32)),
            ),
        }
    }

    fn binary(x: &Pair<f64>, y: &Pair<f64>, shape: &[usize], rng: &mut Rng) -> Pair<f64> {
        let (a, b) = (&x.lazy, &y.lazy);
        match rng.below(5) {
            0 => {
                x.then(format!("mid({})", y.steps), Ok((a + b) * 0.5), x.zip(y, shape, |a, b| (a + b) * 0.5))
            }
            1 => x.then(
                format!("half -({})", y.steps),
                Ok(a * 0.5 - b / 2.0),
                x.zip(y, shape, |a, b| a * 0.5 - b / 2.0),
            ),
            2 => x.then(format!("*({})", y.steps), Ok(a * b), x.zip(y, shape, |a, b| a * b)),
            3 => {
                let greater = |a: &f64, b: &f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(*b) };
                x.then(format!("maximum({})", y.steps), a.maximum(b), x.zip(y, shape, greater))
            }
            _ => x.then(format!("fmin({})", y.steps), a.fmin(b), x.zip(y, shape, |a, b| a.min(*b))),
        }
    }

    fn reduce(x: &Pair<f64>, axes: Vec<usize>, rng: &mut Rng) -> Pair<f64> {
        let l = &x.lazy;
        let empty = axes.iter().any(|&k| x.eager.shape()[k] == 0);
        let mean = |lane: &[f64]| lane.iter().sum::<f64>() / lane.len() as f64;
        match rng.below(if empty { 2 } else { 4 }) {
            0 => x.then(format!("mean {axes:?}"), l.mean_axis(kept(&axes)), x.fold(&axes, mean)),
            1 => {
                let variance = |lane: &[f64]| {
                    let mean = mean(lane);
                    lane.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / lane.len() as f64
                };
                x.then(format!("var {axes:?}"), l.var_axis(kept(&axes), 0.0), x.fold(&axes, variance))
            }
            2 => {
                let least = |lane: &[f64]| {
                    lane.iter()
                        .copied()
                        .reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) })
                };
                x.then(
                    format!("min {axes:?}"),
                    l.min_axis(kept(&axes)),
                    x.fold(&axes, |lane| least(lane).unwrap()),
                )
            }
            _ => {
                let greatest = |lane: &[f64]| lane.iter().copied().fold(f64::NAN, f64::max);
                x.then(format!("nanmax {axes:?}"), l.nanmax_axis(kept(&axes)), x.fold(&axes, greatest))
            }
        }
    }
}

/// Runs the words; what is left on the stack are the roots.
fn interpret<A: Arithmetic>(words: &[u64]) -> Vec<Pair<A>> {
    let mut stack: Vec<Pair<A>> = Vec::new();
    for &word in words {
        let mut rng = Rng::new(word);
        let Some(top) = stack.pop() else {
            stack.push(Pair::leaf(&random_shape(&mut rng), A::random, &mut rng));
            continue;
        };
        match rng.below(10) {
            0 => {
                // A second array, often of a shape that the first broadcasts with.
                let mut shape = top.eager.shape().to_vec();
                shape.iter_mut().for_each(|n| *n = if rng.below(3) == 0 { 1 } else { *n });
                let leaf = Pair::leaf(&shape, A::random, &mut rng);
                stack.push(top);
                stack.push(leaf);
            }
            1 => {
                // The same array twice: shared work.
                stack.push(top.clone());
                stack.push(top);
            }
            2 => stack.push(A::unary(&top, &mut rng)),
            3 | 4 => {
                let below = stack.pop().unwrap_or_else(|| top.clone());
                match below.common_shape(&top) {
                    Some(shape) => stack.push(A::binary(&below, &top, &shape, &mut rng)),
                    None => stack.extend([below, top]),
                }
            }
            5 => {
                let axes = (0..top.eager.ndim()).filter(|_| rng.below(2) == 0).collect();
                stack.push(A::reduce(&top, axes, &mut rng));
            }
            _ => stack.push(top.restructure(&mut rng)),
        }
    }
    stack
}

fn check<A: Arithmetic>(words: &[u64]) {
    let roots = interpret::<A>(words);
    // Through the executor, alone and block by block, then everything at once under all settings.
    for pair in &roots {
        println!("{pair:?}");
        assert_matches_within(&pair.lazy, &pair.eager, A::NEAR);
    }
    let exprs: Vec<Expr> = roots.iter().map(|pair| pair.lazy.expr().clone()).collect();
    for setting in Setting::all() {
        let computed = evaluate(&exprs, setting).unwrap_or_else(|e| panic!("{setting:?}: {e}"));
        for (computed, pair) in computed.iter().zip(&roots) {
            assert_eq!(computed.shape, pair.eager.shape());
            let computed = computed.array::<A>();
            for (at, expected) in pair.eager.indexed_iter() {
                let computed = computed[&at];
                let near = A::NEAR
                    .accepts(chunkwise_core::Scalar::new(computed), chunkwise_core::Scalar::new(*expected));
                assert!(near, "{setting:?}: {computed:?} at {at:?}, expected {expected:?}\nof {pair:?}");
            }
        }
    }
}

/// Whatever can be computed can be drawn, as built and as planned.
fn draw<A: Arithmetic>(words: &[u64]) {
    let roots: Vec<ChunkedArrayD<A>> = interpret::<A>(words).into_iter().map(|pair| pair.lazy).collect();
    for optimised in [false, true] {
        let picture = Picture::new(&roots).optimised(optimised);
        let svg = picture.direction(Direction::LeftToRight).to_svg().unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let boxes = document.descendants().filter(|node| node.attribute("class") == Some("box")).count();
        assert!(boxes > 0 || roots.is_empty());
        assert!(!svg.contains("NaN") && !svg.contains("inf,"), "{svg}");
    }
    for root in &roots {
        roxmltree::Document::parse(&root.to_html()).unwrap();
    }
}

fn words() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(0..100_000u64, 1..20)
}

/// `PROPTEST_CASES` in the environment asks for another number of cases.
fn config() -> ProptestConfig {
    let cases =
        if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 1500 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn integers(words in words()) {
        check::<i64>(&words);
    }

    #[test]
    fn floats(words in words()) {
        check::<f64>(&words);
    }

    #[test]
    fn pictures(words in words()) {
        draw::<i64>(&words);
    }
}
