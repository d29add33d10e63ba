//! Flights of a year: files read by delayed functions, and grouped.

#[path = "../../../crates/chunkwise/examples/nycflights/flights.rs"]
mod reader;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chunkwise::Result;
use chunkwise::prelude::*;
use ndarray::{Array1, Axis};
use reader::{Flights, FlightsError, files, read};

/// Minutes, and flights that they were spread over.
type Totals = BTreeMap<String, (f64, u64)>;

fn totals(flights: &Flights) -> Totals {
    let mut totals = Totals::new();
    for (origin, delay) in flights.origins.iter().zip(&flights.delays) {
        let entry = totals.entry(origin.clone()).or_default();
        *entry = (entry.0 + delay, entry.1 + 1);
    }
    totals
}

fn joined(months: &[Totals]) -> Totals {
    let mut all = Totals::new();
    for (origin, (sum, count)) in months.iter().flatten() {
        let entry = all.entry(origin.clone()).or_default();
        *entry = (entry.0 + sum, entry.1 + count);
    }
    all
}

/// The mean of each origin, to six decimals.
fn means(totals: &Totals) -> Vec<String> {
    totals.iter().map(|(origin, (sum, count))| format!("{origin} {:.6}", sum / *count as f64)).collect()
}

const MEANS: [&str; 3] = ["EWR 15.107954", "JFK 12.112159", "LGA 10.346876"];

fn data() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/nycflights")
}

#[test]
fn exercise_09_mean_delays_of_a_year() -> Result<()> {
    let paths = files(&data()).unwrap();
    assert_eq!(paths.len(), 12);

    let mut sequential = Vec::new();
    for path in &paths {
        sequential.push(totals(&read(path).unwrap()));
    }
    assert_eq!(means(&joined(&sequential)), MEANS);
    let flights: u64 = joined(&sequential).values().map(|(_, count)| count).sum();
    assert_eq!(flights, 336_776 - 8255, "without those whose delay is empty");

    let load = try_delayed(read).named("read");
    let months: Vec<_> = paths.iter().map(|path| load.call(path.clone()).map(totals)).collect();
    let year = delayed(joined).call(&months);
    assert_eq!(means(&*year.compute()?), MEANS);

    // As chunked arrays, a chunk per month, in one pass
    let months: Vec<_> = paths.iter().map(|path| load.call(path.clone())).collect();
    let months = compute(&months)?;
    let column = |month: &Arc<Flights>| ChunkedArray::from_array(Array1::from(month.delays.clone()), Full);
    let delays = concatenate(Axis(0), &months.iter().map(column).collect::<Result<Vec<_>>>()?)?;
    assert_eq!((delays.len() as u64, delays.num_chunks()), (flights, 12));
    let labels = Labels::from_strings(months.iter().flat_map(|month| &month.origins))?;
    let groups = delays.groupby(&labels)?;
    let (means, deviations, counts) = compute((groups.mean(), groups.std(1.0), groups.count()))?;
    assert_eq!(counts.sum() as u64, flights);
    let figures = labels.names().iter().zip(means.iter().zip(&deviations));
    let mut figures: Vec<String> = figures.map(|(name, (m, s))| format!("{name} {m:.6} {s:.6}")).collect();
    figures.sort_unstable();
    assert_eq!(figures, ["EWR 15.107954 41.323704", "JFK 12.112159 39.035071", "LGA 10.346876 39.993021"]);
    Ok(())
}

#[test]
fn exercise_09_malformed_files_are_named_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let header = "year,month,day,dep_delay,origin\n";
    for (name, text, expected) in [
        ("short", "2013,1,1,2,EWR\n2013,1,1,EWR\n", ", line 3: 4 fields where the header has 5"),
        (
            "word",
            "2013,1,1,,EWR\n2013,1,1,7,JFK\n2013,1,1,late,EWR\n",
            ", line 4: the delay \"late\" is not a number",
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{header}{text}")).unwrap();
        let error = try_delayed(read).call(path.clone()).compute().map(|_| ()).unwrap_err();
        let found: &FlightsError = error.find().expect("the error that the function returned");
        assert_eq!(found.to_string(), format!("{}{expected}", path.display()));
        assert!(error.to_string().contains("read") && error.to_string().contains(expected), "{error}");
    }
    let path = folder.path().join("none");
    std::fs::write(&path, "year,month\n2013,1\n").unwrap();
    let error = read(&path).map(|_| ()).unwrap_err();
    assert!(error.to_string().ends_with("none, line 1: there is no column \"origin\""), "{error}");
    let missing = folder.path().join("missing");
    for error in [read(&missing).map(|_| ()).unwrap_err(), files(&missing).unwrap_err()] {
        assert!(error.to_string().starts_with(&format!("{}: ", missing.display())), "{error}");
    }
}
