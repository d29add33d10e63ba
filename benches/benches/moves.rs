//! What moves elements and does little else: Chunkwise against plain ndarray, sequential and with its `rayon` feature.

use chunkwise::prelude::*;
use chunkwise_benches::uniform;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArcArray2, Array1, Array2, Axis, Zip, s};
use rayon::prelude::*;

/// Sides of square f64 matrices, from 64 KiB up.
const SIDES: [usize; 5] = [91, 256, 512, 1448, 4096];

fn lazy(a: &ArcArray2<f64>) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(a.clone(), Auto).expect("a matrix")
}

fn transpose(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a.t() as a standard-layout array");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| a.t().as_standard_layout().into_owned());
        });
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| {
                let mut result = Array2::zeros((side, side));
                Zip::from(&mut result).and(&a.t()).par_for_each(|to, &from| *to = from);
                result
            });
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).t().compute().expect("computes"));
        });
    }
    group.finish();
}

fn stride(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("every other row");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side.div_ceil(2) * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| a.slice(s![..;2, ..]).to_owned());
        });
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| Zip::from(a.slice(s![..;2, ..])).par_map_collect(|&x| x));
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| lazy(&a).slice(s![..;2, ..]).and_then(|x| x.compute()).expect("computes"));
        });
    }
    group.finish();
}

fn mask(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a[a > 0.5]");
    for side in SIDES {
        let a = uniform(side, side, 1).into_shared();
        group.throughput(Throughput::Bytes((side * side * 8) as u64));
        group.bench_function(BenchmarkId::new("ndarray", side), |bench| {
            bench.iter(|| a.iter().copied().filter(|x| *x > 0.5).collect::<Array1<f64>>());
        });
        group.bench_function(BenchmarkId::new("ndarray rayon", side), |bench| {
            bench.iter(|| {
                let rows = a.axis_iter(Axis(0)).into_par_iter();
                let kept = rows.flat_map_iter(|row| row.into_iter().copied().filter(|x| *x > 0.5));
                Array1::from_vec(kept.collect())
            });
        });
        group.bench_function(BenchmarkId::new("chunkwise", side), |bench| {
            bench.iter(|| {
                let x = lazy(&a);
                x.gt(0.5).and_then(|m| x.mask(&m)?.compute()).expect("computes")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = transpose, stride, mask
}
criterion_main!(benches);
