//! Arrays, and what sorting makes of their lanes.

use chunkwise::prelude::*;
use chunkwise_tests::{Rng, random_chunks};
use ndarray::{ArrayD, Axis, IxDyn};

/// An array in random chunks.
pub(crate) fn chunked<A: Element>(x: &ArrayD<A>, rng: &mut Rng) -> ChunkedArrayD<A> {
    let chunks: Vec<Vec<usize>> = x.shape().iter().map(|&n| random_chunks(n, rng, true)).collect();
    ChunkedArray::from_array(x.clone(), chunks).unwrap()
}

/// Numbers of which many are equal, and some are NaN.
pub(crate) fn rough(shape: &[usize], rng: &mut Rng, nans: bool) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || match rng.below(20) {
        0 if nans => f64::NAN,
        1 => -0.0,
        2 => 0.0,
        3 => f64::INFINITY,
        _ => (rng.below(400) as f64 - 200.0) / 8.0,
    })
}

/// The same array, first axis innermost in memory.
pub(crate) fn fortran<A: Element>(x: &ArrayD<A>) -> ArrayD<A> {
    x.t().as_standard_layout().into_owned().reversed_axes()
}

/// What `f` makes of each lane along `axes`, whose elements are in row-major order.
pub(crate) fn of_lanes<A: Element, B: Element>(
    x: &ArrayD<A>,
    axes: &[usize],
    f: impl Fn(Vec<A>) -> B,
) -> ArrayD<B> {
    let kept: Vec<usize> = (0..x.ndim()).filter(|k| !axes.contains(k)).collect();
    let mut reduced: Vec<usize> = axes.to_vec();
    reduced.sort_unstable();
    let order: Vec<usize> = kept.iter().chain(&reduced).copied().collect();
    let shape: Vec<usize> = kept.iter().map(|&k| x.shape()[k]).collect();
    let view = x.view().permuted_axes(order);
    ArrayD::from_shape_fn(shape, |at| {
        let mut lane = view.clone();
        for k in 0..kept.len() {
            lane = lane.index_axis_move(Axis(0), at[k]);
        }
        f(lane.iter().copied().collect())
    })
}

/// Ascending, NaN last.
pub(crate) fn sorted(mut lane: Vec<f64>) -> Vec<f64> {
    lane.sort_by(|a, b| {
        a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
    });
    lane
}

/// The median by definition.
pub(crate) fn median(lane: Vec<f64>) -> f64 {
    if lane.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let lane = sorted(lane);
    match lane.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => lane[n / 2],
        n => (lane[n / 2 - 1] + lane[n / 2]) / 2.0,
    }
}

/// Without NaN.
pub(crate) fn numbers(lane: Vec<f64>) -> Vec<f64> {
    lane.into_iter().filter(|x| !x.is_nan()).collect()
}
