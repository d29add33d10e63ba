//! One thread against loops written by hand: what the engine costs over them.
//!
//! The loops get the processor's own instructions, as the engine's do, when this is run with
//! `RUSTFLAGS='-C target-cpu=native' cargo bench -p chunkwise-benches --bench by_hand`.

use chunkwise::prelude::*;
use chunkwise_benches::uniform;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArcArray2, Array1, Array2, Axis};

/// Sides of square f64 matrices: 2 MiB, which second-level caches nearly hold, and 128 MiB.
const SIDES: [usize; 2] = [512, 4096];

/// Sums that a loop keeps apart, so that it is bound by memory rather than by the latency of additions.
const LANES: usize = 32;

fn lazy(a: &ArcArray2<f64>) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(a.clone(), Auto).expect("a matrix")
}

fn slice(a: &ArcArray2<f64>) -> &[f64] {
    a.as_slice().expect("row-major")
}

fn sum_of_squares(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            let d = a[i] - b[i];
            lanes[i] += d * d;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    lanes.iter().sum::<f64>() + rest
}

fn mean_of_columns(a: &[f64], b: &[f64], columns: usize) -> Array1<f64> {
    let mut sums = vec![0.0; columns];
    for (a, b) in a.chunks_exact(columns).zip(b.chunks_exact(columns)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            let d = a - b;
            *sum += d * d * 0.5 + a;
        }
    }
    let rows = (a.len() / columns) as f64;
    sums.into_iter().map(|sum| sum / rows).collect()
}

fn polynomial(a: &[f64], b: &[f64], side: usize) -> Array2<f64> {
    let elements = a.iter().zip(b).map(|(a, b)| a * 2.0 + b * b).collect();
    Array2::from_shape_vec((side, side), elements).expect("as many elements")
}

fn one_thread(criterion: &mut Criterion) {
    let config = Config::default().threads(1);
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        let bytes = Throughput::Bytes((2 * side * side * 8) as u64);

        let mut group = criterion.benchmark_group("sum((a - b)^2)");
        group.throughput(bytes.clone());
        group.bench_function(BenchmarkId::new("by hand", side), |bench| {
            bench.iter(|| sum_of_squares(slice(&a), slice(&b)));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let d = lazy(&a) - lazy(&b);
                (&d * &d).sum().compute_with(&config).expect("computes").into_scalar()
            });
        });
        group.finish();

        let mut group = criterion.benchmark_group("mean over axis 0 of (a - b)^2 / 2 + a");
        group.throughput(bytes.clone());
        group.bench_function(BenchmarkId::new("by hand", side), |bench| {
            bench.iter(|| mean_of_columns(slice(&a), slice(&b), side));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let (a, b) = (lazy(&a), lazy(&b));
                let mean = ((&a - &b).powi(2) * 0.5 + &a).mean_axis(Axis(0)).expect("an axis");
                mean.compute_with(&config).expect("computes")
            });
        });
        group.finish();

        let mut group = criterion.benchmark_group("a * 2 + b * b");
        group.throughput(bytes);
        group.bench_function(BenchmarkId::new("by hand", side), |bench| {
            bench.iter(|| polynomial(slice(&a), slice(&b), side));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let (a, b) = (lazy(&a), lazy(&b));
                (&a * 2.0 + &b * &b).compute_with(&config).expect("computes")
            });
        });
        group.finish();
    }
}

criterion_group!(benches, one_thread);
criterion_main!(benches);
