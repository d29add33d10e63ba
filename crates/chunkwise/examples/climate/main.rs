//! Two runs of a climate model, 1860 to 2099, read lazily from `.npy` files and reduced together.
//!
//! `cargo run --release --example climate`

use std::path::Path;

use chunkwise::prelude::*;
use ndarray::{Axis, s};

/// Years 1860 to 2099, latitudes 15 to 60 N, longitudes 225 to 315 E.
const YEARS: usize = 240;
const LATITUDES: usize = 37;
const LONGITUDES: usize = 49;
const FIRST_YEAR: usize = 1860;

fn main() -> chunkwise::Result<()> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/climate/data");
    let chunks = (60, 19, 25);
    let a1b = ChunkedArray3::<f32>::from_npy(data.join("air_temperature_a1b.npy"), chunks)?;
    let e1 = ChunkedArray3::<f32>::from_npy(data.join("air_temperature_e1.npy"), chunks)?;
    println!("{a1b:?}\n");

    // Nothing has been read so far but the headers. What follows only says what to compute.
    let kelvin = a1b.cast::<f64>();
    let first_decade = kelvin.slice(s![..10, .., ..])?.mean();
    let last_decade = kelvin.slice(s![-10.., .., ..])?.mean();

    // Cells shrink towards the pole with the cosine of their latitude.
    let weights =
        ChunkedArray1::<f64>::linspace(15.0, 60.0, LATITUDES)?.to_radians().cos().insert_axis(Axis(1))?;
    let weight_sum = weights.sum() * (YEARS * LONGITUDES) as f64;
    let weighted_mean = (&kelvin * &weights).sum() / weight_sum;

    // Least squares: the slope over centred years.
    let years = ChunkedArray::arange(0..YEARS as i64)?.cast::<f64>();
    let centred = (&years - years.mean()).insert_axis(Axis(1))?.insert_axis(Axis(2))?;
    let slope = (&kelvin * &centred).sum_axis(Axis(0))? / centred.square().sum();
    let trend = slope.mean() * 10.0;

    let warmest = a1b.max();
    let warmest_at = a1b.argmax();
    let above_300 = a1b.gt(300.0)?.count_nonzero();

    let decade = |x: &ChunkedArray3<f32>| x.slice(s![-10.., .., ..])?.cast::<f64>().mean_axis(Axis(0));
    let difference = decade(&a1b)? - decade(&e1)?;

    let anomaly = &kelvin - kelvin.slice(s![..30, .., ..])?.mean_axis(keep(Axis(0)))?;
    let usual = (anomaly.ge(-4.0)? & anomaly.le(12.0)?).count_nonzero();

    // One computation: every file is read once.
    let results = (
        (first_decade.value(), last_decade.value(), weighted_mean.value(), trend.value()),
        (warmest.value(), warmest_at.value(), above_300.value()),
        (difference.mean().value(), difference.max().value(), difference.argmax().value()),
        usual.value(),
    );
    let plan = explain(&results)?;
    let (values, stats) = Config::default().measure(results)?;
    let ((first, last, weighted, trend), (warmest, warmest_at, above_300), difference, usual) = values;
    let (mean_difference, greatest_difference, greatest_at) = difference;

    let warmest_at = warmest_at as usize;
    let year = warmest_at / (LATITUDES * LONGITUDES);
    let cell = [year, warmest_at / LONGITUDES % LATITUDES, warmest_at % LONGITUDES];
    let greatest_at = greatest_at as usize;
    println!("A1B, mean of the first ten years      {first:.4} K");
    println!("A1B, mean of the last ten years       {last:.4} K");
    println!("A1B, area-weighted mean               {weighted:.4} K");
    println!("A1B, trend                            {trend:.4} K per decade");
    println!("A1B, warmest value                    {warmest:.4} K at {cell:?}, in {}", FIRST_YEAR + year);
    println!("A1B, values above 300 K               {above_300}");
    println!("last ten years, A1B minus E1, mean    {mean_difference:.4} K");
    let at = [greatest_at / LONGITUDES, greatest_at % LONGITUDES];
    println!("last ten years, A1B minus E1, most    {greatest_difference:.4} K at {at:?}");
    println!("A1B, anomalies within [-4, 12] K      {usual} of {}", YEARS * LATITUDES * LONGITUDES);

    println!();
    println!("chunks        {} of each file", a1b.num_chunks());
    println!("tasks         {} as built, {} after optimising", plan.tasks_before(), plan.tasks_after());
    println!("work units    {}", stats.tasks);
    println!(
        "peak          {} bytes held ({} bytes in the files)",
        stats.peak_bytes,
        a1b.nbytes() + e1.nbytes()
    );
    println!("time          {:.2} ms on {} threads", stats.elapsed.as_secs_f64() * 1e3, stats.threads);
    Ok(())
}
