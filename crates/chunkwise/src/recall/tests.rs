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
    recall(&roots).expect("its plan is kept").known.single.is_some()
}

#[test]
fn one_task_over_memory_runs_at_once() {
    let (a, b) = (matrix(0.0), matrix(100.0));
    let compute = |a: &Array2<f64>, b: &Array2<f64>| {
        let [x, y] = [a, b].map(|x| ChunkedArray::from_array(x.to_shared(), Auto).unwrap());
        let squares = (&x - &y).powi(2);
        let columns = squares.mean_axis(Axis(0)).unwrap();
        let rows = x.slice(s![1..;2, ..;-1]).unwrap().max_axis(crate::keep(Axis(1))).unwrap();
        let places = ChunkedArray::from_shape_fn((6, 5), |(i, j)| (i * 5 + j) as f64).unwrap() + 1.0;
        let values = (columns.compute().unwrap(), rows.compute().unwrap(), places.compute().unwrap());
        let both = crate::compute((x.sum().value(), (&x * 2.0), x.std(1.0).value())).unwrap();
        assert!(is_single(&columns) && is_single(&rows));
        (values, both)
    };
    let first = compute(&a, &b);
    for _ in 0..2 {
        assert_eq!(compute(&a, &b), first);
        let ((columns, rows, _), (sum, doubled, _)) = compute(&b, &a);
        assert_eq!(columns, first.0.0);
        assert_eq!(rows, Array2::from_shape_fn((3, 1), |(i, _)| b[[2 * i + 1, 4]]));
        assert_eq!((sum, doubled), (b.sum(), &b * 2.0));
    }
}

#[test]
fn nothing_else_runs_at_once() {
    let x = ChunkedArray::from_array(matrix(0.0).to_shared(), 2).unwrap();
    let long = ChunkedArray::from_array(ArrayD::<f64>::zeros(vec![1 << 20]).into_shared(), Auto).unwrap();
    let sum = long.sum();
    let product = x.dot(&x.t()).unwrap();
    for y in [sum.into_dyn(), product.into_dyn(), x.cumsum_axis(Axis(0)).unwrap().into_dyn()] {
        y.compute().unwrap();
        assert!(!is_single(&y), "{y:?}");
    }
}

#[test]
fn a_plan_that_runs_at_once_leaves_other_layouts_alone() {
    let x = ChunkedArray::from_array(matrix(0.0).into_shared(), Auto).unwrap();
    let y = &x + 1.0;
    y.compute().unwrap();
    let roots = [y.expr().clone()];
    let recalled = recall(&roots).unwrap();
    let single = recalled.known.single.as_ref().unwrap();
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
