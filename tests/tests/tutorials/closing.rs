//! What the tutorials end with: work that is not chunked, reshapes, and the closing exercise.

use chunkwise::Result;
use chunkwise::prelude::*;
use ndarray::{Array1, Array2, Array3, s};

use crate::support::Drawing;

/// Eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations (1846): what a crate of linear algebra would be
/// called for.
fn symmetric_eigenvalues(matrix: &Array2<f64>) -> Vec<f64> {
    let (mut a, n) = (matrix.clone(), matrix.nrows());
    for _sweep in 0..30 {
        for (p, q) in (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))) {
            if a[[p, q]] == 0.0 {
                continue;
            }
            let angle = (2.0 * a[[p, q]]).atan2(a[[q, q]] - a[[p, p]]) / 2.0;
            let (sin, cos) = angle.sin_cos();
            for k in 0..n {
                let (x, y) = (a[[k, p]], a[[k, q]]);
                (a[[k, p]], a[[k, q]]) = (cos * x - sin * y, sin * x + cos * y);
            }
            for k in 0..n {
                let (x, y) = (a[[p, k]], a[[q, k]]);
                (a[[p, k]], a[[q, k]]) = (cos * x - sin * y, sin * x + cos * y);
            }
        }
    }
    let mut values = a.diag().to_vec();
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn exercise_17_eigenvalues_are_found_outside() -> Result<()> {
    // A matrix with eigenvalues 1, 2, .. 20: reflected twice in planes across random directions
    let n = 20;
    let values = ChunkedArray::arange(1..n as i64 + 1)?.cast::<f64>();
    let mut matrix = ChunkedArray2::<f64>::eye(n)?.rechunk(7)? * &values;
    for seed in [1, 2] {
        let v = Generator::seeded(seed).normal(0.0, 1.0, n)?.persist()?;
        let plane = v.outer(&v)? * (2.0 / v.dot(&v)?.scalar()?);
        let reflection = ChunkedArray2::<f64>::eye(n)? - plane;
        matrix = reflection.dot(&matrix.dot(&reflection)?)?;
    }

    // The way out: a delayed function gets the whole matrix in one block, in the same graph as the rest.
    let found = matrix.to_delayed().map(symmetric_eigenvalues);
    let shifted = (&matrix + ChunkedArray2::<f64>::eye(n)? * 0.5).to_delayed().map(symmetric_eigenvalues);
    let (found, shifted) = compute((&found, &shifted))?;
    for (i, (found, shifted)) in found.iter().zip(shifted.iter()).enumerate() {
        let expected = (i + 1) as f64;
        assert!(
            (found - expected).abs() < 1e-9 && (shifted - expected - 0.5).abs() < 1e-9,
            "{found} {shifted}"
        );
    }

    // What needs products only stays chunked: the largest one, by iterated multiplication.
    let kept = matrix.persist()?;
    let mut v: Array1<f64> = Array1::ones(n);
    let mut largest = 0.0;
    for _ in 0..400 {
        let next = kept.dot(&v)?;
        let (next, norm) = compute((&next, next.square().sum().sqrt().value()))?;
        (v, largest) = (next / norm, norm);
    }
    assert!((largest - n as f64).abs() < 1e-9, "{largest}");
    Ok(())
}

/// A tenth of the tutorial's length along both axes.
#[test]
fn exercise_18_any_reshape() -> Result<()> {
    let zeros = ChunkedArray::<f64, _>::zeros((500, 500))?;
    for shape in [(500, 100, 5), (100, 500, 5)] {
        let reshaped = zeros.reshape(shape)?;
        assert_eq!((reshaped.dim(), reshaped.compute()?), (shape, Array3::zeros(shape)));
    }
    // Values that tell their places, from memory and computed, chunked as they come and unevenly
    let numbers = Array2::from_shape_fn((500, 500), |(i, j)| (500 * i + j) as i64);
    let computed =
        ChunkedArray::from_shape_fn((500, 500).chunked((130, 170)), |(i, j)| (500 * i + j) as i64)?;
    for x in [ChunkedArray::from_array(numbers.clone(), (90, 211))?, computed] {
        for shape in [(500, 100, 5), (100, 500, 5)] {
            let expected = numbers.clone().into_shape_with_order(shape).unwrap();
            assert_eq!(x.reshape(shape)?.compute()?, expected);
            let backwards = x.slice(s![..;-1, ..])?.reshape(shape)?;
            let expected = numbers.slice(s![..;-1, ..]).as_standard_layout().into_owned();
            assert_eq!(backwards.compute()?, expected.into_shape_with_order(shape).unwrap());
        }
    }

    let small = Array3::from_shape_fn((6, 5, 4), |(i, j, k)| (100 * i + 10 * j + k) as i64);
    let chunks = (vec![1, 3, 2], vec![2, 3], vec![3, 1]);
    let expected = small.clone().into_shape_with_order((4, 5, 6)).unwrap();
    assert_eq!(ChunkedArray::from_array(small, chunks)?.reshape((4, 5, 6))?.compute()?, expected);
    Ok(())
}

/// A tenth of the tutorial's length along both axes.
#[test]
fn exercise_19_the_closing_exercise() -> Result<()> {
    let x = Generator::seeded(19).normal(9.0, 1.0, (500, 500).chunked((130, 210)))?
        + Array2::<f64>::ones((500, 500));
    assert_eq!((x.dim(), x.num_chunks()), ((500, 500), 12), "as chunked as before");
    let mask = x.lt(10.0)?;
    let below = x.mask(&mask)?;
    let histogram = below.histogram(Bins::linear(100, -9.0, 11.0))?;
    let ((counts, edges), values, count) = compute((&histogram, &below, mask.count_nonzero().value()))?;
    assert_eq!((counts.len(), edges.len(), values.len() as i64), (100, 101, count));
    assert_eq!(counts.sum(), count, "nothing lies outside");
    assert_eq!(counts, counted(&values, &edges));
    for (i, edge) in edges.iter().enumerate() {
        assert!((edge - (-9.0 + 0.2 * i as f64)).abs() < 1e-12, "{edge}");
    }

    // Values are binned block by block: no box gathers them.
    let drawing = Drawing::of(&histogram, false);
    assert!(drawing.count("normal") + drawing.count("add") > 1, "{:?}", drawing.boxes);
    let planned = histogram.counts.explain()?;
    assert!(planned.projected_peak < 8 * 250_000, "{planned}");

    // Without a range, one more pass finds it.
    let automatic = below.histogram(100)?;
    let (counts, edges) = compute(&automatic)?;
    let (least, largest) = compute((below.min().value(), below.max().value()))?;
    assert_eq!((edges[0], edges[100]), (least, largest));
    assert_eq!((counts.sum(), counts.len()), (count, 100));
    assert_eq!(counts, counted(&values, &edges));
    Ok(())
}

/// Counts by NumPy's rules: a bin holds its lower edge and not its upper one, the last one both.
fn counted(values: &Array1<f64>, edges: &Array1<f64>) -> Array1<i64> {
    let mut counts = Array1::zeros(edges.len() - 1);
    for value in values {
        let above = edges.iter().take_while(|edge| *edge <= value).count();
        if above > 0 && *value <= edges[edges.len() - 1] {
            counts[(above - 1).min(edges.len() - 2)] += 1;
        }
    }
    counts
}
