//! Times one workload as a user would run it, and prints one line of JSON.
//!
//! `workload NAME --data DIR --repeat N [--threads N] [--chunks ROWSxCOLS] [--memory-limit BYTES]`
//!
//! A limit is a number of bytes, or one with a unit, as in `1GiB`. With the feature `zarr` there are workloads on arrays
//! larger than that, which the first run writes to `DIR`, and spills there too; they are neither loaded nor warmed up.
//!
//! For the others `DIR` holds `a.npy` and `b.npy`, two f64 matrices (5000 x 5000 for the published figures; `--make` writes them). They
//! are loaded before the clock starts, each as one standard-layout array, on huge pages as NumPy's are. Every repeat
//! builds the expression anew, computes it, and drops the result inside the measured time; one run before warms up.
//!
//! With `--serve` instead of `--repeat` the process stays, measures one repeat for each line that it reads, and answers
//! it by the same line of JSON. The first answer is the warm-up.

use std::io::BufRead;
use std::process::ExitCode;
use std::time::Instant;

use chunkwise::prelude::*;
use chunkwise_benches::{Options, peak_rss_bytes, uniform, use_huge_pages};
use ndarray::{ArcArray2, Array2, Axis, s};
use ndarray_npy::{ReadNpyExt, WriteNpyExt};

const USAGE: &str =
    "usage: workload NAME --data DIR (--repeat N | --serve) [--threads N] [--chunks ROWSxCOLS]
                [--memory-limit BYTES] [--make ROWSxCOLS]
names: sum chain mean_axis0 dot mask std_axis0 transpose median_axis0 cumsum_axis0 stride closing randint_mean
       dot_random tiny_chunks tiny_transpose million_tasks rechunk reshape delayed_tree;
       with the feature zarr also zarr_mean zarr_rechunk zarr_transpose_sum";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What a workload works on.
struct Inputs {
    a: ArcArray2<f64>,
    b: ArcArray2<f64>,
    ones: ArcArray2<f64>,
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
    let options = Options::parse(std::env::args().skip(1)).map_err(|e| format!("{e}\n{USAGE}"))?;
    let name = &options.name;
    #[cfg(feature = "zarr")]
    if let Some(stored) = chunkwise_benches::stored(name) {
        let config = configured(&options).spill_to(&options.data);
        std::fs::create_dir_all(&options.data)?;
        let measured = (0..options.repeat.unwrap_or(1)).map(|_| Ok(stored(&options.data, &config)?));
        report(name, &measured.collect::<Outcome<Vec<Measured>>>()?);
        return Ok(());
    }
    let work = workload(name).ok_or_else(|| format!("no workload {name:?}\n{USAGE}"))?;
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
        let array = Array2::<f64>::read_npy(std::io::BufReader::new(file))?;
        let array = if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() };
        use_huge_pages(array.as_slice().unwrap_or_default());
        Ok(array.into_shared())
    };
    let config = configured(&options);
    let (a, b) = (load("a.npy")?, load("b.npy")?);
    let ones = Array2::ones(if name == "closing" { a.dim() } else { (0, 0) });
    use_huge_pages(ones.as_slice().unwrap_or_default());
    let inputs = Inputs { a, b, ones: ones.into_shared(), chunks: options.chunks, config };
    match options.repeat {
        Some(repeat) => {
            work(&inputs)?;
            let measured: Vec<Measured> = (0..repeat).map(|_| work(&inputs)).collect::<Outcome<_>>()?;
            report(name, &measured);
        }
        None => {
            for line in std::io::stdin().lock().lines() {
                line?;
                report(name, &[work(&inputs)?]);
            }
        }
    }
    Ok(())
}

/// What the options say of how to compute.
fn configured(options: &Options) -> Config {
    let mut config = Config::default();
    if let Some(threads) = options.threads {
        config = config.threads(threads);
    }
    if let Some(limit) = options.memory_limit.clone() {
        config = config.memory_limit(limit);
    }
    config
}

/// Prints the line of JSON.
fn report(name: &str, measured: &[Measured]) {
    let (checksums, seconds): (Vec<f64>, Vec<f64>) = measured.iter().copied().unzip();
    println!(
        "{{\"workload\": {name:?}, \"seconds\": {seconds:?}, \"checksum\": {:?}, \"peak_rss_bytes\": {}}}",
        checksums.last().copied().unwrap_or(0.0),
        peak_rss_bytes()
    );
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
        "closing" => closing,
        "rechunk" => rechunk,
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

/// The counts of the last exercise of the tutorials: normal numbers and an ordinary array of ones, masked and binned.
fn closing(inputs: &Inputs) -> Outcome<Measured> {
    let start = Instant::now();
    let x = Generator::seeded(19).normal(9.0, 1.0, inputs.ones.dim().chunked(inputs.chunks))? + &inputs.ones;
    let below = x.mask(&x.lt(10.0)?)?;
    let counts = below.histogram(Bins::linear(100, -9.0, 11.0))?.counts.compute_with(&inputs.config)?;
    let elapsed = start.elapsed();
    Ok((counts.sum() as f64, elapsed.as_secs_f64()))
}

/// Blocks of a hundred whole rows made into blocks of a hundred whole columns, all of which are then in memory.
fn rechunk(inputs: &Inputs) -> Outcome<Measured> {
    let start = Instant::now();
    let rows = ChunkedArray::from_array(inputs.a.clone(), (100, Full))?;
    let columns = rows.rechunk((Full, 100))?.persist_with(&inputs.config)?;
    let computed = start.elapsed();
    let checksum = columns.sum().scalar()?;
    let start = Instant::now();
    drop(columns);
    Ok((checksum, (computed + start.elapsed()).as_secs_f64()))
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
