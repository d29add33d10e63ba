//! The command line of the `workload` binary.

use std::path::PathBuf;

use chunkwise::{Bytes, bytes};

/// What to run, on what, and how often.
pub struct Options {
    /// The workload's name.
    pub name: String,
    /// The directory of `a.npy` and `b.npy`.
    pub data: PathBuf,
    /// How often to measure; `None` means whenever a line arrives on standard input.
    pub repeat: Option<usize>,
    /// Threads of its own, instead of rayon's pool.
    pub threads: Option<usize>,
    /// The most bytes that a computation may hold.
    pub memory_limit: Option<Bytes>,
    /// The chunks of what a workload works on.
    pub chunks: (usize, usize),
    /// The shape of data to be written before the measurement.
    pub make: Option<(usize, usize)>,
}

impl Options {
    /// Reads the arguments of the command line, without the program's own name.
    ///
    /// # Errors
    /// A text that says which argument is missing or not understood.
    pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            name: args.next().ok_or("a workload's name is missing")?,
            data: PathBuf::new(),
            repeat: Some(5),
            threads: None,
            memory_limit: None,
            chunks: (1000, 1000),
            make: None,
        };
        while let Some(flag) = args.next() {
            if flag == "--serve" {
                options.repeat = None;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{flag} needs a value"))?;
            match flag.as_str() {
                "--data" => options.data = value.into(),
                "--repeat" => options.repeat = Some(number(&value)?),
                "--threads" => options.threads = Some(number(&value)?),
                "--memory-limit" => options.memory_limit = Some(bytes(&value)),
                "--chunks" => options.chunks = pair(&value)?,
                "--make" => options.make = Some(pair(&value)?),
                _ => return Err(format!("unknown option {flag}")),
            }
        }
        if options.data.as_os_str().is_empty() {
            return Err("--data is missing".into());
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

/// `ROWSxCOLS`.
fn pair(text: &str) -> Result<(usize, usize), String> {
    let (rows, cols) = text.split_once('x').ok_or_else(|| format!("{text:?} is not ROWSxCOLS"))?;
    Ok((number(rows)?, number(cols)?))
}
