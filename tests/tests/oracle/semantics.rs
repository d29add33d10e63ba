//! The rules that chunked engines get wrong, one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use chunkwise::prelude::*;
use chunkwise_tests::{Tolerance, assert_matches, assert_matches_within};
use ndarray::{Array, Array1, Array2, Axis, Dimension, array, s};
use num_complex::Complex;

/// Chunks along an axis of `n`: one, ones, and uneven ones with empty ones among them.
fn cuts(n: usize) -> Vec<Vec<usize>> {
    let half = n / 2;
    vec![vec![n], vec![1; n], vec![half, 0, n - half], vec![0, n - half, half, 0]]
}

/// The array in several chunkings.
fn chunked<A: Element, D: Dimension>(array: &Array<A, D>) -> Vec<ChunkedArray<A, D>> {
    (0..4)
        .map(|i| {
            let chunks: Vec<Vec<usize>> = array.shape().iter().map(|&n| cuts(n)[i].clone()).collect();
            let chunks = chunks
                .into_iter()
                .map(|sizes| if sizes.is_empty() { vec![0] } else { sizes })
                .collect::<Vec<_>>();
            ChunkedArray::from_array(array.clone(), chunks).expect("chunks that fit")
        })
        .collect()
}

type Outcome = chunkwise::Result<()>;

#[test]
fn sums_of_small_integers_widen_and_wide_ones_wrap() -> Outcome {
    for x in chunked(&Array1::from_elem(1000, 127i8)) {
        assert_eq!(x.sum().scalar()?, 127_000i64);
    }
    for x in chunked(&Array1::from_elem(64, 3u16)) {
        assert_eq!(x.prod().scalar()?, 3u64.wrapping_pow(64));
    }
    for x in chunked(&array![i64::MAX, 1, 5]) {
        assert_eq!(x.sum().scalar()?, i64::MIN + 5);
    }
    for x in chunked(&array![true, true, false, true]) {
        assert_eq!((x.sum().scalar()?, x.prod().scalar()?, x.mean().scalar()?), (3i64, 0i64, 0.75f64));
    }
    for x in chunked(&array![1i32, 2]) {
        assert_eq!(x.mean().scalar()?, 1.5f64);
        assert_eq!(x.cast::<f32>().mean().scalar()?, 1.5f32);
    }
    Ok(())
}

#[test]
fn reductions_of_nothing() -> Outcome {
    for x in chunked(&Array2::<f64>::zeros((0, 3))) {
        assert_eq!((x.sum().scalar()?, x.prod().scalar()?), (0.0, 1.0));
        assert_eq!((x.any().scalar()?, x.all().scalar()?, x.count_nonzero().scalar()?), (false, true, 0));
        assert!(
            x.mean().scalar()?.is_nan() && x.var(0.0).scalar()?.is_nan() && x.nanmean().scalar()?.is_nan()
        );
        assert_matches(&x.sum_axis(Axis(0))?, &array![0.0, 0.0, 0.0]);
        assert_matches(&x.max_axis(Axis(1))?, &Array1::zeros(0));
        for (name, error) in [
            ("min", x.min().scalar().unwrap_err()),
            ("argmax", x.argmax().scalar().unwrap_err()),
            ("ptp", x.ptp().scalar().unwrap_err()),
            ("nanmin", x.nanmin_axis(Axis(0)).unwrap_err()),
        ] {
            assert!(error.to_string().contains(name), "{error}");
        }
    }
    Ok(())
}

#[test]
fn empty_chunks_among_full_ones_change_nothing() -> Outcome {
    let x = ChunkedArray::from_array(Array1::from_iter((0..10).map(f64::from)), ([5, 0, 5],))?;
    assert_eq!((x.sum().scalar()?, x.mean().scalar()?, x.var(0.0).scalar()?), (45.0, 4.5, 8.25));
    assert_eq!((x.min().scalar()?, x.max().scalar()?, x.argmax().scalar()?), (0.0, 9.0, 9));
    assert_eq!(x.slice(s![..;-1])?.argmin().scalar()?, 9);
    Ok(())
}

#[test]
fn no_axes_in_a_list_means_no_reduction() -> Outcome {
    let expected = array![[1i8, 2], [3, 4]];
    for x in chunked(&expected) {
        assert_matches(&x.sum_axis([])?, &expected.mapv(i64::from));
        assert_matches(&x.max_axis(keep([]))?, &expected);
        assert_matches(&x.mean_axis(&[] as &[Axis])?, &expected.mapv(f64::from).into_dyn());
    }
    Ok(())
}

