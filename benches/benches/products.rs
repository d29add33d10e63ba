//! Products of matrices: Chunkwise against ndarray's `dot`, which runs on one thread.

use chunkwise::prelude::*;
use chunkwise_benches::uniform;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArcArray2, s};

/// Sides of square f64 matrices.
const SIDES: [usize; 4] = [64, 256, 1024, 2048];

fn lazy(a: &ArcArray2<f64>) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(a.clone(), Auto).expect("a matrix")
}

fn square(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a.dot(b)");
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        group.throughput(Throughput::Elements((side * side * side) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| bench.iter(|| a.dot(&b)));
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).dot(lazy(&b)).and_then(|c| c.compute()).expect("computes"));
        });
    }
    group.finish();
}

fn symmetric(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a.dot(a + a.t())");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Elements((side * side * side) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| a.dot(&(&a + &a.t())));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let x = lazy(&a);
                x.dot(&x + &x.t()).and_then(|c| c.compute()).expect("computes")
            });
        });
    }
    group.finish();
}

fn tall(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a.t().dot(a), 10 columns");
    for rows in [10_000, 1_000_000] {
        let a = uniform(rows, 10, 1).into_shared();
        group.throughput(Throughput::Elements((rows * 100) as u64));
        group.bench_function(BenchmarkId::new("ndarray", rows), |bench| bench.iter(|| a.t().dot(&a)));
        group.bench_function(BenchmarkId::new("chunkwise", rows), |bench| {
            bench.iter(|| {
                let x = lazy(&a);
                x.t().dot(&x).and_then(|c| c.compute()).expect("computes")
            });
        });
    }
    group.finish();
}

fn vector(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a.dot(v)");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        let v = a.slice(s![0, ..]).to_owned();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| bench.iter(|| a.dot(&v)));
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).dot(&v).and_then(|c| c.compute()).expect("computes"));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = square, symmetric, tall, vector
}
criterion_main!(benches);
