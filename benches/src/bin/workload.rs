//! Times one workload as a user would run it, and prints one line of JSON.
//!
//! `workload NAME --data DIR --repeat N [--threads N] [--chunks ROWSxCOLS]`
//!
//! `DIR` holds `a.npy` and `b.npy`, two f64 matrices (5000 x 5000 for the published figures; `--make` writes them). They
//! are loaded before the clock starts, each as one standard-layout array. Every repeat builds the expression anew,
//! computes it, and drops the result inside the measured time; one run before warms up.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use chunkwise::prelude::*;
use chunkwise_benches::{peak_rss_bytes, uniform};
use ndarray::{ArcArray2, Array2, Axis, s};
use ndarray_npy::{ReadNpyExt, WriteNpyExt};

const USAGE: &str =
    "usage: workload NAME --data DIR --repeat N [--threads N] [--chunks ROWSxCOLS] [--make ROWSxCOLS]
names: sum chain mean_axis0 std_axis0 median_axis0 cumsum_axis0 transpose stride mask reshape dot dot_random randint_mean
       tiny_chunks tiny_transpose million_tasks delayed_tree";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Options {
    name: String,
    data: PathBuf,
    repeat: usize,
    threads: Option<usize>,
    chunks: (usize, usize),
    make: Option<(usize, usize)>,
}

/// What a workload works on.
struct Inputs {
    a: ArcArray2<f64>,
    b: ArcArray2<f64>,
    chunks: (usize, usize),
    config: Config,
}

impl Inputs {
    fn a(&self) -> chunkwise::Result<ChunkedArray2<f64>> {
        ChunkedArray::from_array(self.a.clone(), self.chunks)
    }

    fn b(&self) -> chunkwise::Result<ChunkedArray2<f64>> {
        ChunkedArray::from_array(self.b.clone(), self.chunks)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workload: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let options = parse(std::env::args().skip(1))?;
    if let Some((rows, cols)) = options.make {
        std::fs::create_dir_all(&options.data)?;
        for (name, seed) in [("a.npy", 1), ("b.npy", 2)] {
            let file = std::fs::File::create(options.data.join(name))?;
            uniform(rows, cols, seed).write_npy(std::io::BufWriter::new(file))?;
        }
    }
    let load = |name: &str| -> Outcome<ArcArray2<f64>> {
        let path = options.data.join(name);
        let file = std::fs::File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Array2::<f64>::read_npy(std::io::BufReader::new(file))?
            .as_standard_layout()
            .into_owned()
            .into_shared())
    };
    let mut config = Config::default();
    if let Some(threads) = options.threads {
        config = config.threads(threads);
    }
    let inputs = Inputs { a: load("a.npy")?, b: load("b.npy")?, chunks: options.chunks, config };
    let work = workload(&options.name).ok_or_else(|| format!("no workload {:?}\n{USAGE}", options.name))?;
    let mut checksum = work(&inputs)?.0;
    let mut seconds = Vec::with_capacity(options.repeat);
    for _ in 0..options.repeat {
        let (sum, elapsed) = work(&inputs)?;
        checksum = sum;
        seconds.push(elapsed);
    }
    println!(
        "{{\"workload\": {:?}, \"seconds\": {seconds:?}, \"checksum\": {checksum:?}, \"peak_rss_bytes\": {}}}",
        options.name,
        peak_rss_bytes()
    );
    Ok(())
}

/// Sum of the result's elements, and the seconds it took to make and drop it.
type Measured = (f64, f64);

