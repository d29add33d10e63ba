use std::cmp::Ordering;

use chunkwise_core::{Complex, DType, Element};

use super::key::{Key, Ranked};
use super::quantile::Place;
use super::select::select;
use super::{Lanes, Method, NoValue, OrderOp, run};
use crate::random::Parameter;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 11
    }
}

/// Numbers that selection finds hard: few values, sorted, mirrored, one outlier, periodic, all the same.
fn hard(n: usize) -> Vec<Vec<u64>> {
    let mut random = Random(n as u64);
    let last = n as u64;
    vec![
        (0..last).map(|_| random.next()).collect(),
        (0..last).map(|_| random.next() % 3).collect(),
        (0..last).map(|_| random.next() % 2 * (u64::MAX - 5)).collect(),
        (0..last).collect(),
        (0..last).rev().collect(),
        (0..last).map(|i| i.min(last - i)).collect(),
        vec![7; n],
        (0..last).map(|i| if i == last / 2 { u64::MAX } else { 0 }).collect(),
        (0..last).map(|i| i % 80 + (i % 2) * 1000).collect(),
        (0..last).map(|i| if i % 10 < 7 { 5 } else { random.next() }).collect(),
        (0..last).map(|i| 1 << (i % 64)).collect(),
    ]
}

#[test]
fn selection_finds_what_sorting_finds() {
    for n in [1, 2, 3, 100, 511, 512, 513, 514, 1000, 5000, 40_001, 200_000] {
        for (kind, keys) in hard(n).into_iter().enumerate() {
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            let mut spare = vec![0; n];
            let ranks = [0, 1, n / 100, n / 4, n / 2, n - n / 3, n - n / 50 - 1, n - 1];
            for k in ranks.into_iter().filter(|&k| k < n) {
                let pair = k + 1 < n;
                let found = select(&keys, &mut spare, k, pair);
                let expected = (sorted[k], sorted[k + usize::from(pair)]);
                assert_eq!(found, expected, "rank {k} of {n} numbers of kind {kind}");
                assert_eq!(select(&keys, &mut spare, k, false).0, sorted[k]);
            }
        }
    }
}

#[test]
fn selection_works_with_keys_of_every_size() {
    fn check<K: Key + std::fmt::Debug>(cast: impl Fn(u64) -> K) {
        for keys in hard(3000) {
            let keys: Vec<K> = keys.into_iter().map(&cast).collect();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            let mut spare = vec![K::default(); keys.len()];
            for k in [0, 700, 1500, 2998] {
                assert_eq!(select(&keys, &mut spare, k, true), (sorted[k], sorted[k + 1]));
            }
        }
    }
    check(|x| x as u8);
    check(|x| x as u16);
    check(|x| x as u32);
    check(|x| x);
}

#[test]
fn keys_are_in_the_order_of_elements() {
    fn check<T: Ranked + PartialOrd>(values: &[T]) {
        for &a in values {
            let (one, other) = (T::of(a.key()), a);
            assert!(one == other, "{one:?} came back for {other:?}");
            for &b in values {
                let order = a.partial_cmp(&b).unwrap();
                assert_eq!(a.equal_key().cmp(&b.equal_key()), order, "{a:?} and {b:?}");
                if order != Ordering::Equal {
                    assert_eq!(a.key().cmp(&b.key()), order, "{a:?} and {b:?}");
                }
            }
        }
    }
    check(&[f64::NEG_INFINITY, f64::MIN, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, f64::MAX, f64::INFINITY]);
    check(&[f32::NEG_INFINITY, f32::MIN, -1.0, -1e-45, -0.0, 0.0, 1e-45, 1.0, f32::MAX, f32::INFINITY]);
    check(&[i8::MIN, -1, 0, 1, i8::MAX]);
    check(&[i16::MIN, -1, 0, 1, i16::MAX]);
    check(&[i32::MIN, -1, 0, 1, i32::MAX]);
    check(&[i64::MIN, -1, 0, 1, i64::MAX]);
    check(&[0, 1, u64::MAX]);
    check(&[false, true]);
    for nan in [f64::NAN, -f64::NAN, f64::from_bits(0xfff0_0000_0000_0001)] {
        assert_eq!(nan.key(), u64::MAX);
        assert!(f64::of(nan.key()).is_nan() && f64::INFINITY.key() < nan.key());
    }
    assert!(f32::of((-f32::NAN).key()).is_nan());
    assert_eq!(i64::gap(i64::MIN.key(), i64::MAX.key()), 18_446_744_073_709_551_615.0);
}