#[test]
fn kept_axes_broadcast_against_what_was_reduced() -> Outcome {
    let expected = array![[1.0, 2.0, 6.0], [3.0, 4.0, 5.0]];
    for x in chunked(&expected) {
        let centred = &x - x.mean_axis(keep(Axis(1)))?;
        assert_matches(&centred, &array![[-2.0, -1.0, 3.0], [-1.0, 0.0, 1.0]]);
        let all = &x / x.sum_axis(keep([Axis(0), Axis(1)]))?;
        assert_matches(&all, &(&expected / 21.0));
    }
    Ok(())
}

#[test]
fn variance_is_accurate_beside_a_large_mean() -> Outcome {
    let spread = Array1::from_iter((0..999).map(|i| f64::from(i % 3)));
    for x in chunked(&(&spread + 1e9)) {
        assert!((x.var(0.0).scalar()? - 2.0 / 3.0).abs() < 1e-9, "{}", x.var(0.0).scalar()?);
    }
    for x in chunked(&array![Complex::new(0.0, 1.0), Complex::new(0.0, -1.0)]) {
        let variance: f64 = x.var(0.0).scalar()?;
        assert_eq!(variance, 1.0);
    }
    for x in chunked(&array![1.0f64, 2.0, 4.0]) {
        assert_eq!(x.var(3.0).scalar()?, f64::INFINITY);
        assert_eq!(x.std(7.0).scalar()?, f64::INFINITY);
        assert!(x.nanvar(3.0).scalar()?.is_nan(), "NumPy's nanvar has no value without degrees of freedom");
    }
    for x in chunked(&array![2.0f64, 2.0]) {
        assert!(x.var(2.0).scalar()?.is_nan());
    }
    Ok(())
}

#[test]
fn nan_is_skipped_only_where_the_name_says_so() -> Outcome {
    let nan = f64::NAN;
    for x in chunked(&array![[nan, nan, 1.0], [nan, 5.0, 2.0]]) {
        assert_matches(&x.nansum_axis(Axis(0))?, &array![0.0, 5.0, 3.0]);
        assert_matches(&x.nanmean_axis(Axis(0))?, &array![nan, 5.0, 1.5]);
        assert_matches(&x.nanmin_axis(Axis(0))?, &array![nan, 5.0, 1.0]);
        assert_matches(&x.max_axis(Axis(0))?, &array![nan, nan, 2.0]);
        assert_matches(&x.argmax_axis(Axis(1))?, &array![0, 0]);
        assert_matches(&x.nanargmax_axis(Axis(1))?, &array![2, 1]);
        assert_eq!(x.nanmin().scalar()?, 1.0);
        let error = x.nanargmin_axis(Axis(0))?.compute().unwrap_err();
        assert!(error.to_string().contains("nanargmin"), "{error}");
        assert!(x.any().scalar()? && x.all().scalar()?, "NaN is true");
    }
    Ok(())
}

#[test]
fn ties_go_to_the_first_in_c_order_across_blocks() -> Outcome {
    let expected = array![[0, 1, 7, 7], [7, 7, 0, 0], [0, 0, 0, 7]];
    for x in chunked(&expected) {
        assert_eq!((x.argmax().scalar()?, x.argmin().scalar()?), (2, 0));
        assert_eq!(x.t().argmax().scalar()?, 1);
        assert_matches(&x.argmax_axis(Axis(0))?, &array![1, 1, 0, 0]);
        assert_matches(&x.argmax_axis(Axis(1))?, &array![2, 0, 3]);
        assert_matches(&x.argmin_axis([Axis(1), Axis(0)])?, &ndarray::arr0(0));
    }
    Ok(())
}

#[test]
fn slices_of_uneven_chunks() -> Outcome {
    let expected = Array1::from_iter(0..10);
    let x = ChunkedArray::from_array(expected.clone(), ([1, 5, 0, 4],))?;
    assert_matches(&x.slice(s![..;-1])?, &expected.slice(s![..;-1]).to_owned());
    assert_eq!(x.slice(s![..;-1])?.chunks(), [[4, 5, 1]]);
    assert_matches(&x.slice(s![..1;-1])?, &array![0]);
    assert_matches(&x.slice(s![1..;7])?, &array![1, 8]);
    assert_matches(&x.slice(s![-3..])?, &array![7, 8, 9]);
    let none = x.slice(s![..0])?;
    assert_eq!((none.dtype(), none.shape()), (DType::I32, &[0][..]));
    assert_matches(&none, &Array1::zeros(0));
    let error = x.slice(s![4..11]).unwrap_err().to_string();
    assert!(["axis 0", "11", "10"].iter().all(|part| error.contains(part)), "{error}");
    Ok(())
}

