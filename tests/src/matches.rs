//! The one strict assertion.

use std::fmt::Write;

use chunkwise::ChunkedArray;
use chunkwise_core::{Element, Scalar};
use ndarray::{Array, ArrayD, ArrayViewD, Dimension, Slice};

use crate::{Rng, Tolerance};

/// Blocks that are computed one by one; of arrays with more, this many are chosen.
const BLOCKS: usize = 12;

/// Asserts that an array is what it should be in every respect, floats within a few units in the last place.
///
/// # Panics
/// As [`assert_matches_within`].
#[track_caller]
pub fn assert_matches<A: Element, D: Dimension>(computed: &ChunkedArray<A, D>, expected: &Array<A, D>) {
    assert_matches_within(computed, expected, Tolerance::ulps(8.0));
}

/// Asserts that an array is what it should be in every respect: declared shape, chunks that add up to it, computed
/// shape, values (the same when computed again), and the shape and values of every block computed alone.
///
/// # Panics
/// If it is not.
#[track_caller]
pub fn assert_matches_within<A: Element, D: Dimension>(
    computed: &ChunkedArray<A, D>,
    expected: &Array<A, D>,
    tolerance: Tolerance,
) {
    assert_eq!(computed.dtype(), A::DTYPE, "declared dtype");
    assert_eq!(computed.shape(), expected.shape(), "declared shape");
    assert_eq!(computed.ndim(), expected.ndim(), "declared number of axes");
    assert_eq!(computed.len(), expected.len(), "declared length");
    let chunks = computed.chunks();
    let sums: Vec<usize> = chunks.iter().map(|sizes| sizes.iter().sum()).collect();
    assert_eq!(sums, expected.shape(), "chunks {chunks:?} add up to the shape");
    assert_eq!(chunks.iter().map(Vec::len).product::<usize>(), computed.num_chunks(), "number of chunks");

    let whole = computed.compute().unwrap_or_else(|e| panic!("{computed:?} does not compute: {e}"));
    let expected = expected.view().into_dyn();
    let whole = whole.into_dyn();
    compare("the whole array", &whole, &expected, tolerance);
    // By the plan that was kept, if it was.
    let again = computed.compute().unwrap_or_else(|e| panic!("{computed:?} does not compute again: {e}"));
    compare("the whole array, computed again", &again.into_dyn(), &whole.view(), Tolerance::Exact);

    let lazy = computed.clone().into_dyn();
    let count = computed.num_chunks();
    let mut rng = Rng::new(count as u64);
    for i in 0..count.min(BLOCKS) {
        let block = if count <= BLOCKS { i } else { rng.below(count) };
        let region = region(&chunks, block);
        let cut = |k: usize| Slice::new(region[k].0 as isize, Some(region[k].1 as isize), 1);
        let mut part = lazy.clone();
        for k in 0..region.len() {
            part = part.slice_axis(ndarray::Axis(k), cut(k)).expect("a block lies within its array");
        }
        let values = part.compute().unwrap_or_else(|e| panic!("block {block} does not compute: {e}"));
        let expected = expected.slice_each_axis(|axis| cut(axis.axis.0));
        compare(&format!("block {block} {region:?}"), &values, &expected, tolerance);
    }
}

/// Start and end of block number `index` along each axis.
fn region(chunks: &[Vec<usize>], mut index: usize) -> Vec<(usize, usize)> {
    let mut region = vec![(0, 0); chunks.len()];
    for (sizes, bounds) in chunks.iter().zip(&mut region).rev() {
        let at = index % sizes.len();
        index /= sizes.len();
        let start = sizes[..at].iter().sum();
        *bounds = (start, start + sizes[at]);
    }
    region
}

#[track_caller]
fn compare<A: Element>(what: &str, computed: &ArrayD<A>, expected: &ArrayViewD<'_, A>, tolerance: Tolerance) {
    assert_eq!(computed.shape(), expected.shape(), "computed shape of {what}");
    let mut wrong = 0;
    let mut report = String::new();
    for ((at, &expected), &computed) in expected.indexed_iter().zip(computed) {
        if !tolerance.accepts(Scalar::new(computed), Scalar::new(expected)) {
            wrong += 1;
            if wrong <= 5 {
                let _ =
                    write!(report, "\n  at {:?}: computed {computed:?}, expected {expected:?}", at.slice());
            }
        }
    }
    assert!(
        wrong == 0,
        "{wrong} of {} elements of {what} are wrong ({tolerance:?}):{report}",
        expected.len()
    );
}
