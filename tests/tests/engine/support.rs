//! What the modules share.

pub(crate) use chunkwise_tests::{Calls, all_bytes, bits, in_time, run_in_order};
use ndarray::{ArrayD, IxDyn};

/// Numbers without a pattern that sums could profit from: of several magnitudes and both signs.
pub(crate) fn rough(shape: &[usize]) -> ArrayD<f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        unit * [1.0, 1e-3, 1e3, 1e6][(state >> 5) as usize % 4]
    })
}
