//! Values do not depend on chunks, threads, memory, or on what is looked at.

use chunkwise::prelude::*;
use chunkwise::rand_distr::{Cauchy, Weibull};
use chunkwise::{Chunked, Result};
use ndarray::{Array2, Array3, Axis, Ix2, array, s};

const SHAPE: (usize, usize) = (61, 83);

/// Asserts that an array is the same in any chunks, on any threads, and through any view.
fn check<A: Element>(what: &str, make: impl Fn(Chunked<Ix2>) -> Result<ChunkedArray2<A>>) {
    let whole: Array2<A> = make(SHAPE.chunked(Full)).unwrap().compute().unwrap();
    let shapes = [
        SHAPE.chunked(Auto),
        SHAPE.chunked(7),
        SHAPE.chunked((1, Full)),
        SHAPE.chunked((Full, 5)),
        SHAPE.chunked(([30, 0, 31], [1, 80, 2])),
    ];
    for (i, shape) in shapes.into_iter().enumerate() {
        let x = make(shape).unwrap();
        for threads in [1, 3] {
            let limited = Config::default().threads(threads).memory_limit(bytes("4 MiB"));
            assert_eq!(x.compute_with(&limited).unwrap(), whole, "{what}, chunks {i}, {threads} threads");
        }
        let views = [
            (x.slice(s![3..50;4, 10..70;-7]), whole.slice(s![3..50;4, 10..70;-7]).to_owned()),
            (x.slice(s![..;-1, ..]), whole.slice(s![..;-1, ..]).to_owned()),
            (x.slice(s![5..5, ..]), whole.slice(s![5..5, ..]).to_owned()),
            (x.slice(s![60.., 82..]), whole.slice(s![60.., 82..]).to_owned()),
            (Ok(x.t()), whole.t().to_owned()),
            (x.t().slice(s![20..;3, ..;-2]), whole.t().slice(s![20..;3, ..;-2]).to_owned()),
            (x.rechunk((13, 20)), whole.clone()),
            (
                x.slice(s![7, ..]).unwrap().broadcast((3, 83)),
                whole.slice(s![7..8, ..]).broadcast((3, 83)).unwrap().to_owned(),
            ),
        ];
        for (k, (view, expected)) in views.into_iter().enumerate() {
            assert_eq!(view.unwrap().compute().unwrap(), expected, "{what}, chunks {i}, view {k}");
        }
        let row = x.slice(s![9, ..;2]).unwrap().compute().unwrap();
        assert_eq!(row, whole.slice(s![9, ..;2]), "{what}, chunks {i}, a row");
        let joined = concatenate(Axis(0), &[x.slice(s![40.., ..]).unwrap(), x.slice(s![..40, ..]).unwrap()]);
        let joined = joined.unwrap().compute().unwrap();
        assert_eq!(joined.slice(s![21.., ..]), whole.slice(s![..40, ..]), "{what}, chunks {i}, joined");
        assert_eq!(joined.slice(s![..21, ..]), whole.slice(s![40.., ..]), "{what}, chunks {i}, joined");
    }
}

/// A generator that has made some arrays already.
fn rng() -> Generator {
    let mut rng = Generator::seeded(11);
    let _ = rng.random(3).unwrap();
    let _ = rng.integers(0..3, 3).unwrap();
    rng
}

#[test]
fn floats() {
    check("random", |shape| rng().random(shape));
    check("uniform", |shape| rng().floats::<f32>().uniform(-1.0, 3.0, shape));
    check("standard normal", |shape| rng().standard_normal(shape));
    check("normal", |shape| rng().floats::<f32>().normal(5.0, 2.0, shape));
    check("log-normal", |shape| rng().log_normal(0.0, 1.0, shape));
    check("exponential", |shape| rng().exponential(2.0, shape));
    check("gamma", |shape| rng().gamma(0.7, 2.0, shape));
    check("beta", |shape| rng().floats::<f32>().beta(2.0, 0.7, shape));
    check("chi-squared", |shape| rng().chi_squared(3.0, shape));
    check("Student's t", |shape| rng().student_t(3.0, shape));
}

#[test]
fn integers_counts_and_truths() {
    check("integers", |shape| rng().integers(-5i8..=5, shape));
    check("wide integers", |shape| rng().integers(0..1u64 << 40, shape));
    check("all integers", |shape| rng().integers::<i64, _>(.., shape));
    check("bernoulli", |shape| rng().bernoulli(0.3, shape));
    check("poisson", |shape| rng().poisson(30.0, shape));
    check("binomial", |shape| rng().binomial(100, 0.4, shape));
    check("geometric", |shape| rng().geometric(0.1, shape));
}

