use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise_exec::{Listener, Observer, RunInfo};
use ndarray::{Array2, ArrayD, Axis, ShapeBuilder, array, s};

use super::*;
use crate::prelude::*;
use crate::{ChunkedArray, Config};

fn matrix(from: f64) -> Array2<f64> {
    Array2::from_shape_fn((6, 5), |(i, j)| from + (i * 5 + j) as f64)
}

/// `(a - b)^2` summed over axis 0, and its chunks: built at one place.
fn distance(a: &Array2<f64>, b: &Array2<f64>) -> ChunkedArray1<f64> {
    let [a, b] = [a, b].map(|x| ChunkedArray::from_array(x.to_shared(), (2, 3)).unwrap());
    let difference = &a - &b;
    (&difference * &difference).sum_axis(Axis(0)).unwrap()
}

fn expected(a: &Array2<f64>, b: &Array2<f64>) -> ndarray::Array1<f64> {
    (a - b).mapv(|x| x * x).sum_axis(Axis(0))
}

fn is_known<D: ndarray::Dimension>(x: &ChunkedArray<f64, D>) -> bool {
    recall(&[x.expr().clone()]).is_some()
}

#[test]
fn the_same_computation_of_other_arrays_has_its_plan() {
    let (a, b) = (matrix(0.0), matrix(100.0));
    assert!(!is_known(&distance(&a, &b)));
    assert_eq!(distance(&a, &b).compute().unwrap(), expected(&a, &b));
    for from in 1..50 {
        let c = matrix(f64::from(from) * 0.5);
        assert!(is_known(&distance(&a, &c)));
        assert_eq!(distance(&a, &c).compute().unwrap(), expected(&a, &c));
        assert_eq!(distance(&c, &a).compute().unwrap(), expected(&c, &a));
    }
}

#[test]
fn one_array_twice_has_another_plan_than_two_arrays() {
    let (a, b) = (matrix(0.0), matrix(1.0));
    let apply = |a: &ChunkedArray2<f64>, b: &ChunkedArray2<f64>| ((a + b) * 2.0).compute().unwrap();
    let [x, y] = [&a, &b].map(|x| ChunkedArray::from_array(x.to_shared(), 2).unwrap());
    for _ in 0..2 {
        assert_eq!(apply(&x, &y), (&a + &b) * 2.0);
        assert_eq!(apply(&x, &x), (&a + &a) * 2.0);
        assert_eq!(apply(&y, &x), (&b + &a) * 2.0);
        assert_eq!(apply(&y, &y), (&b + &b) * 2.0);
    }
}

/// Whether the plan of an array is kept as one that runs at once.
fn is_single<D: ndarray::Dimension>(x: &ChunkedArray<f64, D>) -> bool {
    let roots = [x.expr().clone()];
    recall(&roots).expect("its plan is kept").single().is_some()
}

