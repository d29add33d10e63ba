//! Permutations are permutations, and choices take what they may as often as they should.

use chunkwise::prelude::*;
use ndarray::{Array1, array, s};

use crate::statistics::*;

#[test]
fn permutations_have_every_number_once() {
    for n in [0, 1, 2, 3, 10, 1000, 4095, 4096, 4097, (1 << 16) + 1] {
        let mut rng = Generator::seeded(n as u64);
        for _ in 0..3 {
            let order = rng.permutation(n).unwrap().compute().unwrap();
            let mut sorted = order.to_vec();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..n as i64), "{n} numbers");
            // One element in place is what chance leaves there.
            let fixed = order.iter().enumerate().filter(|&(i, &x)| i as i64 == x).count();
            assert!(n < 10 || fixed < 9, "{fixed} of {n} numbers stay in place");
        }
    }
}

#[test]
fn permutations_have_no_trend() {
    for n in [1000, 100_000] {
        let order = sample(&Generator::seeded(8).permutation(n).unwrap());
        let places: Vec<f64> = (0..n).map(|i| i as f64).collect();
        assert_uncorrelated("places", &order, &places);
        assert_uncorrelated("neighbours", &order[1..], &order[..n - 1]);
    }
    let orders: Vec<f64> = {
        let mut rng = Generator::seeded(9);
        let rank = |x: Array1<i64>| (2 * x[0] + i64::from(x[1] > x[2])) as f64;
        (0..6000).map(|_| rank(rng.permutation(3).unwrap().compute().unwrap())).collect()
    };
    assert_counts("orders of three", &orders, 0, &[1.0 / 6.0; 6]);
}

#[test]
fn choices_are_as_likely_as_their_weights() {
    let mut rng = Generator::seeded(10);
    let x = rng.choice(&array![3i32, 4, 5, 6, 7], N.chunked(999)).unwrap();
    assert_counts("choice", &sample(&x), 3, &[0.2; 5]);
    let weights = array![0.0, 1.0, 0.0, 4.0, 2.0, 0.0];
    let x = rng.choice_weighted(&array![0u8, 1, 2, 3, 4, 5], &weights, N).unwrap();
    assert_counts("weighted", &sample(&x), 0, &[0.0, 1.0 / 7.0, 0.0, 4.0 / 7.0, 2.0 / 7.0]);
    assert!(sample(&x).iter().all(|&x| [1.0, 3.0, 4.0].contains(&x)));
    // Weights of very different size, and one value alone.
    let x = rng.choice_weighted(&[1, 2], &[1e-300, 1e300], 1000).unwrap();
    assert_eq!(x.min().scalar().unwrap(), 2);
    let x = rng.choice_weighted(&[true], &[5e-324], 1000).unwrap();
    assert!(x.all().scalar().unwrap());
    let reversed = array![1.0, 2.0, 3.0];
    let x = rng.choice(reversed.slice(s![..;-1]), 1000).unwrap();
    assert_eq!((x.min().scalar().unwrap(), x.max().scalar().unwrap()), (1.0, 3.0));
}

#[test]
fn choices_without_replacement_take_nothing_twice() {
    let mut rng = Generator::seeded(11);
    let values: Vec<i64> = (0..5000).map(|i| 3 * i).collect();
    for shape in [(50, 100), (1, 7), (0, 3)] {
        let mut taken = sample(&rng.choice_without_replacement(&values, shape).unwrap());
        taken.sort_by(f64::total_cmp);
        assert!(taken.windows(2).all(|pair| pair[0] < pair[1]) && taken.len() == shape.0 * shape.1);
        assert!(taken.iter().all(|x| x % 3.0 == 0.0 && *x < 15_000.0));
    }
    let first: Vec<f64> = (0..4000)
        .map(|_| rng.choice_without_replacement(&[0, 1, 2, 3], 2).unwrap().compute().unwrap())
        .map(|x| (4 * x[0] + x[1]) as f64)
        .collect();
    let twelfth = |k: usize| if k.is_multiple_of(5) { 0.0 } else { 1.0 / 12.0 };
    assert_counts(
        "pairs",
        &first,
        0,
        &[(); 16].iter().enumerate().map(|(k, ())| twelfth(k)).collect::<Vec<_>>(),
    );
    let nothing: [f64; 0] = [];
    assert!(rng.choice_without_replacement(&nothing, 0).unwrap().compute().unwrap().is_empty());
}
