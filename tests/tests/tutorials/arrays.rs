//! Chunked arrays: making them, looking at them, reducing, slicing and multiplying them.

use chunkwise::prelude::*;
use chunkwise::{Detail, Picture, Result, UNKNOWN};
use ndarray::{Array1, Array2, Axis, s};
use roxmltree::Document;

use crate::support::Drawing;

#[test]
fn exercise_12_random_integers() -> Result<()> {
    let x: ChunkedArray2<i64> = Generator::seeded(12).integers(0..100, (4, 5))?;
    let known = "ChunkedArray { dtype: i64, shape: (4, 5), bytes: 160 B, chunks: 1, chunk_shape: (4, 5), \
                 chunk_bytes: 160 B, tasks: ";
    let (card, table) = (format!("{x:?}"), x.to_string());
    assert!(card.strip_prefix(known).is_some_and(|rest| rest.trim_end_matches(" }").parse::<u64>().is_ok()));
    assert!(table.contains("(4, 5)") && table.contains("160 B") && table.contains("i64"), "{table}");

    let values: Array2<i64> = x.compute()?;
    assert!(values.iter().all(|v| (0..100).contains(v)));
    let largest: ChunkedArray0<i64> = x.max();
    let ten_times: ChunkedArray0<i64> = 10 * &largest;
    assert_eq!((largest.shape(), ten_times.num_chunks()), (&[][..], 1));
    let expected = *values.iter().max().unwrap();
    assert_eq!((largest.scalar()?, ten_times.scalar()?), (expected, 10 * expected));
    Ok(())
}

#[test]
fn exercise_13_making_arrays() -> Result<()> {
    let zeros = ChunkedArray::<f64, _>::zeros((5, 8).chunked((2, 3)))?;
    let ones = ChunkedArray::<f64, _>::ones((5, 8).chunked((2, 3)))?;
    assert_eq!((zeros.compute()?, ones.compute()?), (Array2::zeros((5, 8)), Array2::ones((5, 8))));
    let given = ChunkedArray::from_array(Array2::<f64>::ones((5, 8)), (2, 3))?;
    assert_eq!((given.chunks(), given.compute()?), (ones.chunks(), Array2::ones((5, 8))));

    let shape = || (300, 200).chunked(70);
    let mut rng = Generator::seeded(13);
    let family = [
        ("random", rng.random(shape())?, 0.5),
        ("uniform", rng.uniform(-2.0, 4.0, shape())?, 1.0),
        ("standard_normal", rng.standard_normal(shape())?, 0.0),
        ("normal", rng.normal(9.0, 1.0, shape())?, 9.0),
        ("exponential", rng.exponential(2.0, shape())?, 2.0),
        ("gamma", rng.gamma(2.0, 1.5, shape())?, 3.0),
        ("beta", rng.beta(1.0, 3.0, shape())?, 0.25),
        ("poisson", rng.poisson(4.0, shape())?.cast::<f64>(), 4.0),
        ("binomial", rng.binomial(10, 0.3, shape())?.cast::<f64>(), 3.0),
    ];
    for (name, array, mean) in family {
        assert_eq!((array.dim(), array.num_chunks()), ((300, 200), 15));
        let (found, spread) = compute((array.mean().value(), array.std(0.0).value()))?;
        assert!((found - mean).abs() < 5.0 * spread / 60_000_f64.sqrt(), "{name}: {found} instead of {mean}");
    }
    Ok(())
}