#[test]
fn operands_in_different_chunks_meet_at_their_common_refinement() -> Outcome {
    let expected = array![1, 2, 3];
    let a = ChunkedArray::from_array(expected.clone(), ([1, 2],))?;
    let b = ChunkedArray::from_array(expected.clone(), ([2, 1],))?;
    assert_matches(&(&a + &b), &array![2, 4, 6]);
    assert!((&a + &b).chunks()[0].len() <= 3);

    let tall = ChunkedArray::<i32, _>::ones((4, 1).chunked(([1, 3], Full)))?;
    let wide = ChunkedArray::<i32, _>::ones((1, 5).chunked((Full, [2, 3])))?;
    assert_matches(&(&tall + &wide), &Array2::from_elem((4, 5), 2));
    assert_eq!((&tall + &wide).chunks(), [vec![1, 3], vec![2, 3]]);

    let none = ChunkedArray::<f64, _>::ones((2, 0))?;
    assert_matches(&(none * ChunkedArray::<f64, _>::ones((2, 1))?), &Array2::zeros((2, 0)));
    let (a, b) = (ChunkedArray::<f64, _>::ones((2, 3))?, ChunkedArray::<f64, _>::ones(2)?);
    assert!(a.try_add(&b).unwrap_err().to_string().contains("broadcast"));
    Ok(())
}

#[test]
fn rechunking_nothing_much() -> Outcome {
    let scalar = ChunkedArray::<i64, _>::from_elem((), 7)?;
    assert_matches(&scalar.rechunk(())?, &ndarray::arr0(7));
    let none = ChunkedArray::<i64, _>::zeros((0, 4).chunked((Full, 2)))?;
    assert_matches(&none.rechunk(([0, 0], [1, 3]))?, &Array2::zeros((0, 4)));
    let x = ChunkedArray::<i64, _>::ones((3, 4).chunked(2))?;
    assert_eq!(x.rechunk(2)?.chunks(), x.chunks());
    Ok(())
}

#[test]
fn joins_keep_empty_parts_out_of_the_way() -> Outcome {
    let (a, none) = (array![[1u8, 2], [3, 4]], Array2::<u8>::zeros((0, 2)));
    for (x, y) in chunked(&a).into_iter().zip(chunked(&none)) {
        assert_matches(&concatenate(Axis(0), &[&y, &x, &y, &x])?, &array![[1, 2], [3, 4], [1, 2], [3, 4]]);
        assert_matches(&concatenate(Axis(0), &[&y, &y])?, &none);
        assert_matches(&stack(Axis(2), &[&x, &x])?, &array![[[1, 1], [2, 2]], [[3, 3], [4, 4]]]);
    }
    Ok(())
}

#[test]
fn integers_wrap_and_never_panic() -> Outcome {
    for x in chunked(&array![i8::MIN, -7, 0, 7, i8::MAX]) {
        assert_matches(&(&x + 1), &array![-127, -6, 1, 8, -128]);
        assert_matches(&(&x / -1), &array![-128, 7, 0, -7, -127]);
        assert_matches(&(&x / 0), &array![0, 0, 0, 0, 0]);
        assert_matches(&(&x % 0), &array![0, 0, 0, 0, 0]);
        assert_matches(&(&x % 4), &array![0, -3, 0, 3, 3]);
        assert_matches(&x.remainder(4)?, &array![0, 1, 0, 3, 3]);
        assert_matches(&x.floor_divide(4)?, &array![-32, -2, 0, 1, 31]);
        assert_matches(&x.abs(), &array![-128, 7, 0, 7, 127]);
        assert_matches(&(&x << 8), &array![0, 0, 0, 0, 0]);
        assert_matches(&(&x >> 8), &array![-1, -1, 0, 0, 0]);
        assert_matches(&x.cast::<u8>(), &array![128, 249, 0, 7, 127]);
        assert_matches(&x.clip(5, -5)?, &array![-5, -5, -5, -5, -5]);
        assert_matches(&x.cast::<bool>(), &array![true, true, false, true, true]);
    }
    for x in chunked(&array![f64::NAN, -1.0, 300.7]) {
        assert_matches(&x.cast::<u8>(), &array![0, 0, 255]);
    }
    Ok(())
}

#[test]
fn signs_of_zero_survive() -> Outcome {
    let expected = array![-0.0, 0.0, -0.25];
    for x in chunked(&expected) {
        assert_matches_within(&-&x, &array![0.0, -0.0, 0.25], Tolerance::Exact);
        assert_matches_within(&x.round(), &array![-0.0, 0.0, -0.0], Tolerance::Exact);
        assert_matches_within(&x.trunc(), &array![-0.0, 0.0, -0.0], Tolerance::Exact);
        assert_matches_within(&(&x + 0.0), &array![0.0, 0.0, -0.25], Tolerance::Exact);
        assert_matches_within(&(&x * 1.0), &expected, Tolerance::Exact);
        assert_matches_within(&(&x - 0.0), &expected, Tolerance::Exact);
    }
    Ok(())
}

