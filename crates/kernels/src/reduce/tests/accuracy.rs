//! How close sums and variances are to what they should be.

use chunkwise_core::{Complex, DType, Element};

use super::values::{Random, read};
use super::{Lie, ReduceOp, Shape, State, run};
use crate::Isa;

/// Reduces rows x cols elements made by their position.
fn reduce<T: Element>(
    op: ReduceOp,
    shape: Shape,
    rows: usize,
    cols: usize,
    at: impl FnMut(usize) -> T,
) -> Vec<Complex<f64>> {
    let data: Vec<T> = (0..rows * cols).map(at).collect();
    let lie = Lie::new(shape, rows, cols);
    let mut state = State::new(op, T::DTYPE, lie.cells());
    run(&mut state, &lie, &data, (rows, cols), Isa::detect());
    let results = read(op.result(T::DTYPE).unwrap(), &state.finish(lie.count()).unwrap());
    results.into_iter().map(|x| x.float()).collect()
}

/// Down the rows, along them, and over both, with about `n` elements per cell.
fn shapes(n: usize) -> [(Shape, usize, usize); 5] {
    [
        (Shape::All, 1, n),
        (Shape::All, n / 7, 7),
        (Shape::Columns, 2, n / 2),
        (Shape::Rows, n / 3, 3),
        (Shape::Rows, n / 20, 20),
    ]
}

#[test]
fn ten_million_tenths() {
    for (shape, rows, cols) in shapes(10_000_000) {
        let count = Lie::new(shape, rows, cols).count() as f64;
        for sum in reduce(ReduceOp::Sum, shape, rows, cols, |_| 0.1f64) {
            let error = (sum.re - 0.1 * count).abs() / (0.1 * count);
            assert!(error <= 2.0 * f64::EPSILON, "{shape:?} {rows} x {cols}: {error:e}");
        }
    }
    for (shape, rows, cols) in shapes(10_000_000) {
        for mean in reduce(ReduceOp::Mean, shape, rows, cols, |_| 0.1f32) {
            assert_eq!(mean.re as f32, 0.1, "{shape:?} {rows} x {cols}");
        }
    }
}

#[test]
fn large_terms_that_cancel() {
    for (shape, rows, cols) in shapes(30_000) {
        let count = Lie::new(shape, rows, cols).count() as f64;
        // Terms of one cell: 1e15, 0.3, -1e15 and so on.
        let term = |i: usize| {
            let k = if shape == Shape::Rows {
                i / cols
            } else {
                i % if shape == Shape::All { usize::MAX } else { cols }
            };
            [1e15, 0.3, -1e15, 0.3][k % 4]
        };
        let magnitude = 0.5e15 * count;
        for sum in reduce(ReduceOp::Sum, shape, rows, cols, term) {
            let exact = count / 2.0 * 0.3;
            assert!((sum.re - exact).abs() <= 2e15 + f64::EPSILON * magnitude, "{shape:?}: {}", sum.re);
        }
    }
    // Down the rows, where the sum is never smaller than the next term, nothing is lost at all.
    let sums = reduce(ReduceOp::Sum, Shape::Rows, 30_000, 5, |i| [1e16, 1.0, -1e16][i / 5 % 3]);
    assert!(sums.iter().all(|sum| sum.re == 10_000.0), "{sums:?}");
}

#[test]
fn random_sums_are_better_than_pairwise() {
    for (shape, rows, cols) in shapes(200_000) {
        let mut random = Random(42);
        let mut exact = vec![0i128; rows * cols];
        // Multiples of 2^-80 below 2^20: sums are exact in 128-bit integers.
        let sums = reduce(ReduceOp::Sum, shape, rows, cols, |i| {
            let x = random.unit() * 2f64.powi(random.below(50) as i32 - 28);
            let x = if random.below(2) == 0 { -x } else { x };
            exact[Lie::new(shape, rows, cols).cell_of(i / cols, i % cols)] += (x * 2f64.powi(80)) as i128;
            x
        });
        for (sum, exact) in sums.iter().zip(exact) {
            let error = (sum.re - exact as f64 / 2f64.powi(80)).abs();
            // Magnitudes sum to about 200 000 * 2^16.
            assert!(error <= 1e-16 * 2f64.powi(33), "{shape:?}: {error:e}");
        }
    }
}

#[test]
fn spread_far_from_zero() {
    let variances = [(false, false), (false, true), (true, false)];
    let shapes = [
        (Shape::All, 1, 600_000),
        (Shape::All, 60_000, 8),
        (Shape::Columns, 2, 300_000),
        (Shape::Columns, 3, 1000),
        (Shape::Rows, 200_000, 3),
        (Shape::Rows, 40_000, 20),
    ];
    for (shape, rows, cols) in shapes {
        for (offset, tolerance) in [(0.0, 1e-14), (1e9, 1e-9), (-1e12, 1e-6)] {
            for (std, nan) in variances {
                // Every cell has the values 0, 1, 2 and 3 after each other, and the variance 1.25.
                let term = |i: usize| offset + if shape == Shape::Rows { i / cols % 4 } else { i % 4 } as f64;
                let expected = if std { 1.25f64.sqrt() } else { 1.25 };
                for found in reduce(ReduceOp::Var { ddof: 0.0, std, nan }, shape, rows, cols, term) {
                    let error = (found.re - expected).abs() / expected;
                    assert!(
                        error <= tolerance,
                        "std {std}, nan {nan}, {shape:?} {rows} x {cols} at {offset}: {error:e}"
                    );
                }
            }
        }
    }
}

#[test]
fn variance_of_complex_numbers_is_real() {
    let op = ReduceOp::Var { ddof: 0.0, std: false, nan: false };
    assert_eq!(op.result(DType::C64), Some(DType::F64));
    for (shape, rows, cols) in shapes(4000) {
        for variance in reduce(op, shape, rows, cols, |i| {
            Complex::new(1e9, if i / cols.min(20) % 2 == 0 { 1e9 } else { 1e9 + 2.0 })
        }) {
            assert!((variance.re - 1.0).abs() < 1e-2 && variance.im == 0.0, "{shape:?}: {variance}");
        }
    }
}
