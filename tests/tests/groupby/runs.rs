//! How grouped reductions run: passes, threads, memory, and on the wire.

use chunkwise::prelude::*;
use chunkwise_expr::{Expr, Optimise, StageKind, Want, plan_in_units};
use chunkwise_plan::Plan;
use ndarray::Array1;

fn sample(len: usize) -> (ChunkedArray1<f64>, Labels) {
    let x =
        ChunkedArray::from_array(Array1::from_shape_fn(len, |i| ((i * 7919) % 10_007) as f64 * 0.01), 10_000);
    let codes =
        ChunkedArray::from_array(Array1::from_shape_fn(len, |i| ((i * i) % 1009 % 100) as i64), 7_777);
    (x.unwrap(), Labels::codes(&codes.unwrap(), 100).unwrap())
}

#[test]
fn statistics_of_one_groupby_are_one_pass() {
    let (x, labels) = sample(1_000_000);
    let g = (&x + 1.0).groupby(&labels).unwrap();
    let explained = explain((g.mean(), g.std(1.0), g.count(), g.max())).unwrap();
    let passes = explained.after.iter().filter(|stage| stage.kind == StageKind::Fused).count();
    assert_eq!(passes, 1, "{explained}");
    assert!(explained.projected_peak < 4 << 20, "{explained}");
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_little_memory() {
    let (x, labels) = sample(400_000);
    let g = x.groupby(&labels).unwrap();
    let (sums, stds, lasts) = compute((g.sum(), g.std(0.0), g.last())).unwrap();
    for threads in [1, 2, 7] {
        let config = Config::default().threads(threads).memory_limit(32 << 20);
        assert_eq!(g.sum().compute_with(&config).unwrap(), sums);
        assert_eq!(g.std(0.0).compute_with(&config).unwrap(), stds);
        assert_eq!(g.last().compute_with(&config).unwrap(), lasts);
    }
}

#[test]
fn plans_of_groups_are_sent() {
    let (x, labels) = sample(5000);
    let g = x.groupby(&labels).unwrap();
    let roots: [Expr; 4] =
        [g.sum().expr(), g.var(1.0).expr(), g.first().expr(), g.count().expr()].map(Expr::clone);
    for units in [100, 10_000] {
        let (sent, _) = plan_in_units(&roots, Want::Array, Optimise::All, units).unwrap();
        assert!(Plan::from_bytes(&sent.to_bytes().unwrap()).unwrap() == sent);
    }
}
