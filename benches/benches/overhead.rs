//! What the engine costs where the arithmetic is next to nothing.

use chunkwise::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array1;

fn small(criterion: &mut Criterion) {
    let a = Array1::<f64>::ones(100).into_shared();
    criterion.bench_function("sum of 100 elements, built and computed", |bench| {
        bench.iter(|| {
            let x = ChunkedArray::from_array(a.clone(), Auto).expect("a vector");
            x.sum().scalar().expect("computes")
        });
    });
}

fn million_chunks(criterion: &mut Criterion) {
    let a = Array1::<f64>::ones(1_000_000).into_shared();
    criterion.bench_function("a million one-element chunks, (x + 1).sum()", |bench| {
        bench.iter(|| {
            let x = ChunkedArray::from_array(a.clone(), 1).expect("a vector");
            (x + 1.0).sum().scalar().expect("computes")
        });
    });
}

fn long_chain(criterion: &mut Criterion) {
    criterion.bench_function("a chain of 10000 additions over 4 elements", |bench| {
        bench.iter(|| {
            let mut x = ChunkedArray::<f64, _>::zeros(4).expect("a vector");
            for _ in 0..10_000 {
                x = &x + 1.0;
            }
            x.sum().scalar().expect("computes")
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = small, million_chunks, long_chain
}
criterion_main!(benches);
