//! The exercises on arrays, at any size.

use chunkwise::Result;
use chunkwise::prelude::*;
use ndarray::{Array1, Array2, Axis, s};

use super::report::Report;

/// How large the arrays are.
pub(crate) struct Sizes {
    /// The shape of the many integers.
    pub(crate) integers: (usize, usize, usize),
    /// The side of most matrices.
    pub(crate) side: usize,
    /// The side of the largest product.
    pub(crate) large: usize,
}

/// Random integers: what is printed of an array, and numbers that are lazy.
pub(crate) fn small_integers(report: &mut Report) -> Result<()> {
    report.begin("12  random integers");
    let x: ChunkedArray2<i64> = Generator::seeded(12).integers(0..100, (4, 5))?;
    report.figure("the array", format_args!("{x:?}"));
    let largest = x.max();
    let ten_times = 10 * &largest;
    report.figure("ten times its largest, not computed", format_args!("{ten_times:?}"));
    let (values, largest, ten_times) = compute((&x, largest.value(), ten_times.value()))?;
    report.figure("the largest", largest);
    report.figure("ten times that", ten_times);
    report.figure("as ndarray finds it", values.iter().max() == Some(&largest));
    report.end();
    Ok(())
}

/// Zeros, ones, random numbers, and an ndarray.
pub(crate) fn making(report: &mut Report) -> Result<()> {
    report.begin("13  making arrays");
    let mut rng = Generator::seeded(13);
    let given = ChunkedArray::from_array(Array2::<f64>::ones((5, 8)), Auto)?;
    let means = [
        ("zeros", ChunkedArray::<f64, _>::zeros((500, 800))?.mean()),
        ("ones", ChunkedArray::<f64, _>::ones((500, 800))?.mean()),
        ("from_array of ones, (5, 8)", given.mean()),
        ("random", rng.random((500, 800))?.mean()),
        ("normal of 9 and 1", rng.normal(9.0, 1.0, (500, 800))?.mean()),
        ("exponential of scale 2", rng.exponential(2.0, (500, 800))?.mean()),
    ];
    for (name, mean) in means {
        report.figure(&format!("mean of {name}"), format_args!("{:.4}", mean.scalar()?));
    }
    report.end();
    Ok(())
}

/// A billion integers, of which a few blocks exist at any time.
pub(crate) fn many_integers(report: &mut Report, sizes: &Sizes) -> Result<()> {
    report.begin("14  many integers");
    let x: ChunkedArray3<i64> = Generator::seeded(14).integers(0..100, sizes.integers)?;
    report.figure("values", x.len());
    report.figure("GB if they were held", format_args!("{:.1}", x.nbytes() as f64 / 1e9));
    report.figure("chunks", x.num_chunks());
    let mean = x.mean();
    report.picture("integers-mean", false, &mean)?;
    report.picture("integers-mean-planned", true, x.slice(s![..64, .., ..])?.mean())?;
    let (mean, stats) = Config::default().measure(mean.value())?;
    report.figure("mean", format_args!("{mean:.6}"));
    report.figure("held less than 100 MB of them", stats.peak_bytes < 100_000_000);
    report.end();
    Ok(())
}

/// Slices, masks, functions and sums of a matrix.
pub(crate) fn slicing(report: &mut Report, sizes: &Sizes) -> Result<()> {
    report.begin("15  slices, masks, sums");
    let side = sizes.side;
    let x = Generator::seeded(15).uniform(0.0, 1.0, (side, side))?;
    report.figure("the array", format_args!("{x:?}"));
    let rows = x.slice(s![..;2, ..])?;
    report.figure("every other row", format_args!("{:?}, mean {:.6}", rows.dim(), rows.mean().scalar()?));

    let above = x.gt(0.5)?;
    let selected = x.mask(&above)?;
    report.figure("those above 0.5, before", format_args!("{selected:?}"));
    let (values, count) = compute((&selected, above.count_nonzero().value()))?;
    report.figure("those above 0.5", values.len());
    report.figure("as many as the mask counts", values.len() as i64 == count);
    report.figure("all above 0.5", values.iter().all(|v| *v > 0.5));
    drop(values);

    let cosines = x.cos();
    report.figure("mean of the cosines", format_args!("{:.6}", cosines.mean().scalar()?));
    let sums: Array1<f64> = x.sum_axis(Axis(0))?.compute()?;
    report.figure("sums of the columns", format_args!("{:?}, the first {:.6}", sums.dim(), sums[0]));
    report.end();
    Ok(())
}

