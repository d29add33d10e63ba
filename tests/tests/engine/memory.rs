//! Memory: buffers reused where that is safe and only there, peaks within projections, limits kept, results freed.

use std::sync::{Arc, Mutex};

use chunkwise::prelude::*;
use chunkwise::{Error, Event};
use chunkwise_core::Buffer;
use chunkwise_expr::{Expr, Optimise, Want, plan_in_units};
use chunkwise_plan::Stage;
use ndarray::{Array, Array1, Array2, Axis, concatenate as join, s};

use crate::support::{rough, run_in_order};

fn matrix(n: usize) -> Array2<f64> {
    rough(&[n, n]).into_dimensionality().unwrap()
}

/// `f` of each element, by a function that the engine calls once per element and whose results it must keep.
fn kept(x: &Array2<f64>, chunk: usize) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(x.clone(), (chunk, chunk)).unwrap().mapv(|v| 2.0 * v)
}

#[test]
fn a_sum_with_the_transpose_overwrites_no_block_that_is_still_read() {
    let eager = matrix(600) * 2.0;
    let expected = (&eager + &eager.t()).mapv(f64::sqrt).t().mapv(|v| v + 1.0);
    for chunk in [600, 300, 200, 77] {
        let x = kept(&matrix(600), chunk);
        // A result of the engine's own, which only a view of it is read from.
        let sum = (&x + &x.t()).mapv(f64::sqrt);
        let got = (sum.t() + 1.0).persist().unwrap();
        for threads in [1, 2, 7] {
            let got = got.compute_with(&Config::default().threads(threads)).unwrap();
            let same = got.iter().zip(&expected).all(|(g, e)| g.to_bits() == e.to_bits() || (g.is_nan() && e.is_nan()));
            assert!(same, "chunks of {chunk}, {threads} threads");
        }
    }
    // The same on blocks of a few elements, where diagonal blocks are read at both places by one task.
    let x = kept(&matrix(12), 4);
    let y = &x + &x.t();
    for want in [Want::Arrays, Want::Tiles] {
        let (plan, sources) =
            plan_in_units(&[y.expr().clone()], want, Optimise::All, 16).unwrap();
        let small = matrix(12) * 2.0;
        let expected: Vec<f64> = (&small + &small.t()).iter().copied().collect();
        let mut got = vec![f64::NAN; 144];
        for result in run_in_order(&plan, &sources, |_, _| ()) {
            scatter(&result, 12, &mut got);
        }
        assert_eq!(got, expected, "{want:?}");
    }
}

/// Writes the elements of a result of `n` columns to their places.
fn scatter(result: &chunkwise_plan::RootResult, columns: usize, into: &mut [f64]) {
    let mut place = |start: &[usize], block: &chunkwise_core::Block| {
        // SAFETY: the plan has run.
        let values = unsafe { block.as_slice::<f64>() }.unwrap();
        let width = block.shape()[1];
        for (i, &value) in values.iter().enumerate() {
            into[(start[0] + i / width) * columns + start[1] + i % width] = value;
        }
    };
    match result {
        chunkwise_plan::RootResult::Array(block) => place(&[0, 0], block),
        chunkwise_plan::RootResult::Tiles(tiles) => {
            tiles.tiles.iter().for_each(|tile| place(&tile.start, &tile.block));
        }
        chunkwise_plan::RootResult::Written => {}
    }
}

/// A joined array reads an input in one way in its first part and in another in its second.
#[test]
fn a_joined_array_overwrites_no_block_that_another_part_reads_backwards() {
    let n = 4 * 4096;
    for units in [n / 2, n / 4, 1000] {
        let eager = Array1::from_iter((0..n).map(|i| i as f64));
        let x = ChunkedArray::from_array(eager.clone(), units).unwrap().mapv(|v| -v);
        let half = n as isize / 2;
        let y = concatenate(Axis(0), &[x.slice(s![..half]).unwrap(), x.slice(s![half..;-1]).unwrap()]).unwrap();
        let (plan, sources) =
            plan_in_units(&[(y * 2.0).expr().clone()], Want::Tiles, Optimise::All, units).unwrap();
        let eager = eager * -2.0;
        let expected = join(Axis(0), &[eager.slice(s![..half]), eager.slice(s![half..;-1])]).unwrap();
        let mut got = vec![0.0; n];
        let results = run_in_order(&plan, &sources, |_, _| ());
        let [chunkwise_plan::RootResult::Tiles(tiles)] = &results[..] else { panic!("one root") };
        for tile in &tiles.tiles {
            // SAFETY: the plan has run.
            let values = unsafe { tile.block.as_slice::<f64>() }.unwrap();
            got[tile.start[0]..][..values.len()].copy_from_slice(values);
        }
        let wrong = got.iter().zip(&expected).position(|(g, e)| g != e);
        assert_eq!(wrong, None, "units of {units}");
    }
}