#[test]
fn a_function_of_the_users_runs_once_for_every_element() -> Outcome {
    let calls = Arc::new(AtomicUsize::new(0));
    let expected = Array2::from_shape_fn((30, 20), |(i, j)| (i * 20 + j) as f64);
    for x in chunked(&expected) {
        calls.store(0, Relaxed);
        let counter = calls.clone();
        let y = x.mapv(move |v| {
            counter.fetch_add(1, Relaxed);
            v + 1.0
        });
        let shifted = y.slice(s![1.., ..])? - y.slice(s![..-1, ..])?;
        let computed = compute((&y, y.t(), y.sum(), &y + &y.t().t(), shifted, y.mean_axis(Axis(0))?))?;
        assert_eq!(computed.0, &expected + 1.0);
        assert_eq!(computed.1, (&expected + 1.0).reversed_axes());
        assert_eq!(computed.4, Array2::from_elem((29, 20), 20.0));
        assert_eq!(calls.load(Relaxed), expected.len(), "chunks {:?}", x.chunks());
    }
    Ok(())
}

#[test]
fn a_function_that_panics_is_an_error_with_its_name_and_leaves_the_pool_alive() -> Outcome {
    let x = ChunkedArray::from_shape_fn((6, 6).chunked(2), |(i, j)| (i * 6 + j) as i64)?;
    let bad = x.mapv(|v| if v == 21 { panic!("no {v} here") } else { v });
    let message = bad.sum().scalar().unwrap_err().to_string();
    assert!(message.contains("mapv") && message.contains("no 21 here"), "{message}");
    assert!(message.contains("semantics.rs"), "where it was given: {message}");
    assert_eq!(x.sum().scalar()?, 630);
    Ok(())
}

#[test]
fn the_same_bits_on_any_number_of_threads() -> Outcome {
    let x = ChunkedArray::from_shape_fn((700, 300).chunked((70, 110)), |(i, j)| {
        ((i * 31 + j * 17) % 1009) as f64 / 7.0
    })?;
    let asked = |config: &Config| -> chunkwise::Result<Vec<u64>> {
        let (a, b, c) = config.compute((x.sum().value(), x.std(1.0).value(), x.sin().mean_axis(Axis(0))?))?;
        Ok([a, b].into_iter().chain(c).map(f64::to_bits).collect())
    };
    let once = asked(&Config::default())?;
    for threads in [1, 2, 5] {
        for _ in 0..3 {
            assert!(asked(&Config::default().threads(threads))? == once, "{threads} threads");
        }
    }
    Ok(())
}

#[test]
fn wrong_specs_and_axes_are_errors() {
    let zeros = |spec: Vec<Vec<usize>>| ChunkedArray::<f64, _>::zeros((4, 4).chunked(spec));
    assert!(zeros(vec![vec![2, 1], vec![4]]).unwrap_err().to_string().contains("axis 0"));
    assert!(zeros(vec![vec![4]]).unwrap_err().to_string().contains("1 entry"));
    assert!(ChunkedArray::<f64, _>::zeros((4, 4).chunked(0)).unwrap_err().to_string().contains("zero"));
    assert!(ChunkedArray::<f64, _>::zeros((usize::MAX, 2)).unwrap_err().to_string().contains("too large"));
    assert!(zeros(vec![vec![usize::MAX, 5], vec![4]]).is_err());
    let x = ChunkedArray::<f64, _>::zeros((4, 4)).expect("a shape that fits");
    assert!(x.sum_axis(Axis(2)).unwrap_err().to_string().contains("axis 2"));
    assert!(x.sum_axis([Axis(1), Axis(1)]).unwrap_err().to_string().contains("more than once"));
}

#[test]
fn long_and_bushy_expressions() -> Outcome {
    let mut chain = ChunkedArray::<f64, _>::zeros(100.chunked(30))?;
    for _ in 0..20_000 {
        chain += 1.0;
    }
    assert_matches(&chain, &Array1::from_elem(100, 20_000.0));
    let mut bushy = ChunkedArray::<i64, _>::ones(10)?;
    for _ in 0..62 {
        bushy = &bushy + &bushy;
    }
    assert_matches(&bushy, &Array1::from_elem(10, 1 << 62));
    Ok(())
}