/// A matrix and its transpose, added and multiplied.
pub(crate) fn products(report: &mut Report, side: usize) -> Result<()> {
    report.begin(&format!("16  products of {side} x {side} matrices"));
    let x = Generator::seeded(16).uniform(0.0, 1.0, (side, side))?;
    let sum = &x + &x.t();
    let product = x.dot(&sum)?;
    report.picture(&format!("sum-{side}"), false, &sum)?;
    report.picture(&format!("product-{side}"), false, &product)?;
    report.figure("mean of x + x.t()", format_args!("{:.6}", sum.mean().scalar()?));

    // The sum of a product is the product of the sums, which takes no product of matrices.
    let expected = x.sum_axis(Axis(0))?.dot(&sum.sum_axis(Axis(1))?)?.scalar()?;
    let computed: Array2<f64> = product.compute()?;
    let total = computed.sum();
    report.figure("mean of x.dot(x + x.t())", format_args!("{:.4}", total / computed.len() as f64));
    report.figure("its sum is as it must be", (total - expected).abs() <= 1e-10 * expected);

    // A few rows of it against ndarray
    let rows = s![..;side.div_ceil(4), ..];
    let (left, right) = compute((x.slice(rows)?, &sum.slice(s![.., ..50])?))?;
    let eager = left.dot(&right);
    let same =
        eager.iter().zip(computed.slice(rows).slice(s![.., ..50])).all(|(a, b)| (a - b).abs() <= 1e-10 * a);
    report.figure("its elements are those of ndarray's dot", same);
    report.end();
    Ok(())
}

/// The largest eigenvalue, by products alone. All of them are found outside: the matrix goes to a crate of linear
/// algebra in one block, `matrix.to_delayed().map(eigenvalues)`.
pub(crate) fn eigenvalue(report: &mut Report, sizes: &Sizes) -> Result<()> {
    report.begin("17  the largest eigenvalue of x + x.t()");
    let side = sizes.side;
    let x = Generator::seeded(17).uniform(0.0, 1.0, (side, side))?;
    let matrix = &x + &x.t();
    let mut v = Array1::<f64>::ones(side);
    let mut largest = 0.0;
    for _ in 0..10 {
        v /= v.dot(&v).sqrt();
        let next = matrix.dot(&v)?.compute()?;
        (largest, v) = (v.dot(&next), next);
    }
    report.figure("after ten products", format_args!("{largest:.6}"));
    report.end();
    Ok(())
}

/// Other shapes of the same elements.
pub(crate) fn reshapes(report: &mut Report, sizes: &Sizes) -> Result<()> {
    report.begin("18  other shapes");
    let side = sizes.side;
    let zeros = ChunkedArray::<f64, _>::zeros((side, side))?;
    let numbers = ChunkedArray::from_shape_fn((side, side), move |(i, j)| (i * side + j) as f64)?;
    for shape in [(side, side / 5, 5), (side / 5, side, 5)] {
        report.figure(&format!("zeros as {shape:?}"), format_args!("{:?}", zeros.reshape(shape)?));
        let sum = zeros.reshape(shape)?.sum().scalar()?;
        report.figure("their sum", sum);
        let reshaped = numbers.reshape(shape)?;
        let (step, rows) = (side.div_ceil(7), reshaped.slice(s![..;side.div_ceil(7), .., ..])?.compute()?);
        let len = shape.1 * shape.2;
        let right = rows.indexed_iter().all(|((i, j, k), v)| *v == (i * step * len + j * shape.2 + k) as f64);
        report.figure("numbers lie where they must", right);
    }
    report.end();
    Ok(())
}

/// The closing exercise: a chunked array and an ordinary one, a mask, and histograms.
pub(crate) fn closing(report: &mut Report, sizes: &Sizes) -> Result<()> {
    report.begin("19  the closing exercise");
    let shape = (sizes.side, sizes.side);
    let x = Generator::seeded(19).normal(9.0, 1.0, shape)? + Array2::<f64>::ones(shape);
    report.figure("normal plus ones", format_args!("{x:?}"));
    let mask = x.lt(10.0)?;
    let below = x.mask(&mask)?;
    let histogram = below.histogram(Bins::linear(100, -9.0, 11.0))?;
    report.picture("histogram", false, &histogram)?;
    let ((counts, edges), count) = compute((&histogram, mask.count_nonzero().value()))?;
    report.figure("values below 10", count);
    report.figure("counts sum to that", counts.sum() == count);
    let fullest = counts.iter().enumerate().max_by_key(|(_, count)| **count).map_or(0, |(bin, _)| bin);
    let bin = format!("[{:.1}, {:.1})", edges[fullest], edges[fullest + 1]);
    report.figure("the fullest of 100 bins", format_args!("{bin}, {} values", counts[fullest]));

    let (counts, edges) = below.histogram(100)?.compute()?;
    report.figure("bins over the range there is", format_args!("{:.4} to {:.4}", edges[0], edges[100]));
    report.figure("counts sum to the same", counts.sum() == count);
    report.end();
    Ok(())
}

/// All of them, in the order of their numbers.
pub(crate) fn all(report: &mut Report, sizes: &Sizes) -> Result<()> {
    small_integers(report)?;
    making(report)?;
    many_integers(report, sizes)?;
    slicing(report, sizes)?;
    products(report, sizes.side)?;
    products(report, sizes.large)?;
    eigenvalue(report, sizes)?;
    reshapes(report, sizes)?;
    closing(report, sizes)
}
