//! Reductions: Chunkwise against plain ndarray, sequential and on rayon.

use chunkwise::prelude::*;
use chunkwise_benches::uniform;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArcArray2, Axis, Zip};
use rayon::prelude::*;

/// Sides of square f64 matrices, from 64 KiB up.
const SIDES: [usize; 5] = [91, 256, 512, 1448, 4096];

fn lazy(a: &ArcArray2<f64>) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(a.clone(), Auto).expect("a matrix")
}

fn sum(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| bench.iter(|| a.sum()));
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| a.axis_iter(Axis(0)).into_par_iter().map(|row| row.sum()).sum::<f64>());
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).sum().scalar().expect("computes"));
        });
    }
    group.finish();
}

fn sum_axis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum over axis 0");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| bench.iter(|| a.sum_axis(Axis(0))));
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| Zip::from(a.columns()).par_map_collect(|column| column.sum()));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).sum_axis(Axis(0)).and_then(|s| s.compute()).expect("computes"));
        });
    }
    group.finish();
}

fn fused(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum((a - b)^2)");
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        group.throughput(Throughput::Bytes((2 * side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| (&a - &b).mapv(|d| d * d).sum());
        });
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| {
                let pairs = a.axis_iter(Axis(0)).into_par_iter().zip(b.axis_iter(Axis(0)).into_par_iter());
                pairs
                    .map(|(a, b)| Zip::from(a).and(b).fold(0.0, |s, a, b| s + (a - b) * (a - b)))
                    .sum::<f64>()
            });
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| (lazy(&a) - lazy(&b)).square().sum().scalar().expect("computes"));
        });
    }
    group.finish();
}

fn deviation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("std over axis 0");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| a.std_axis(Axis(0), 0.0))
        });
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| Zip::from(a.columns()).par_map_collect(|column| column.std(0.0)));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).std_axis(Axis(0), 0.0).and_then(|s| s.compute()).expect("computes"));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = sum, sum_axis, fused, deviation
}
criterion_main!(benches);
