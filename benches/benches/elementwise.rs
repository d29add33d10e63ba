//! Elementwise chains: Chunkwise against plain ndarray, sequential and with its `rayon` feature.

use chunkwise::prelude::*;
use chunkwise_benches::uniform;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Zip;

/// Sides of square f64 matrices, from 64 KiB up.
const SIDES: [usize; 5] = [91, 256, 512, 1448, 4096];

fn chain(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a * 2 + b * b");
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        group.throughput(Throughput::Bytes((2 * side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray operators", side), |bench| {
            bench.iter(|| &a * 2.0 + &b * &b);
        });
        group.bench_function(BenchmarkId::new("ndarray Zip", side), |bench| {
            bench.iter(|| Zip::from(&a).and(&b).map_collect(|a, b| a * 2.0 + b * b));
        });
        group.bench_function(BenchmarkId::new("ndarray par_map_collect", side), |bench| {
            bench.iter(|| Zip::from(&a).and(&b).par_map_collect(|a, b| a * 2.0 + b * b));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let x = ChunkedArray::from_array(a.clone(), Auto).expect("a matrix");
                let y = ChunkedArray::from_array(b.clone(), Auto).expect("a matrix");
                (&x * 2.0 + &y * &y).compute().expect("computes")
            });
        });
    }
    group.finish();
}

fn functions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sqrt(a * a + b * b)");
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        group.throughput(Throughput::Bytes((2 * side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray operators", side), |bench| {
            bench.iter(|| (&a * &a + &b * &b).sqrt());
        });
        group.bench_function(BenchmarkId::new("ndarray par_map_collect", side), |bench| {
            bench.iter(|| Zip::from(&a).and(&b).par_map_collect(|a, b| (a * a + b * b).sqrt()));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let x = ChunkedArray::from_array(a.clone(), Auto).expect("a matrix");
                let y = ChunkedArray::from_array(b.clone(), Auto).expect("a matrix");
                (&x * &x + &y * &y).sqrt().compute().expect("computes")
            });
        });
    }
    group.finish();
}

fn reduced(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum(cos(a) * 2 + b * b)");
    for side in SIDES {
        let (a, b) = (uniform(side, side, 1).into_shared(), uniform(side, side, 2).into_shared());
        group.throughput(Throughput::Bytes((2 * side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray operators", side), |bench| {
            bench.iter(|| (a.cos() * 2.0 + &b * &b).sum());
        });
        group.bench_function(BenchmarkId::new("ndarray par_fold", side), |bench| {
            bench.iter(|| {
                let zip = Zip::from(&a).and(&b);
                zip.par_fold(|| 0.0, |sum, a, b| sum + (a.cos() * 2.0 + b * b), |left, right| left + right)
            });
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let x = ChunkedArray::from_array(a.clone(), Auto).expect("a matrix");
                let y = ChunkedArray::from_array(b.clone(), Auto).expect("a matrix");
                (x.cos() * 2.0 + &y * &y).sum().scalar().expect("computes")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = chain, functions, reduced
}
criterion_main!(benches);
