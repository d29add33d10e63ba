//! Values and chunks against ndarray's own reshape.

use std::path::Path;

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Config, Error};
use chunkwise_core::{DType, Scalar, dispatch};
use chunkwise_tests::{
    Order, Pair, Rng, Setting, Tolerance, Values, assert_matches_within, chunkings, evaluate, mixed,
    random_shape, random_shape_of,
};
use ndarray::{Array, ArrayD, Axis, IxDyn, array, s};

/// Elements that tell places apart.
fn counting(shape: &[usize]) -> ArrayD<i32> {
    ArrayD::from_shape_vec(IxDyn(shape), (0..shape.iter().product::<usize>() as i32).collect()).unwrap()
}

fn shaped<A: Clone>(array: &ArrayD<A>, shape: &[usize]) -> ArrayD<A> {
    array.to_shape(shape).unwrap().to_owned()
}

/// Shapes of one size, among them those that dask refuses, merges in one giant chunk, or gets wrong.
const PAIRS: &[(&[usize], &[usize])] = &[
    (&[6, 5, 4], &[4, 5, 6]),
    (&[12, 10], &[10, 12]),
    (&[12, 10], &[3, 2, 2, 5, 2]),
    (&[24], &[2, 3, 4]),
    (&[2, 3, 4], &[24]),
    (&[5, 6], &[5, 2, 3]),
    (&[5, 2, 3], &[5, 6]),
    (&[4, 3, 5], &[12, 5]),
    (&[7, 11], &[11, 7]),
    (&[0, 10], &[0, 5, 2]),
    (&[2, 0, 2], &[0]),
    (&[0], &[3, 0, 2]),
    (&[], &[1]),
    (&[1], &[]),
    (&[1, 1, 1], &[1]),
    (&[1, 6, 1], &[2, 1, 3]),
    (&[3, 4], &[3, 1, 4]),
    (&[3, 4], &[3, 4]),
];

#[test]
fn every_pair_of_shapes_in_every_chunking_and_type() {
    let types = [DType::Bool, DType::I8, DType::U16, DType::F32, DType::I64, DType::C64];
    let mut case = 0;
    for &(from, to) in PAIRS {
        for chunks in chunkings(from, 1) {
            for order in Order::ALL {
                case += 1;
                let dtype = types[case % types.len()];
                let len = from.iter().product();
                let values = Values::new(dtype, from, mixed(dtype, len, &mut Rng::new(case as u64)));
                let expr = values.expr(&chunks, order);
                let reshaped = expr.reshape(to, None).unwrap();
                for setting in [Setting::nth(case), Setting::nth(case + 1)] {
                    let got = evaluate(&[reshaped.clone(), expr.clone()], setting).unwrap();
                    assert_eq!(got[0].shape, to);
                    let bits = |all: &[Scalar]| all.iter().map(|x| x.to_bytes()).collect::<Vec<_>>();
                    assert_eq!(
                        bits(&got[0].elements),
                        bits(&values.elements),
                        "{dtype} {from:?} to {to:?} in {chunks:?}, {order:?}, {setting:?}"
                    );
                }
                dispatch!(dtype, Element, A => {
                    let x = ChunkedArray::<A, IxDyn>::from_array(values.array::<A>(), chunks.clone()).unwrap();
                    let eager = values.array::<A>().to_shape(to).unwrap().to_owned();
                    assert_matches_within(&x.reshape(to.to_vec()).unwrap(), &eager, Tolerance::Exact);
                });
            }
        }
    }
}

/// Random arrays, looked at in random ways before and after: `Pair` reshapes among its other steps.
#[test]
fn random_factorizations() {
    for case in 0..150 {
        let mut rng = Rng::new(7000 + case);
        let shape = random_shape(&mut rng);
        let mut pair = Pair::leaf(&shape, |rng| rng.bits() as i32 % 100, &mut rng);
        for _ in 0..1 + rng.below(3) {
            pair = pair.restructure(&mut rng);
            let shape = random_shape_of(pair.eager.len(), &mut rng);
            let eager = shaped(&pair.eager, &shape);
            pair = pair.then(format!("reshape({shape:?})"), pair.lazy.reshape(shape), eager);
        }
        println!("case {case}: {pair:?}");
        assert_matches_within(&pair.lazy, &pair.eager, Tolerance::Exact);
        for setting in [Setting::nth(case as usize), Setting::nth(case as usize + 1)] {
            let values = evaluate(&[pair.lazy.expr().clone()], setting).expect("computes").remove(0);
            assert_eq!(values.array::<i32>(), pair.eager, "{setting:?}");
        }
    }
}