fn workload(name: &str) -> Option<fn(&Inputs) -> Outcome<Measured>> {
    Some(match name {
        "sum" => |i| scalar(i, || Ok(i.a()?.sum())),
        "chain" => |i| {
            scalar(i, || {
                let (a, b) = (i.a()?, i.b()?);
                Ok((a.cos() * 2.0 + &b * &b).sum())
            })
        },
        "mean_axis0" => |i| {
            array(i, || {
                let (a, b) = (i.a()?, i.b()?);
                ((&a - &b).powi(2) * 0.5 + &a).mean_axis(Axis(0))
            })
        },
        "std_axis0" => |i| array(i, || i.a()?.std_axis(Axis(0), 0.0)),
        "cumsum_axis0" => |i| array(i, || i.a()?.cumsum_axis(Axis(0))),
        "median_axis0" => |i| array(i, || i.a()?.median_axis(Axis(0))),
        "transpose" => |i| array(i, || Ok(i.a()?.t())),
        "stride" => |i| array(i, || i.a()?.slice(s![..;2, ..])),
        "dot" => |i| {
            array(i, || {
                let a = i.a()?;
                a.dot(&a + &a.t())
            })
        },
        "mask" => |i| {
            array(i, || {
                let a = i.a()?;
                a.mask(&a.gt(0.5)?)
            })
        },
        "reshape" => |i| array(i, || i.a()?.reshape((1000, 5000, 5))?.sum_axis(Axis(0))),
        "dot_random" => |i| {
            array(i, || {
                let x = Generator::seeded(42).random((10_000, 10_000).chunked(i.chunks))?;
                x.dot(&x + &x.t())
            })
        },
        "randint_mean" => {
            |i| scalar(i, || Ok(Generator::seeded(42).integers(0..100_i64, (10_000, 1000, 100))?.mean()))
        }
        "tiny_transpose" => |i| {
            scalar(i, || {
                let x = ChunkedArray::<f64, _>::ones((1000, 1000).chunked((10, 10)))?;
                Ok((&x + &x.t()).sum())
            })
        },
        "million_tasks" => |i| {
            scalar(i, || {
                let x = ChunkedArray::<f64, _>::zeros((1_000_000,).chunked(1))?;
                Ok((x + 1.0).sum())
            })
        },
        "delayed_tree" => |i| delayed_tree(&i.config),
        "tiny_chunks" => |i| {
            scalar(i, || {
                let x = ChunkedArray::<f64, _>::zeros((100, 100).chunked((1, 1)))?;
                Ok((x + 1.0).sum())
            })
        },
        _ => return None,
    })
}

fn scalar(inputs: &Inputs, build: impl Fn() -> chunkwise::Result<ChunkedArray0<f64>>) -> Outcome<Measured> {
    let start = Instant::now();
    let value = inputs.config.compute(build()?.value())?;
    Ok((value, start.elapsed().as_secs_f64()))
}

/// A hundred thousand delayed additions as a tree.
fn delayed_tree(config: &Config) -> Outcome<Measured> {
    let start = Instant::now();
    let mut level: Vec<Delayed<f64>> = (0..=100_000).map(|i| Delayed::new(f64::from(i))).collect();
    while level.len() > 1 {
        let pairs = level.chunks(2).map(|pair| match pair {
            [a, b] => a + b,
            alone => alone[0].clone(),
        });
        level = pairs.collect();
    }
    let sum = *config.compute(&level[0])?;
    drop(level);
    Ok((sum, start.elapsed().as_secs_f64()))
}

fn array<D: ndarray::Dimension>(
    inputs: &Inputs,
    build: impl Fn() -> chunkwise::Result<ChunkedArray<f64, D>>,
) -> Outcome<Measured> {
    let start = Instant::now();
    let value = build()?.compute_with(&inputs.config)?;
    let computed = start.elapsed();
    let checksum = value.sum();
    let start = Instant::now();
    drop(value);
    Ok((checksum, (computed + start.elapsed()).as_secs_f64()))
}

fn parse(mut args: impl Iterator<Item = String>) -> Outcome<Options> {
    let mut options = Options {
        name: args.next().ok_or(USAGE)?,
        data: PathBuf::new(),
        repeat: 5,
        threads: None,
        chunks: (1000, 1000),
        make: None,
    };
    while let Some(flag) = args.next() {
        let value = args.next().ok_or_else(|| format!("{flag} needs a value\n{USAGE}"))?;
        match flag.as_str() {
            "--data" => options.data = value.into(),
            "--repeat" => options.repeat = value.parse()?,
            "--threads" => options.threads = Some(value.parse()?),
            "--chunks" => options.chunks = pair(&value)?,
            "--make" => options.make = Some(pair(&value)?),
            _ => return Err(format!("unknown option {flag}\n{USAGE}").into()),
        }
    }
    if options.data.as_os_str().is_empty() {
        return Err(format!("--data is missing\n{USAGE}").into());
    }
    Ok(options)
}

/// `ROWSxCOLS`.
fn pair(text: &str) -> Outcome<(usize, usize)> {
    let (rows, cols) = text.split_once('x').ok_or_else(|| format!("{text:?} is not ROWSxCOLS"))?;
    Ok((rows.parse()?, cols.parse()?))
}