/// A tenth of the tutorial's billion.
#[test]
fn exercise_14_many_integers_never_held_at_once() -> Result<()> {
    let x: ChunkedArray3<i64> =
        Generator::seeded(14).integers(0..100, (1000, 1000, 100).chunked((125, 500, 50)))?;
    assert_eq!((x.nbytes(), x.num_chunks()), (800_000_000, 32));
    let html = x.to_html();
    let start = html.find("<svg").expect("a drawing of the chunks");
    let end = html.rfind("</svg>").expect("its end") + "</svg>".len();
    Document::parse(&html[start..end]).unwrap();

    let mean = x.mean();
    let (value, stats) = Config::default().threads(2).measure(mean.value())?;
    assert!((value - 49.5).abs() < 0.01, "{value}");
    assert!(stats.peak_bytes < 8_000_000, "{} bytes", stats.peak_bytes);

    // Every block is read by the reduction; what runs merges sixteen partial results at a time.
    let built = Drawing::of(&mean, false);
    assert_eq!((built.count("integers"), built.count("mean")), (x.num_chunks(), 1), "{:?}", built.boxes);
    let tree = x.slice(s![..40, .., ..])?.mean();
    let planned = Drawing::of(&tree, true);
    let merges = planned.count("combine mean");
    assert!(merges > 1 && planned.depth() >= 3, "{:?}", planned.boxes);
    let layers = Picture::new(&mean).optimised(true).detail(Detail::Layers).to_svg()?;
    assert!(layers.contains("combine mean"));
    Ok(())
}

/// A fifth of the tutorial's length along both axes.
#[test]
fn exercise_15_slices_masks_and_sums() -> Result<()> {
    let x = Generator::seeded(15).uniform(0.0, 1.0, (1000, 1000).chunked(300))?;
    let all: Array2<f64> = x.compute()?;

    let rows = x.slice(s![..;2, ..])?;
    assert_eq!(rows.dim(), (500, 1000));
    assert_eq!(rows.compute()?, all.slice(s![..;2, ..]));

    let above: ChunkedArray2<bool> = x.gt(0.5)?;
    assert_eq!(above.compute()?, all.mapv(|v| v > 0.5));

    let cosines = x.cos();
    assert_eq!(cosines.explain()?.before.last().map(|layer| &layer.name[..]), Some("cos"), "lazy");
    let (computed, expected) = (cosines.compute()?, all.mapv(f64::cos));
    assert!(computed.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-15));

    // What a mask selects has a length that nobody knows before its values are there.
    let selected: ChunkedArray1<f64> = x.mask(&above)?;
    assert_eq!((selected.shape(), selected.has_known_shape()), (&[UNKNOWN][..], false));
    assert!(format!("{selected:?}").contains('?'), "{selected:?}");
    let (values, count) = compute((&selected, above.count_nonzero().value()))?;
    assert!(values.iter().all(|v| *v > 0.5));
    assert_eq!(values.len() as i64, count);
    assert_eq!(values, all.iter().copied().filter(|v| *v > 0.5).collect::<Array1<f64>>());
    assert_eq!(selected.compute_chunk_sizes()?.shape(), [values.len()]);

    // One row is left of a thousand.
    let projection = x.sum_axis(Axis(0))?;
    assert_eq!((projection.dim(), projection.chunks()), (1000, vec![x.chunks()[1].clone()]));
    let (sums, expected) = (projection.compute()?, all.sum_axis(Axis(0)));
    assert!(sums.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12 * b), "{sums}");
    Ok(())
}

/// A tenth of the tutorial's length along both axes.
#[test]
fn exercise_16_transposes_and_products() -> Result<()> {
    let x = Generator::seeded(16).uniform(0.0, 1.0, (500, 500).chunked(150))?;
    let all: Array2<f64> = x.compute()?;
    let sum = &x + &x.t();
    assert_eq!(sum.compute()?, &all + &all.t());

    let product = x.dot(&sum)?;
    let (computed, expected) = (product.compute()?, all.dot(&(&all + &all.t())));
    assert!(computed.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-10 * b.abs()));

    let blocks = x.num_chunks();
    let drawing = Drawing::of(&sum, false);
    assert_eq!(["uniform", "transpose", "add"].map(|name| drawing.count(name)), [blocks; 3]);
    assert_eq!(drawing.inputs("add"), ["transpose", "uniform"]);
    let drawing = Drawing::of(&product, false);
    assert_eq!(drawing.count("add"), blocks);
    let last = drawing.boxes.last().unwrap();
    // A block of the product reads a row of blocks of x and a column of blocks of the sum.
    let (rows, inputs) = (x.chunks()[0].len(), drawing.inputs(last));
    assert_eq!(inputs.iter().filter(|name| **name == "uniform").count(), rows, "{last}: {inputs:?}");
    assert_eq!(inputs.iter().filter(|name| **name == "add").count(), rows, "{last}: {inputs:?}");
    Ok(())
}
