//! Views, joins and rechunks against ndarray's, alone and in random sequences.

use chunkwise::BlockInfo;
use chunkwise::prelude::*;
use chunkwise_tests::{Pair, Rng, Setting, Tolerance, assert_matches_within, evaluate, random_shape};
use ndarray::{Array1, Array2, ArrayD, Axis, IxDyn, SliceInfoElem, s};

/// Elements that tell positions apart.
fn counting(shape: &[usize]) -> ArrayD<i32> {
    let len = shape.iter().product::<usize>() as i32;
    ArrayD::from_shape_vec(IxDyn(shape), (0..len).collect()).expect("as many as the shape says")
}

#[test]
fn sequences_of_views() {
    for case in 0..400 {
        let mut rng = Rng::new(case);
        let shape = random_shape(&mut rng);
        let mut pair = Pair::leaf(&shape, |rng| rng.bits() as i32 % 100, &mut rng);
        for _ in 0..1 + rng.below(8) {
            pair = pair.restructure(&mut rng);
        }
        println!("case {case}: {pair:?}");
        assert_matches_within(&pair.lazy, &pair.eager, Tolerance::Exact);
        for setting in [Setting::nth(case as usize), Setting::nth(case as usize + 3)] {
            let values = evaluate(&[pair.lazy.expr().clone()], setting).expect("computes").remove(0);
            assert_eq!(values.array::<i32>(), pair.eager, "{setting:?}");
        }
    }
}

#[test]
fn every_slice_of_every_chunking() {
    let eager = Array1::from_iter(0..7);
    for chunks in [vec![7], vec![1; 7], vec![3, 0, 4], vec![2, 4, 1, 0]] {
        let lazy = ChunkedArray::from_array(eager.clone(), vec![chunks]).expect("chunks that fit");
        for start in -7..=7isize {
            for end in (-7..=7).map(Some).chain([None]) {
                for step in [-8, -3, -1, 1, 2, 7] {
                    let slice = ndarray::Slice { start, end, step };
                    let expected = eager.slice_axis(Axis(0), slice).to_owned();
                    let part = lazy.slice_axis(Axis(0), slice).expect("within bounds");
                    assert_eq!(
                        part.compute().expect("computes"),
                        expected,
                        "{slice:?} of {:?}",
                        lazy.chunks()
                    );
                    assert_eq!(part.chunks()[0].iter().sum::<usize>(), expected.len());
                }
            }
        }
    }
}

#[test]
fn an_array_and_its_transpose_in_one_expression() {
    let eager = counting(&[9, 9]);
    for chunks in [vec![vec![9], vec![9]], vec![vec![2, 7], vec![4, 4, 1]], vec![vec![1; 9], vec![3; 3]]] {
        let x = ChunkedArray::from_array(eager.clone(), chunks).expect("chunks that fit");
        let sum = &x + &x.t() * 100;
        let expected = &eager + &eager.t() * 100;
        assert_matches_within(&sum, &expected, Tolerance::Exact);
    }
}

#[test]
fn one_array_seen_in_many_ways() {
    let eager = counting(&[6, 8]);
    let x =
        ChunkedArray::from_array(eager.clone(), vec![vec![1, 3, 0, 2], vec![5, 3]]).expect("chunks that fit");
    let parts = |x: &dyn Fn(&[SliceInfoElem]) -> ArrayD<i32>| {
        let cut = |a: i32, b: i32| [SliceInfoElem::from(a as isize..), SliceInfoElem::from(..b as isize)];
        (0..4)
            .map(|i| {
                x(&cut(i, i + 5)).into_shape_with_order((6 - i as usize) * (i as usize + 5)).unwrap().sum()
            })
            .collect::<Vec<i32>>()
    };
    let computed = parts(&|elems| x.slice(elems).and_then(|part| part.compute()).expect("computes"));
    assert_eq!(computed, parts(&|elems| eager.slice(elems).as_standard_layout().into_owned()));
    // neighbours: windows that overlap, of one source, in one pass
    let step = x.slice(s![1.., ..]).expect("within bounds") - x.slice(s![..-1, ..]).expect("within bounds");
    assert_eq!(step.compute().expect("computes"), Array2::from_elem((5, 8), 8));
}

