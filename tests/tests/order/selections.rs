//! Order statistics of what a mask selects.

use chunkwise::prelude::*;
use chunkwise_tests::Rng;
use ndarray::{Array1, Array2, Axis, array, s};

use crate::support::{fortran, median, numbers, rough};

#[test]
fn medians_and_quantiles_of_selected_elements() {
    let mut rng = Rng::new(12);
    for nans in [false, true] {
        let values = rough(&[130, 77], &mut rng, nans);
        for memory in [values.clone(), fortran(&values)] {
            let memory: Array2<f64> = memory.into_dimensionality().unwrap();
            let x = ChunkedArray::from_array(memory, (40, 30)).unwrap();
            let selected = x.mask(&x.lt(3.0).unwrap()).unwrap();
            let chosen: Vec<f64> = values.iter().copied().filter(|v| *v < 3.0).collect();
            assert_eq!(selected.median().scalar().unwrap(), median(chosen.clone()));
            let known = ChunkedArray::from_array(Array1::from(chosen), 50).unwrap();
            let q = [0.0, 0.3, 1.0];
            let expected = known.quantile(q).unwrap().compute().unwrap();
            assert_eq!(selected.quantile(q).unwrap().compute().unwrap(), expected);
            // With NaN among what is selected.
            let all = x.mask(&!x.gt(0.0).unwrap()).unwrap();
            let rest: Vec<f64> = values.iter().copied().filter(|v| v.is_nan() || *v <= 0.0).collect();
            assert_eq!(all.nanmedian().scalar().unwrap(), median(numbers(rest.clone())));
            assert_eq!(all.median().scalar().unwrap().is_nan(), nans);
            let doubled = (&all * 2.0).nanpercentile(50.0).unwrap().scalar().unwrap();
            assert_eq!(doubled, median(numbers(rest)) * 2.0);
        }
    }
}

#[test]
fn selected_rows() {
    let mut rng = Rng::new(13);
    let values: Array2<f64> = rough(&[50, 9], &mut rng, false).into_dimensionality().unwrap();
    let x = ChunkedArray::from_array(values.clone(), (7, 4)).unwrap();
    let mask = x.slice(s![.., 0]).unwrap().gt(0.0).unwrap();
    let chosen: Vec<usize> = (0..50).filter(|&i| values[[i, 0]] > 0.0).collect();
    let rows = values.select(Axis(0), &chosen);
    let selected = x.mask(&mask).unwrap();
    let known = ChunkedArray::from_array(rows.clone(), 5).unwrap();
    let down = selected.median_axis(Axis(0)).unwrap();
    assert_eq!(down.compute().unwrap(), known.median_axis(Axis(0)).unwrap().compute().unwrap());
    let kept = selected.quantile_axis(keep(Axis(0)), [0.2, 0.5]).unwrap();
    assert_eq!(
        kept.compute().unwrap(),
        known.quantile_axis(keep(Axis(0)), [0.2, 0.5]).unwrap().compute().unwrap()
    );
    // Lanes within rows stay lanes of selected rows.
    let along = selected.median_axis(Axis(1)).unwrap();
    assert!(along.shape()[0] == chunkwise::UNKNOWN);
    assert_eq!(along.compute().unwrap(), known.median_axis(Axis(1)).unwrap().compute().unwrap());
    let wide = selected.median_axis(keep(Axis(1))).unwrap();
    assert_eq!(wide.compute().unwrap(), known.median_axis(keep(Axis(1))).unwrap().compute().unwrap());
    let sorted = selected.sort_axis(Axis(1)).unwrap();
    assert_eq!(sorted.compute().unwrap(), known.sort_axis(Axis(1)).unwrap().compute().unwrap());
    let top = selected.argtopk_axis(Axis(1), 2).unwrap();
    assert_eq!(top.compute().unwrap(), known.argtopk_axis(Axis(1), 2).unwrap().compute().unwrap());
}

#[test]
fn nothing_selected() {
    let x = ChunkedArray::from_array(array![1.0_f64, 2.0, 3.0], 2).unwrap();
    let none = x.mask(&x.gt(9.0).unwrap()).unwrap();
    assert!(none.median().scalar().unwrap().is_nan());
    assert!(none.nanquantile(0.5).unwrap().scalar().unwrap().is_nan());
    let error = none.quantile(0.5).unwrap().scalar().unwrap_err().to_string();
    assert!(error.contains("quantile") && error.contains("no elements"), "{error}");
}

#[test]
fn what_needs_a_length_says_so() {
    let x = ChunkedArray::from_array(array![[1.0_f64, 2.0], [3.0, 4.0]], 1).unwrap();
    let selected = x.mask(&x.gt(1.0).unwrap()).unwrap();
    for error in [
        selected.sort().unwrap_err(),
        selected.argsort_axis(Axis(0)).unwrap_err(),
        selected.topk(2).unwrap_err(),
        selected.argtopk_axis(Axis(0), 1).unwrap_err(),
    ] {
        assert!(error.to_string().contains("compute_chunk_sizes"), "{error}");
    }
    let counted = selected.compute_chunk_sizes().unwrap();
    assert_eq!(counted.sort().unwrap().compute().unwrap(), array![2.0, 3.0, 4.0]);
    assert_eq!(counted.median().scalar().unwrap(), 3.0);
}
