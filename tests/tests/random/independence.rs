//! Neighbours have nothing in common: elements, rows, blocks, arrays of one generator, generators of consecutive
//! seeds.

use chunkwise::prelude::*;
use chunkwise::rand_distr::StandardNormal;
use ndarray::{Array2, s};

use crate::statistics::*;

type Draw = fn(&mut Generator, usize, usize) -> Array2<f64>;

/// Methods that take one word for each element, and one that takes many.
const DRAWS: [(&str, Draw); 4] = [
    ("random", |rng, m, n| rng.random((m, n).chunked((64, 128))).unwrap().compute().unwrap()),
    ("normal", |rng, m, n| rng.standard_normal((m, n).chunked((64, 128))).unwrap().compute().unwrap()),
    ("gamma", |rng, m, n| rng.gamma(0.8, 1.0, (m, n).chunked((64, 128))).unwrap().compute().unwrap()),
    ("sample", |rng, m, n| rng.sample(StandardNormal, (m, n).chunked((64, 128))).unwrap().compute().unwrap()),
];

fn values(x: ndarray::ArrayView2<'_, f64>) -> Vec<f64> {
    x.iter().copied().collect()
}

#[test]
fn elements_rows_and_blocks() {
    for (name, draw) in DRAWS {
        // Of lengths that are powers of two and not.
        for (m, n) in [(512, 512), (300, 500)] {
            let x = draw(&mut Generator::seeded(5), m, n);
            for lag in [1, 2, 7, 64, 128] {
                let (a, b) = (values(x.slice(s![.., ..n - lag])), values(x.slice(s![.., lag..])));
                assert_uncorrelated(&format!("{name}, columns {lag} apart"), &a, &b);
                let (a, b) = (values(x.slice(s![..m - lag, ..])), values(x.slice(s![lag.., ..])));
                assert_uncorrelated(&format!("{name}, rows {lag} apart"), &a, &b);
                // Squares see what signs hide.
                let square = |x: &[f64]| x.iter().map(|x| x * x).collect::<Vec<_>>();
                assert_uncorrelated(&format!("{name}, squares {lag} apart"), &square(&a), &square(&b));
            }
        }
    }
}

#[test]
fn arrays_of_one_generator() {
    for (name, draw) in DRAWS {
        let mut rng = Generator::seeded(6);
        let arrays: Vec<Vec<f64>> = (0..6).map(|_| values(draw(&mut rng, 150, 300).view())).collect();
        for (i, a) in arrays.iter().enumerate() {
            for (j, b) in arrays.iter().enumerate().skip(i + 1) {
                assert_ne!(a, b);
                assert_uncorrelated(&format!("{name}, arrays {i} and {j}"), a, b);
            }
        }
    }
}

#[test]
fn consecutive_seeds() {
    for (name, draw) in DRAWS {
        let seeds = [0, 1, 2, 3, 1 << 32, 1 << 63, u64::MAX];
        let arrays = seeds.map(|seed| values(draw(&mut Generator::seeded(seed), 150, 300).view()));
        for (i, a) in arrays.iter().enumerate() {
            for (j, b) in arrays.iter().enumerate().skip(i + 1) {
                assert_uncorrelated(&format!("{name}, seeds {} and {}", seeds[i], seeds[j]), a, b);
            }
        }
        // The first element of many seeds, and the next one.
        let firsts: Vec<Vec<f64>> =
            (0..5000).map(|seed| values(draw(&mut Generator::seeded(seed), 1, 2).view())).collect();
        let column = |k: usize| firsts.iter().map(|x| x[k]).collect::<Vec<_>>();
        let (first, second) = (column(0), column(1));
        assert_uncorrelated(&format!("{name}, first elements"), &first, &second);
        assert_uncorrelated(&format!("{name}, next seeds"), &first[1..], &first[..4999]);
    }
}

/// Seeds and numbers of arrays do not trade places, and a clone goes on as the original does.
#[test]
fn generators_agree_when_and_only_when_they_should() {
    let arrays = |seed: u64| {
        let mut rng = Generator::seeded(seed);
        [(); 4].map(|()| rng.random(50).unwrap().compute().unwrap())
    };
    let all: Vec<_> = (0..4).flat_map(arrays).collect();
    for (i, a) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|b| a.iter().zip(b).all(|(x, y)| x != y)), "array {i} repeats another");
    }
    assert_eq!(arrays(3)[..], all[12..]);
    let mut rng = Generator::seeded(3);
    let _ = rng.random(7).unwrap();
    let mut clone = rng.clone();
    assert_eq!(rng, clone);
    assert_eq!(rng.random(50).unwrap().compute().unwrap(), all[13]);
    assert_eq!(clone.random(50).unwrap().compute().unwrap(), all[13]);
    // What fails takes no stream.
    assert!(clone.uniform(1.0, 0.0, 3).is_err());
    assert_eq!(clone, rng);
    assert_ne!(Generator::from_os_rng(), Generator::from_os_rng());
}
