//! Lengths that nobody knows: what works without them, what asks for them, and how they are found.

use chunkwise::prelude::*;
use chunkwise::{UNKNOWN, concatenate, stack};
use ndarray::{Array1, Array2, Axis, array, s};

fn numbers() -> Array2<f64> {
    Array2::from_shape_fn((600, 500), |(i, j)| ((i * 7919 + j * 104_729) % 1000) as f64)
}

fn over() -> (Array1<f64>, ChunkedArray1<f64>) {
    let x = numbers();
    let expected: Array1<f64> = x.iter().copied().filter(|&x| x >= 500.0).collect();
    let lazy = ChunkedArray::from_array(x, (100, 90)).unwrap();
    (expected, lazy.mask(&lazy.ge(500.0).unwrap()).unwrap())
}

#[test]
fn what_is_shown_of_an_unknown_length() {
    let (_, over) = over();
    assert!(!over.has_known_shape());
    assert_eq!(over.shape(), [UNKNOWN]);
    assert_eq!((over.ndim(), over.len(), over.nbytes()), (1, UNKNOWN, UNKNOWN));
    let card = format!("{over:?}");
    assert!(card.contains("shape: (?,), bytes: unknown"), "{card}");
    assert!(over.chunks()[0].iter().all(|&n| n == UNKNOWN) && over.chunks()[0].len() == over.num_chunks());
    let html = over.to_html();
    assert!(html.contains('?') && !html.contains("18446744073709551615"), "{html}");
    assert!(over.explain().is_ok());
}

#[test]
fn counted_chunks_have_lengths() {
    let (expected, over) = over();
    let counted = over.compute_chunk_sizes().unwrap();
    assert!(counted.has_known_shape() && counted.num_chunks() > 1);
    assert_eq!(counted.shape(), [expected.len()]);
    assert_eq!(counted.chunks()[0].iter().sum::<usize>(), expected.len());
    assert_eq!(counted.compute().unwrap(), expected);
    // Everything that asked for them works now.
    let (first, end) = (expected.len() / 3, expected.len() - 5);
    let part = counted.slice(s![first..end;7]).unwrap();
    assert_eq!(part.compute().unwrap(), expected.slice(s![first..end;7]));
    assert_eq!(counted.slice(s![..;-1]).unwrap().compute().unwrap(), expected.slice(s![..;-1]));
    let both = concatenate(Axis(0), &[counted.clone(), part]).unwrap();
    assert_eq!(both.len(), expected.len() + (end - first).div_ceil(7));
    assert_eq!(both.sum().scalar().unwrap(), both.compute().unwrap().sum());
    assert_eq!(counted.rechunk(1000).unwrap().compute().unwrap(), expected);
    assert_eq!(counted.argmax().scalar().unwrap(), expected.iter().position(|&x| x == 999.0).unwrap() as i64);
    assert_eq!(counted.dot(&counted).unwrap().scalar().unwrap(), expected.dot(&expected));
    assert_eq!(counted.compute_chunk_sizes().unwrap().shape(), counted.shape());
    // Work on what is not counted yet is counted as well.
    let doubled = (&over * 2.0).compute_chunk_sizes().unwrap();
    assert_eq!((&doubled - &counted).compute().unwrap(), expected);
}

#[test]
fn persisted_selections_have_lengths() {
    let (expected, over) = over();
    let kept = over.persist().unwrap();
    assert_eq!(kept.shape(), [expected.len()]);
    assert_eq!(kept.slice(s![10..20]).unwrap().compute().unwrap(), expected.slice(s![10..20]));
    assert_eq!(kept.max().scalar().unwrap(), 999.0);
    let rows = ChunkedArray::from_array(numbers(), 64).unwrap();
    let chosen = rows.max_axis(Axis(1)).unwrap().gt(998.0).unwrap();
    let kept = rows.mask(&chosen).unwrap().persist().unwrap();
    let count = chosen.count_nonzero().scalar().unwrap() as usize;
    assert_eq!(kept.shape(), [count, 500]);
    assert_eq!(kept.t().compute().unwrap(), rows.mask(&chosen).unwrap().compute().unwrap().t());
}

#[test]
fn what_needs_a_length_says_so() {
    let (_, over) = over();
    let errors = [
        over.slice(s![..3]).unwrap_err(),
        over.index_axis(Axis(0), 0).unwrap_err(),
        over.rechunk(10).unwrap_err(),
        over.reshape((Auto, 2)).unwrap_err(),
        over.argmax().scalar().unwrap_err(),
        over.dot(&over).unwrap_err(),
        over.insert_axis(Axis(0)).unwrap_err(),
        over.broadcast((5, 5)).unwrap_err(),
        concatenate(Axis(0), &[over.clone(), over.clone()]).unwrap_err(),
        stack(Axis(0), &[over.clone(), over.clone()]).unwrap_err(),
        over.nonzero().map(drop).unwrap_err(),
        over.write_npy("never").unwrap_err(),
        over.try_add(&ChunkedArray::<f64, _>::zeros(5).unwrap()).unwrap_err(),
        over.invert_axis(Axis(0)).unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("compute_chunk_sizes"), "{text}");
    }
}

#[test]
fn different_masks_do_not_meet() {
    let x = ChunkedArray::from_array(numbers(), 100).unwrap();
    let (a, b) = (x.mask(&x.gt(3.0).unwrap()).unwrap(), x.mask(&x.gt(4.0).unwrap()).unwrap());
    let error = a.try_add(&b).unwrap_err().to_string();
    assert!(error.contains("different masks"), "{error}");
    let error = a.mask(&b.gt(0.0).unwrap()).unwrap_err().to_string();
    assert!(error.contains("different masks"), "{error}");
}

#[test]
fn masks_that_do_not_fit() {
    let x = ChunkedArray::<f64, _>::zeros((4, 5)).unwrap();
    let short = ChunkedArray::from_array(array![true, false, true], Auto).unwrap();
    let error = x.mask(&short).unwrap_err().to_string();
    assert!(error.contains("mask") && error.contains("[3]") && error.contains("[4, 5]"), "{error}");
    let dynamic = ChunkedArray::<bool, _>::ones(vec![4, 5, 6]).unwrap();
    assert!(x.clone().into_dyn().mask(&dynamic).is_err());
}

#[test]
fn a_mask_that_changes_after_it_was_counted_is_noticed() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let runs = Arc::new(AtomicUsize::new(0));
    let seen = runs.clone();
    let x = ChunkedArray::arange(0..100).unwrap();
    let mask = x.mapv(move |i| seen.fetch_add(1, Ordering::Relaxed) < 100 && i % 2 == 0);
    let counted = x.mask(&mask).unwrap().compute_chunk_sizes().unwrap();
    assert_eq!(counted.shape(), [50]);
    let error = counted.compute().unwrap_err().to_string();
    assert!(error.contains("the mask was true 0 times here, and 50 times when it was counted"), "{error}");
}