/// The results of lanes of `len` elements.
fn ordered<A: Element, B: Element>(
    op: &OrderOp,
    elements: &[A],
    len: usize,
    mask: Option<&[u8]>,
) -> Result<Vec<B>, NoValue> {
    assert_eq!(op.result(A::DTYPE), Some(B::DTYPE));
    let mut elements = elements.to_vec();
    let count = elements.len() / len;
    let mut out = vec![B::default(); count * op.len(len)];
    let mask = mask.map(<[u8]>::as_ptr);
    let lanes = Lanes { ptr: elements.as_mut_ptr().cast(), mask, len, count };
    // SAFETY: the vectors have as many elements of these types, and the mask a byte for each.
    unsafe { run(op, A::DTYPE, lanes, out.as_mut_ptr().cast()) }.map(|()| out)
}

fn quantile(fractions: &[f64], method: Method, nan: bool) -> OrderOp {
    OrderOp::Quantile { fractions: fractions.iter().map(|&q| Parameter::new(q)).collect(), method, nan }
}

#[test]
fn lanes_have_results_of_their_own() {
    let x = [5.0, 1.0, 3.0, 2.0, f64::NAN, 4.0];
    let median = |nan| OrderOp::Median { nan };
    let medians: Vec<f64> = ordered(&median(false), &x, 3, None).unwrap();
    assert!(medians[0] == 3.0 && medians[1].is_nan());
    assert_eq!(ordered::<f64, f64>(&median(true), &x, 3, None).unwrap(), [3.0, 3.0]);
    assert_eq!(ordered::<i32, f64>(&median(false), &[4, 1, 1, 2], 2, None).unwrap(), [2.5, 1.5]);
    let quartiles = quantile(&[0.0, 0.25, 1.0], Method::Linear, false);
    assert_eq!(
        ordered::<u8, f64>(&quartiles, &[4, 0, 8, 255, 3, 1], 3, None).unwrap(),
        [0.0, 2.0, 8.0, 1.0, 2.0, 255.0]
    );
    let lower = quantile(&[0.5], Method::Lower, false);
    assert_eq!(ordered::<i64, i64>(&lower, &[i64::MAX, i64::MAX - 1], 2, None).unwrap(), [i64::MAX - 1]);
    assert_eq!(
        ordered::<bool, bool>(&OrderOp::Sort, &[true, false, true], 3, None).unwrap(),
        [false, true, true]
    );
    let top = |k| OrderOp::Top { k };
    assert_eq!(ordered::<i8, i8>(&top(2), &[3, -1, 2, 0, 9, 7], 3, None).unwrap(), [3, 2, 9, 7]);
    assert_eq!(ordered::<i8, i8>(&top(-2), &[3, -1, 2, 0, 9, 7], 3, None).unwrap(), [-1, 2, 0, 7]);
    assert_eq!(ordered::<i8, i8>(&top(5), &[3, -1, 2], 3, None).unwrap(), [3, 2, -1]);
    assert_eq!(ordered::<i8, i8>(&top(0), &[3, -1, 2], 3, None).unwrap(), []);
}

#[test]
fn many_quantiles_are_those_of_few() {
    let mut random = Random(3);
    let x: Vec<f64> = (0..2000).map(|_| random.next() as f64).collect();
    let fractions: Vec<f64> = (0..50).map(|i| f64::from(i) / 49.0).collect();
    let all: Vec<f64> = ordered(&quantile(&fractions, Method::Hazen, false), &x, 1000, None).unwrap();
    for (i, &fraction) in fractions.iter().enumerate() {
        let one: Vec<f64> = ordered(&quantile(&[fraction], Method::Hazen, false), &x, 1000, None).unwrap();
        assert_eq!([all[i], all[50 + i]], one[..]);
    }
}

