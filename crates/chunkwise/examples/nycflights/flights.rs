//! The flights of a month, from a CSV file.

use std::fmt;
use std::path::{Path, PathBuf};

/// The flights of one file whose departure delay is known.
pub(crate) struct Flights {
    /// Where each flight left.
    pub(crate) origins: Vec<String>,
    /// How many minutes late.
    pub(crate) delays: Vec<f64>,
}

/// A file that cannot be read, and where.
#[derive(Debug)]
pub(crate) struct FlightsError {
    path: PathBuf,
    line: Option<u64>,
    why: String,
}

impl fmt::Display for FlightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FlightsError { path, line, why } = self;
        match line {
            Some(line) => write!(f, "{}, line {line}: {why}", path.display()),
            None => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for FlightsError {}

/// Reads a file. Flights without a departure delay are skipped.
pub(crate) fn read(path: &Path) -> Result<Flights, FlightsError> {
    let error = |line, why: String| FlightsError { path: path.to_owned(), line, why };
    let failed = |e: csv::Error| error(e.position().map(|p| p.line()), reason(&e));
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    let columns = reader.headers().map_err(failed)?.clone();
    let column = |name: &str| {
        let found = columns.iter().position(|column| column == name);
        found.ok_or_else(|| error(Some(1), format!("there is no column {name:?}")))
    };
    let (origin, delay) = (column("origin")?, column("dep_delay")?);

    let mut flights = Flights { origins: Vec::new(), delays: Vec::new() };
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let minutes = &record[delay];
        if minutes.is_empty() {
            continue;
        }
        let minutes = minutes.parse().map_err(|_| {
            error(record.position().map(|p| p.line()), format!("the delay {minutes:?} is not a number"))
        })?;
        flights.origins.push(record[origin].to_owned());
        flights.delays.push(minutes);
    }
    Ok(flights)
}

/// What is wrong, without the place.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "text that is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// The CSV files of a directory, in the order of their names.
pub(crate) fn files(directory: &Path) -> Result<Vec<PathBuf>, FlightsError> {
    let failed =
        |e: std::io::Error| FlightsError { path: directory.to_owned(), line: None, why: e.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