/// One of everything that can be reshaped, of 12 by 10 elements.
fn sources(chunks: (usize, usize), folder: &Path) -> Vec<(&'static str, ChunkedArray2<i32>, ArrayD<i32>)> {
    let eager = counting(&[12, 10]).into_dimensionality::<ndarray::Ix2>().unwrap();
    let x = ChunkedArray::from_array(eager.clone(), chunks).unwrap();
    let turned = ChunkedArray::from_array(eager.t().to_owned().reversed_axes(), chunks).unwrap();
    let path = folder.join("x.npy");
    x.write_npy(&path).unwrap();
    let read = ChunkedArray2::<i32>::from_npy(&path, chunks).unwrap();
    let make = eager.clone();
    let made = ChunkedArray::from_block_fn((12, 10).chunked(chunks), move |block| {
        let at = block.start;
        make.slice(s![at[0]..at[0] + block.shape[0], at[1]..at[1] + block.shape[1]]).to_owned()
    });
    let coordinates = ChunkedArray::from_shape_fn((12, 10).chunked(chunks), |(i, j)| (10 * i + j) as i32);
    let row = x.slice(s![3..4, ..]).unwrap();
    let repeated = row.broadcast((12, 10)).unwrap();
    let cube = ChunkedArray::from_array(counting(&[12, 3, 10]), Auto).unwrap();
    let parts = [x.slice(s![..5, ..]).unwrap(), x.slice(s![5.., ..]).unwrap().mapv(|v| v)];
    let sides = [x.slice(s![.., ..3]).unwrap().mapv(|v| v), x.slice(s![.., 3..]).unwrap()];
    let eager_d = eager.clone().into_dyn();
    vec![
        ("memory", x.clone(), eager_d.clone()),
        ("memory in Fortran order", turned, eager_d.clone()),
        ("a computed array", &x * 2 + 1, &eager_d * 2 + 1),
        ("results of a closure", x.mapv(|v| v ^ 3), eager_d.mapv(|v| v ^ 3)),
        (
            "a transposed array",
            ChunkedArray::from_array(eager.t().to_owned(), chunks).unwrap().t(),
            eager_d.clone(),
        ),
        (
            "an array backwards",
            x.slice(s![..;-1, ..;-1]).unwrap(),
            eager.slice(s![..;-1, ..;-1]).to_owned().into_dyn(),
        ),
        ("a file", read, eager_d.clone()),
        ("blocks", made.unwrap(), eager_d.clone()),
        ("coordinates", coordinates.unwrap(), eager_d.clone()),
        ("a repeated row", repeated, Array::from_shape_fn((12, 10), |(_, j)| 30 + j as i32).into_dyn()),
        (
            "a reduction",
            cube.sum_axis(Axis(1)).unwrap().cast().into_dimensionality().unwrap(),
            counting(&[12, 3, 10]).sum_axis(Axis(1)),
        ),
        ("persisted tiles", x.persist().unwrap(), eager_d.clone()),
        ("rows joined", concatenate(Axis(0), &parts).unwrap(), eager_d.clone()),
        ("columns joined", concatenate(Axis(1), &sides).unwrap(), eager_d.clone()),
        (
            "differences from means",
            &x - x.sum_axis(keep(Axis(1))).unwrap().cast::<i32>() / 10,
            &eager_d - &(eager.sum_axis(Axis(1)).insert_axis(Axis(1)) / 10),
        ),
        ("another reshape", x.reshape((8, 15)).unwrap().reshape((12, 10)).unwrap() + 1, &eager_d + 1),
    ]
}

/// Coordinates that are no line in the new shape are computed and kept.
#[test]
fn coordinates_that_must_be_kept() {
    let x = ChunkedArray::arange(0..4_i64).unwrap().broadcast((3, 4)).unwrap();
    let y = x.reshape((6, 2)).unwrap();
    let expected = array![[0, 1], [2, 3], [0, 1], [2, 3], [0, 1], [2, 3]];
    assert_eq!(y.compute().unwrap(), expected);
    assert_eq!(compute((&y, &x)).unwrap().0, expected);

    // The same, where they do not fit in memory.
    let x = ChunkedArray::arange(0..1000_i64).unwrap().broadcast((3000, 1000)).unwrap();
    let sums = x.reshape((600_000, 5)).unwrap().sum_axis(Axis(0)).unwrap();
    let within = Config::default().memory_limit(8 << 20);
    let expected: Vec<i64> = (0..5).map(|k| 3000 * (0..1000).filter(|j| j % 5 == k).sum::<i64>()).collect();
    assert_eq!(sums.compute_with(&within).unwrap().to_vec(), expected);
}

