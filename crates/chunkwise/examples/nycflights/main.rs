//! Departure delays of the flights that left New York City in 2013, by airport: files read one after the other, then
//! by delayed functions, then as chunked arrays.
//!
//! `cargo run --release --example nycflights [DIRECTORY OF CSV FILES]`

mod flights;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chunkwise::prelude::*;
use flights::{Flights, read};
use ndarray::{Array1, Axis};

fn main() {
    let directory = match std::env::args_os().nth(1) {
        Some(directory) => PathBuf::from(directory),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/nycflights"),
    };
    if let Err(error) = run(&directory) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// The sum of the delays and their number, by airport.
type Totals = BTreeMap<String, (f64, u64)>;

fn totals(flights: &Flights) -> Totals {
    let mut totals = Totals::new();
    for (origin, delay) in flights.origins.iter().zip(&flights.delays) {
        match totals.get_mut(origin) {
            Some((sum, count)) => (*sum, *count) = (*sum + delay, *count + 1),
            None => drop(totals.insert(origin.clone(), (*delay, 1))),
        }
    }
    totals
}

fn joined(months: &[Totals]) -> Totals {
    let mut year = Totals::new();
    for (origin, (sum, count)) in months.iter().flatten() {
        let (all, flights) = year.entry(origin.clone()).or_default();
        (*all, *flights) = (*all + sum, *flights + count);
    }
    year
}

fn run(directory: &Path) -> Result<(), Box<dyn Error>> {
    let files = flights::files(directory)?;
    println!("files                                   {}", files.len());

    // One file after the other
    let start = Instant::now();
    let mut months = Vec::new();
    for path in &files {
        months.push(totals(&read(path)?));
    }
    let year = joined(&months);
    let in_a_loop = start.elapsed();
    let flights: u64 = year.values().map(|(_, count)| count).sum();
    println!("flights with a departure delay          {flights}");
    print("mean delay, files in a loop", means(&year));

    // The same, but each call waits until it is known what it is for: files are read on all cores.
    let start = Instant::now();
    let load = try_delayed(read).named("read");
    let totals = delayed(totals);
    let months: Vec<Delayed<Totals>> =
        files.iter().map(|path| totals.call(load.call(path.clone()))).collect();
    let year = delayed(joined).call(&months).compute()?;
    let in_parallel = start.elapsed();
    print("mean delay, files in parallel", means(&year));

    // Read once and kept; then the year as chunked arrays, a file after the other
    let months: Vec<Delayed<Flights>> = files.iter().map(|path| load.call(path.clone())).collect();
    let months = compute(&months)?;
    let start = Instant::now();
    let figures = grouped(&months)?;
    let in_groups = start.elapsed();
    print("mean delay, grouped", figures.iter().map(|(name, mean, _)| (name.clone(), *mean)));
    print("standard deviation (n - 1), grouped", figures.iter().map(|(name, _, std)| (name.clone(), *std)));

    println!();
    for (what, time) in
        [("files in a loop", in_a_loop), ("files in parallel", in_parallel), ("grouped", in_groups)]
    {
        println!("time, {what:<34}{:.1} ms", time.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn means(totals: &Totals) -> impl Iterator<Item = (String, f64)> {
    totals.iter().map(|(origin, (sum, count))| (origin.clone(), sum / *count as f64))
}

fn print(what: &str, values: impl IntoIterator<Item = (String, f64)>) {
    let values: Vec<String> = values.into_iter().map(|(name, value)| format!("{name} {value:.6}")).collect();
    println!("{what:<40}{}", values.join("   "));
}

/// The name of each airport, and mean and standard deviation of the delays there.
type Grouped = Vec<(String, f64, f64)>;

/// Groups the year by airport: one chunk per month, and all figures from one pass.
fn grouped(months: &[Arc<Flights>]) -> chunkwise::Result<Grouped> {
    let column = |month: &Arc<Flights>| ChunkedArray::from_array(Array1::from(month.delays.clone()), Full);
    let delays = months.iter().map(column).collect::<chunkwise::Result<Vec<_>>>()?;
    let delays = concatenate(Axis(0), &delays)?;
    let labels = Labels::from_strings(months.iter().flat_map(|month| &month.origins))?;

    let groups = delays.groupby(&labels)?;
    let (means, deviations) = compute((groups.mean(), groups.std(1.0)))?;
    let figures = labels.names().iter().zip(means.iter().zip(&deviations));
    let mut figures: Grouped = figures.map(|(name, (mean, std))| (name.clone(), *mean, *std)).collect();
    figures.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(figures)
}