#[test]
fn users_distributions_and_choices() {
    check("Weibull", |shape| rng().sample(Weibull::new(1.5, 2.0).unwrap(), shape));
    check("Cauchy", |shape| rng().sample(Cauchy::new(0f32, 2.0).unwrap(), shape));
    check("choice", |shape| rng().choice(&array![2u8, 3, 5, 7], shape));
    check("weighted", |shape| rng().choice_weighted(&[2.5, 3.5, 5.5], &[1.0, 2.0, 0.5], shape));
    let values: Vec<i32> = (0..10_000).collect();
    check("without replacement", |shape| rng().choice_without_replacement(&values, shape));
}

#[test]
fn permutations() {
    for n in [1000, 100_000] {
        let whole = rng().permutation(n).unwrap().compute().unwrap();
        for spec in [7, 999] {
            let x = rng().permutation(n.chunked(if n > 1000 { 100 * spec } else { spec })).unwrap();
            assert_eq!(x.compute_with(&Config::default().threads(3)).unwrap(), whole);
            assert_eq!(x.slice(s![3..900;-11]).unwrap().compute().unwrap(), whole.slice(s![3..900;-11]));
        }
    }
}

/// The place is that in row-major order, so that the number of axes does not matter, nor does a scalar's.
#[test]
fn values_follow_the_row_major_index() {
    let flat = rng().normal(0.0, 1.0, 210).unwrap().compute().unwrap();
    let cube = rng().normal(0.0, 1.0, (5, 6, 7).chunked(2)).unwrap();
    let eager = Array3::from_shape_vec((5, 6, 7), flat.to_vec()).unwrap();
    assert_eq!(cube.compute().unwrap(), eager);
    let turned = cube.permuted_axes((2, 0, 1)).unwrap().slice(s![3, ..;-1, 1..]).unwrap();
    assert_eq!(turned.compute().unwrap(), eager.permuted_axes([2, 0, 1]).slice(s![3, ..;-1, 1..]));
    assert_eq!(rng().normal(0.0, 1.0, ()).unwrap().scalar().unwrap(), flat[0]);
    let dynamic = rng().normal(0.0, 1.0, vec![210]).unwrap();
    assert_eq!(dynamic.slice(s![209]).unwrap().compute().unwrap()[[]], flat[209]);
    assert!(rng().random((0, 4)).unwrap().compute().unwrap().is_empty());
}

/// An array is drawn with what reads it, once and again, and has the same values each time.
#[test]
fn a_recipe_read_twice_has_one_value() {
    let x = rng().random((300, 300).chunked(70)).unwrap();
    let whole = x.compute().unwrap();
    assert_eq!((&x - &x).abs().max().scalar().unwrap(), 0.0);
    assert_eq!((&x + &x.t()).compute().unwrap(), &whole + &whole.t());
    let centred = &x - x.mean_axis(keep(Axis(0))).unwrap();
    assert!(centred.sum_axis(Axis(0)).unwrap().abs().max().scalar().unwrap() < 1e-10);
    assert_eq!(x.persist().unwrap().compute().unwrap(), whole);
}

/// Generated where it is used: a slice of what would never fit in memory.
#[test]
fn slices_of_huge_arrays_draw_what_they_need() {
    let limited = Config::default().memory_limit(bytes("64 MiB"));
    let x = rng().random((1 << 20, 1 << 20)).unwrap();
    let part = x.slice(s![..;1 << 18, 5..;1 << 19]).unwrap().compute_with(&limited).unwrap();
    assert_eq!(part.dim(), (4, 2));
    let order = rng().permutation(1 << 40).unwrap();
    let part = order.slice(s![..;1_isize << 37]).unwrap().compute_with(&limited).unwrap();
    assert!(part.len() == 8 && part.iter().all(|i| (0..1 << 40).contains(i)));
}

#[test]
fn explain_names_the_draw() {
    let x = rng().poisson(3.0, (100, 100)).unwrap();
    let text = x.sum().explain().unwrap().to_string();
    assert!(text.matches("poisson").count() >= 2, "{text}");
    let sampled = rng().sample(Weibull::new(1.5, 2.0).unwrap(), 10).unwrap();
    assert!(sampled.explain().unwrap().to_string().contains("sample"));
}

/// Values that are promised to stay: found once, and never to change within a release line.
#[test]
fn values_stay_as_they_are() {
    let mut rng = Generator::seeded(42);
    let random = rng.random(3).unwrap().compute().unwrap();
    let normal = rng.standard_normal(3).unwrap().compute().unwrap();
    let dice = rng.integers(1..=6, 10).unwrap().compute().unwrap();
    let order = rng.permutation(8).unwrap().compute().unwrap();
    assert_eq!(random.to_vec(), [0.4630900565459647, 0.9615986464025722, 0.5090876048269022]);
    assert_eq!(normal.to_vec(), [-0.18273860905105013, 2.4165707935813217, -0.4581998542064089]);
    assert_eq!(dice.to_vec(), [5, 4, 6, 6, 1, 6, 3, 2, 3, 2]);
    assert_eq!(order.to_vec(), [2, 7, 5, 0, 3, 4, 1, 6]);
}