/// Counts the runs that it is told of.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Observer for Counting {
    fn begin(self: Arc<Self>, _: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// Computes an array for the first time, at once, and in the ordinary way, which a run that somebody watches takes.
fn thrice<D: ndarray::Dimension>(x: &ChunkedArray<f64, D>) -> [Vec<u64>; 3] {
    let watched = Counting::default();
    let config = Config::default().observe(watched.clone());
    let values = [x.compute(), x.compute(), x.compute_with(&config)];
    assert_eq!(watched.0.load(Ordering::Relaxed), 1, "nobody watches the others");
    values.map(|values| values.unwrap().iter().map(|value| value.to_bits()).collect())
}

#[test]
fn one_task_over_memory_runs_at_once() {
    let deep = ArrayD::from_shape_fn(vec![3, 4, 5], |at| (at[0] * 31 + at[1] * 7 + at[2]) as f64 / 3.0);
    let draws = Generator::seeded(7).standard_normal((4, 3)).unwrap();
    for from in [0.0, 0.1] {
        let [a, b] = [matrix(from), matrix(100.0 - from)];
        let [x, y] = [&a, &b].map(|x| ChunkedArray::from_array(x.to_shared(), Auto).unwrap());
        let deep = ChunkedArray::from_array(deep.mapv(|x| x - from).into_shared(), Auto).unwrap();
        let turned = deep.permuted_axes(&[2, 0, 1][..]).unwrap();
        let arrays = [
            (&x - &y * 2.0).into_dyn(),
            (&x - &y).powi(2).mean_axis(Axis(0)).unwrap().into_dyn(),
            x.slice(s![1..;2, ..;-1]).unwrap().max_axis(crate::keep(Axis(1))).unwrap().into_dyn(),
            (x.slice(s![..;-1, 1..3]).unwrap()
                / y.slice(s![2.., ..2]).unwrap().slice(s![.., ..;-1]).unwrap().sum())
            .into_dyn(),
            x.std(1.0).into_dyn(),
            (&x * x.mean_axis(crate::keep(Axis(1))).unwrap().slice(s![..1, ..]).unwrap()).sum().into_dyn(),
            (ChunkedArray2::<f64>::eye(5).unwrap() + ChunkedArray::arange(0..5).unwrap().cast::<f64>())
                .into_dyn(),
            turned.slice(s![1..;2, .., ..;-1]).unwrap().sqrt().into_dyn(),
            turned.nanmin_axis(Axis(1)).unwrap(),
            (&draws * 2.0).into_dyn(),
            x.slice(s![2, 3]).unwrap().into_dyn(),
        ];
        for (number, array) in arrays.iter().enumerate() {
            let [first, at_once, watched] = thrice(array);
            assert_eq!(at_once, watched, "number {number}");
            assert_eq!(first, watched, "number {number}");
            // The product with means of the array itself takes two tasks.
            assert_eq!(is_single(array), ![3, 5].contains(&number), "number {number}");
        }
        assert_eq!(arrays[0].compute().unwrap(), (&a - &b * 2.0).into_dyn());
        // Several at once, one of them twice.
        for _ in 0..3 {
            let doubled = &x * 2.0;
            let (sum, largest, both) =
                crate::compute((x.sum().value(), x.max().value(), (&doubled, &doubled))).unwrap();
            assert_eq!((sum, largest), (a.sum(), a[[5, 4]]));
            assert_eq!(both, (&a * 2.0, &a * 2.0));
        }
    }
}

#[test]
fn nothing_else_runs_at_once() {
    let x = ChunkedArray::from_array(matrix(0.0).to_shared(), 2).unwrap();
    let long = ChunkedArray::from_array(Array2::<f64>::zeros((1 << 11, 1 << 9)).into_shared(), Auto).unwrap();
    let arrays = [
        long.sum().into_dyn(),
        long.slice(s![..9, ..]).unwrap().var_axis(Axis(0), 0.0).unwrap().into_dyn(),
        x.dot(&x.t()).unwrap().into_dyn(),
        x.cumsum_axis(Axis(0)).unwrap().into_dyn(),
        x.slice(s![..0, ..]).unwrap().into_dyn(),
        x.slice(s![..0, ..]).unwrap().sum_axis(Axis(0)).unwrap().into_dyn(),
    ];
    for (number, array) in arrays.iter().enumerate() {
        let [first, again, watched] = thrice(array);
        assert_eq!((&first, &again), (&watched, &watched));
        assert!(!is_single(array), "number {number}");
    }
}

#[test]
fn a_plan_that_runs_at_once_leaves_other_layouts_alone() {
    let x = ChunkedArray::from_array(matrix(0.0).into_shared(), Auto).unwrap();
    let y = &x + 1.0;
    y.compute().unwrap();
    let roots = [y.expr().clone()];
    let recalled = recall(&roots).unwrap();
    let single = recalled.single().unwrap();
    let block = recalled.arrays[0];
    assert!(single.run(&recalled.arrays).is_some());
    let turned = Arc::new(block.permuted(&[1, 0]));
    let smaller = Arc::new(block.region(&[0, 0], &[6, 4]));
    let other = Arc::new(Block::uninit(chunkwise_core::DType::I64, &[6, 5]));
    for arrays in [&[&turned][..], &[&smaller], &[&other], &[], &[block, block]] {
        assert!(single.run(arrays).is_none());
    }
}

#[test]
fn layouts_and_numbers_count() {
    let rows = matrix(0.0).into_dyn();
    let mut columns = ArrayD::zeros(rows.raw_dim().f());
    columns.assign(&rows);
    for factor in [1.0, 2.0, -0.0, 0.0] {
        for x in [&rows, &columns] {
            let y = ChunkedArray::from_array(x.to_shared(), Auto).unwrap();
            let y = (y.t() * factor).compute().unwrap();
            assert_eq!(y, x.t().to_owned() * factor);
            assert!(
                y.iter().zip((x.t().to_owned() * factor).iter()).all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }
}

#[test]
fn errors_and_cancellation_are_as_the_first_time() {
    let first_nan = |x: &ndarray::Array1<f64>| {
        let x = ChunkedArray::from_array(x.to_shared(), 2).unwrap();
        x.nanargmin().scalar().map_err(|error| error.to_string())
    };
    assert_eq!(first_nan(&array![f64::NAN, 2.0, 1.0]), Ok(2));
    let all = first_nan(&array![f64::NAN, f64::NAN, f64::NAN]).unwrap_err();
    assert_eq!(first_nan(&array![f64::NAN, f64::NAN, f64::NAN]).unwrap_err(), all);
    assert_eq!(first_nan(&array![f64::NAN, 2.0, 3.0]), Ok(1));

    let token = CancelToken::new();
    let x = ChunkedArray::from_array(matrix(0.0).to_shared(), Auto).unwrap();
    let config = Config::default().cancel(&token);
    let sum = || x.sum().compute_with(&config).map(ndarray::Array0::into_scalar);
    assert!(sum().is_ok() && sum().is_ok());
    token.cancel();
    assert!(sum().is_err());
}

#[test]
fn only_so_many_plans_are_kept() {
    let x = ChunkedArray::from_array(matrix(0.0).to_shared(), Auto).unwrap();
    let scaled = |factor: usize| &x * factor as f64;
    for factor in 0..KEPT + 3 {
        scaled(factor).compute().unwrap();
    }
    PLANS.with(|plans| assert_eq!(plans.borrow().len(), KEPT));
    assert!(is_known(&scaled(KEPT + 2)) && is_known(&scaled(3)));
    assert!(!is_known(&scaled(2)), "the one that was not used for longest is gone");
}

#[test]
fn arrays_are_not_kept_alive() {
    let memory = matrix(0.0).into_shared();
    let x = ChunkedArray::from_array(memory.clone(), Auto).unwrap();
    (&x + 1.0).compute().unwrap();
    drop(x);
    assert!(memory.try_into_owned_nocopy().is_ok());
}

#[test]
fn what_runs_functions_or_stays_in_memory_is_planned_anew() {
    let x = ChunkedArray::from_array(matrix(0.0).to_shared(), 2).unwrap();
    let closure = x.mapv(|v: f64| v + 1.0);
    let kept = x.persist().unwrap();
    for y in [&closure, &kept] {
        y.compute().unwrap();
        assert!(!is_known(y));
    }
}