#[test]
fn masks_leave_elements_out() {
    let x = [5, 1, 3, 2, 9, 4];
    let mask = [1u8, 1, 0, 0, 1, 0];
    let median = OrderOp::Median { nan: false };
    assert_eq!(ordered::<i32, f64>(&median, &x, 3, Some(&mask)).unwrap(), [3.0, 9.0]);
    assert!(ordered::<i32, f64>(&median, &x, 6, Some(&[0; 6])).unwrap()[0].is_nan());
    let q = quantile(&[0.5], Method::Linear, false);
    assert_eq!(ordered::<i32, f64>(&q, &x, 3, Some(&[1, 1, 1, 0, 0, 0])), Err(NoValue { lane: 1 }));
    let q = quantile(&[0.5, 1.0], Method::Linear, true);
    assert!(ordered::<i32, f64>(&q, &x, 6, Some(&[0; 6])).unwrap().iter().all(|q| q.is_nan()));
}

#[test]
fn positions_of_equal_elements_ascend() {
    let x = [0.0, f64::NAN, -0.0, -1.0, -f64::NAN, 0.0];
    assert_eq!(ordered::<f64, i64>(&OrderOp::ArgSort, &x, 6, None).unwrap(), [3, 0, 2, 5, 1, 4]);
    assert_eq!(ordered::<f64, i64>(&OrderOp::ArgTop { k: 4 }, &x, 6, None).unwrap(), [1, 4, 0, 2]);
    assert_eq!(ordered::<f64, i64>(&OrderOp::ArgTop { k: -3 }, &x, 6, None).unwrap(), [3, 0, 2]);
    let few = [2u16, 1, 2, 1, 1];
    assert_eq!(ordered::<u16, i64>(&OrderOp::ArgSort, &few, 5, None).unwrap(), [1, 3, 4, 0, 2]);
}

#[test]
fn complex_numbers_are_sorted_by_parts_with_nan_last() {
    let z = Complex::<f64>::new;
    let nan = f64::NAN;
    let x = [z(nan, 1.0), z(1.0, 2.0), z(1.0, nan), z(nan, nan), z(1.0, -3.0), z(-2.0, 9.0), z(nan, 0.0)];
    let order: Vec<i64> = ordered(&OrderOp::ArgSort, &x, 7, None).unwrap();
    assert_eq!(order, [5, 4, 1, 2, 6, 0, 3]);
    let sorted: Vec<Complex<f64>> = ordered(&OrderOp::Sort, &x, 7, None).unwrap();
    let bits = |z: Complex<f64>| (z.re.to_bits(), z.im.to_bits());
    assert!(order.iter().zip(sorted).all(|(&i, z)| bits(x[i as usize]) == bits(z)));
    assert_eq!(OrderOp::Median { nan: false }.result(DType::C64), None);
}

#[test]
fn quantiles_lie_where_numpy_puts_them() {
    let place = |method: Method, n, q| {
        let Place { low, high, weight } = method.place(n, q);
        (low, high, weight)
    };
    assert_eq!(place(Method::Linear, 5, 0.5), (2, 3, 0.0));
    assert_eq!(place(Method::Linear, 4, 0.5), (1, 2, 0.5));
    assert_eq!(place(Method::Linear, 4, 1.0).0, 3);
    assert_eq!(place(Method::Nearest, 4, 0.5), (2, 2, 0.0));
    assert_eq!(place(Method::ClosestObservation, 4, 0.375).0, 1);
    assert_eq!(place(Method::ClosestObservation, 5, 0.5).0, 1);
    assert_eq!(place(Method::InvertedCdf, 4, 0.0).0, 0);
    assert_eq!(place(Method::InvertedCdf, 4, 0.5).0, 1);
    assert_eq!(place(Method::AveragedInvertedCdf, 4, 0.5), (1, 2, 0.5));
    assert_eq!(place(Method::AveragedInvertedCdf, 4, 0.6), (1, 2, 1.0));
    assert_eq!(place(Method::Weibull, 4, 0.1), (0, 0, 0.5));
}
