//! What the modules share: values at edges, plain definitions, arrays in awkward chunks.

use chunkwise::prelude::*;
use chunkwise_tests::{Rng, chunkings};
use ndarray::{Array, ArrayD, Dimension};

/// Each edge and its neighbours, the middle of each bin, and what is in none: as `fixtures.py`.
pub(crate) fn values(edges: &[f64]) -> Vec<f64> {
    let near = edges.iter().flat_map(|e| [e.next_down(), *e, e.next_up()]);
    let middle = edges.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0);
    near.chain(middle).chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0]).collect()
}

/// How often each bin comes.
pub(crate) fn tally(bins: impl IntoIterator<Item = i64>, count: usize) -> Vec<i64> {
    let mut counts = vec![0; count];
    for bin in bins.into_iter().filter(|&bin| bin >= 0) {
        counts[bin as usize] += 1;
    }
    counts
}

/// The bin of a value, by the words of the documentation.
pub(crate) fn bin(x: f64, edges: &[f64]) -> Option<usize> {
    let last = edges.len() - 2;
    (0..=last).rev().find(|&i| edges[i] <= x && (x < edges[i + 1] || (i == last && x <= edges[i + 1])))
}

/// Values around zero with many ties, NaN and infinities.
pub(crate) fn rough(shape: &[usize], seed: u64) -> ArrayD<f64> {
    let mut rng = Rng::new(seed);
    ArrayD::from_shape_simple_fn(shape, || match rng.below(60) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        n if n < 20 => rng.below(9) as f64 / 2.0 - 2.0,
        _ => rng.below(1 << 20) as f64 / (1 << 17) as f64 - 4.0,
    })
}

/// The array in each of the chunkings that engines get wrong, row-major and column-major in memory.
pub(crate) fn chunked<A: Element, D: Dimension>(array: &Array<A, D>, seed: u64) -> Vec<ChunkedArray<A, D>> {
    let columns = array.t().as_standard_layout().into_owned().reversed_axes();
    let orders = [array.clone(), columns];
    let all = chunkings(array.shape(), seed).into_iter().enumerate();
    all.map(|(i, chunks)| ChunkedArray::from_array(orders[i % 2].clone(), chunks).unwrap()).collect()
}
