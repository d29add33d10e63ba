//! The same bits on any number of threads and under any limit that the computation fits in.

use chunkwise::prelude::*;
use ndarray::{Array, Axis, Dimension, Ix2};

use crate::support::{bits, rough};

const SHAPE: (usize, usize) = (700, 900);

fn matrix(chunks: (usize, usize)) -> ChunkedArray2<f64> {
    let values = rough(&[SHAPE.0, SHAPE.1]).into_dimensionality::<Ix2>().unwrap();
    ChunkedArray::from_array(values, chunks).unwrap()
}

fn assert_same_bits<A: Element, D: Dimension>(what: &str, x: &ChunkedArray<A, D>) {
    let on = |config: Config| -> Array<A, D> { x.compute_with(&config).unwrap() };
    let one = bits(&on(Config::default().threads(1)));
    for threads in [2, 7] {
        for round in 0..3 {
            let many = bits(&on(Config::default().threads(threads)));
            assert!(one == many, "{what} on {threads} threads, round {round}");
        }
    }
    let limited = bits(&on(Config::default().threads(7).memory_limit(bytes("24 MiB"))));
    assert!(one == limited, "{what} under a limit");
}

#[test]
fn reductions() {
    // Blocks that units merge, blocks that they cut, and uneven ones.
    for chunks in [(1, 1), (64, 900), (700, 900), (333, 271)] {
        let x = matrix(chunks);
        let name = |what: &str| format!("{what} over {chunks:?}");
        assert_same_bits(&name("sum"), &x.sum());
        assert_same_bits(&name("mean of rows"), &x.mean_axis(Axis(1)).unwrap());
        assert_same_bits(&name("deviation of columns"), &x.std_axis(Axis(0), 1.0).unwrap());
        assert_same_bits(&name("variance"), &x.var(0.0));
        assert_same_bits(&name("product of a few"), &(&x * 1e-6 + 1.0).product());
        assert_same_bits(&name("argmax"), &x.argmax());
        assert_same_bits(&name("nanmean"), &x.sqrt().nanmean());
    }
}

#[test]
fn chains_and_views() {
    let x = matrix((100, 130));
    assert_same_bits("chain", &((&x * 2.0 + x.cos()) / (x.abs() + 1.0)));
    assert_same_bits("transpose", &x.t());
    let square = x.slice(ndarray::s![.., ..700]).unwrap();
    assert_same_bits("sum with the transpose", &(&square + &square.t()).sum_axis(Axis(0)).unwrap());
    let centred = &x - x.mean_axis(keep(Axis(0))).unwrap();
    assert_same_bits("spread around the mean", &centred.square().sum());
}

#[test]
fn together_or_alone() {
    let x = matrix((200, 300));
    let config = Config::default().threads(2);
    let (sum, mean) = config.compute((x.sum().value(), x.mean().value())).unwrap();
    assert_eq!(sum.to_bits(), x.sum().scalar().unwrap().to_bits());
    assert_eq!(mean.to_bits(), x.mean().scalar().unwrap().to_bits());
}