#[test]
fn whatever_is_reshaped() {
    for chunks in [(12, 10), (5, 3), (1, 1), (1, 10)] {
        let folder = tempfile::tempdir().unwrap();
        for (what, x, eager) in sources(chunks, folder.path()) {
            for to in [&[120][..], &[10, 12], &[3, 4, 10], &[12, 2, 5], &[4, 5, 6], &[12, 1, 10]] {
                let reshaped = x.reshape(to.to_vec()).unwrap();
                let expected = shaped(&eager, to);
                for threads in [1, 2, 7] {
                    let config = Config::default().threads(threads);
                    let got = reshaped.compute_with(&config).unwrap();
                    assert_eq!(got, expected, "{what} in {chunks:?} to {to:?} on {threads} threads");
                }
                // Read on: in part, turned round, reduced, with what it was made of, kept.
                let half = reshaped.slice_axis(Axis(0), ndarray::Slice::from(1..)).unwrap();
                let expected_half = expected.slice_axis(Axis(0), ndarray::Slice::from(1..)).to_owned();
                let sum = (&reshaped.t() * 2).sum_axis(Axis(0)).unwrap();
                let expected_sum = expected.t().mapv(|v| 2 * i64::from(v)).sum_axis(Axis(0));
                let roots =
                    [half.expr().clone(), sum.expr().clone(), x.expr().clone(), reshaped.expr().clone()];
                for setting in
                    [Setting::nth(to.len()), Setting::nth(to.len() + 1), Setting::nth(to.len() + 2)]
                {
                    let values = evaluate(&roots, setting).unwrap();
                    assert_eq!(
                        values[0].array::<i32>(),
                        expected_half,
                        "{what} in {chunks:?} to {to:?}, {setting:?}"
                    );
                    assert_eq!(
                        values[1].array::<i64>(),
                        expected_sum,
                        "{what} in {chunks:?} to {to:?}, {setting:?}"
                    );
                    assert_eq!(values[2].array::<i32>(), eager, "{what}");
                    assert_eq!(
                        values[3].array::<i32>(),
                        expected,
                        "{what} in {chunks:?} to {to:?}, {setting:?}"
                    );
                }
                assert_eq!(reshaped.persist().unwrap().compute().unwrap(), expected, "{what} persisted");
            }
        }
    }
}

#[test]
fn a_reshaped_array_is_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("y.npy");
    let x = ChunkedArray::from_shape_fn((700, 900).chunked(100), |(i, j)| (900 * i + j) as i64).unwrap();
    x.reshape((900, 700)).unwrap().write_npy(&path).unwrap();
    let y = ChunkedArray2::<i64>::from_npy(&path, Auto).unwrap().compute().unwrap();
    assert_eq!(y, Array::from_iter(0..630_000).into_shape_with_order((900, 700)).unwrap());
}

#[test]
fn lengths_that_follow_from_the_others() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::zeros((10, 50, 5))?;
    assert_eq!(x.reshape((10, Auto, 5, 5))?.dim(), (10, 10, 5, 5));
    assert_eq!(x.reshape(Auto)?.dim(), 2500);
    assert_eq!(x.reshape((Auto,))?.dim(), 2500);
    assert_eq!(x.reshape(2500)?.dim(), 2500);
    assert_eq!(x.reshape([50, 50])?.dim(), (50, 50));
    assert_eq!(x.reshape(x.raw_dim())?.dim(), (10, 50, 5));
    assert_eq!(x.reshape(vec![50, 50])?.shape(), [50, 50]);
    assert_eq!(x.reshape(&[5, 500][..])?.shape(), [5, 500]);
    assert_eq!(ChunkedArray::<f64, _>::zeros(1)?.reshape(())?.dim(), ());
    assert_eq!(ChunkedArray::<f64, _>::zeros((0, 3))?.reshape((Auto, 3))?.dim(), (0, 3));
    assert_eq!((x.ravel().dim(), x.flatten().dim()), (2500, 2500));
    let y = x.reshape((50, 50).chunked((7, Full)))?;
    assert_eq!(y.chunks(), [vec![7, 7, 7, 7, 7, 7, 7, 1], vec![50]]);
    assert_eq!(x.reshape((10, 50, 5).chunked(5))?.chunk_shape(), [5, 5, 5]);

    let message = |error: Error| match error {
        Error::Argument(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let two = message(x.reshape((Auto, Auto)).unwrap_err());
    assert!(two.contains("reshape") && two.contains("only one"), "{two}");
    let beside_zero = message(ChunkedArray::<f64, _>::zeros((0, 3))?.reshape((0, Auto)).unwrap_err());
    assert!(beside_zero.contains("[0, Auto]"), "{beside_zero}");
    let uneven = message(x.reshape((Auto, 7)).unwrap_err());
    assert!(uneven.contains("[10, 50, 5]") && uneven.contains("[Auto, 7]"), "{uneven}");
    let Error::Argument(ArgumentError::Reshape { from, to }) = x.reshape((50, 51)).unwrap_err() else {
        panic!("another error")
    };
    assert_eq!((&from[..], &to[..]), (&[10, 50, 5][..], &[50, 51][..]));
    let sizes = message(x.reshape((50, 51).chunked(7)).unwrap_err());
    assert!(sizes.contains("[10, 50, 5] (2500 elements)") && sizes.contains("[50, 51] (2550"), "{sizes}");
    assert!(message(x.reshape((50, 50).chunked((7, [3, 4]))).unwrap_err()).contains("add up"));
    assert!(matches!(x.reshape((usize::MAX, 2)), Err(Error::Argument(ArgumentError::TooLarge { .. }))));
    Ok(())
}