/// Results of closures are kept for all their readers, the last of which may overwrite them.
fn check_overwriting(side: usize, chunks: Vec<Vec<usize>>) {
    let eager = counting(&[side, side]);
    let x = ChunkedArray::from_array(eager.clone(), chunks.clone()).expect("chunks that fit");
    let blocks =
        ChunkedArray::from_block_fn(vec![side, side].chunked(chunks), move |info: BlockInfo<IxDyn>| {
            ArrayD::from_shape_fn(info.shape, |at| {
                ((info.start[0] + at[0]) * side + info.start[1] + at[1]) as i32
            })
        });
    let made = blocks.expect("chunks that fit").mapv(|v| v ^ 6);
    let y = x.mapv(|v| v ^ 3);
    let z = (&y + &y.t() * 2).mapv(|v| v ^ 5);
    let twice = (&z - &z.t() * 7).mapv(|v| v ^ 9);
    let once = z.mapv(|v| v + 1);
    let cut = side / 2;
    let (above, below) = (z.slice_axis(Axis(0), (..cut).into()), twice.slice_axis(Axis(0), (cut..).into()));
    let joined = concatenate(Axis(0), &[above.expect("within bounds"), below.expect("within bounds")]);
    let lazy = [
        &once + &once.t() * 3,
        joined.expect("equal widths"),
        (&twice + &twice.t()).mapv(|v| v - 1),
        &made - &made.t() * 2,
    ];

    let made = eager.mapv(|v| v ^ 6);
    let y = eager.mapv(|v| v ^ 3);
    let z = (&y + &y.t() * 2).mapv(|v| v ^ 5);
    let twice = (&z - &z.t() * 7).mapv(|v| v ^ 9);
    let once = &z + 1;
    let joined = ndarray::concatenate![Axis(0), z.slice(s![..cut, ..]), twice.slice(s![cut.., ..])];
    let expected = [
        &once + &once.t() * 3,
        joined.into_dyn(),
        (&twice + &twice.t()).mapv(|v| v - 1),
        &made - &made.t() * 2,
    ];

    // Thousands of tasks would show no more than dozens.
    let settings = Setting::all().into_iter().filter(|s| side < 50 || s.unit.is_none_or(|unit| unit > 100));
    for setting in settings {
        let exprs = lazy.each_ref().map(|x| x.expr().clone());
        let alone =
            exprs.iter().map(|x| evaluate(std::slice::from_ref(x), setting).expect("computes").remove(0));
        let together = evaluate(&exprs, setting).expect("computes");
        for (computed, expected) in alone.chain(together).zip(expected.iter().cycle()) {
            assert_eq!(computed.array::<i32>(), expected, "{setting:?}");
        }
    }
    for (lazy, expected) in lazy.iter().zip(&expected) {
        assert_eq!(lazy.persist().expect("computes").compute().expect("computes"), expected);
    }
}

#[test]
fn what_is_overwritten_is_read_by_nobody_else() {
    for chunks in [vec![8], vec![3, 5], vec![2; 4]] {
        check_overwriting(8, vec![chunks.clone(), vec![8]]);
        check_overwriting(8, vec![chunks.clone(), chunks]);
    }
    // One unit of work, but more than kernels load before they store.
    check_overwriting(100, vec![vec![100], vec![100]]);
}

#[test]
fn views_outside_of_the_array_are_errors() {
    let x = ChunkedArray::from_array(counting(&[3, 4]), Auto).expect("automatic chunks");
    let message =
        |result: chunkwise::Result<ChunkedArrayD<i32>>| result.expect_err("out of bounds").to_string();
    for part in ["axis 0", "index 3", "length 3"] {
        assert!(message(x.slice(s![3, ..].as_ref())).contains(part));
    }
    assert!(message(x.slice_axis(Axis(1), (..5).into())).contains("axis 1"));
    assert!(message(x.slice_axis(Axis(2), (..).into())).contains("axis 2"));
    assert!(message(x.index_axis(Axis(1), 4)).contains("index 4"));
    assert!(message(x.permuted_axes(vec![0, 0])).contains("more than once"));
    assert!(message(x.permuted_axes(vec![0])).contains("axes"));
    assert!(message(x.broadcast(vec![3, 5])).contains("broadcast"));
    assert!(message(concatenate(Axis(0), &[&x, &x.t()])).contains("concatenate"));
    assert!(message(stack::<i32, IxDyn, &ChunkedArrayD<i32>>(Axis(0), &[])).contains("stack"));
    assert!(message(x.rechunk(vec![vec![1, 1], vec![4]])).contains("add up"));
}
