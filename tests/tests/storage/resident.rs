//! Memory as the system sees it: a process that works on more than its limit stays within it.

use std::path::Path;
use std::process::{Command, Stdio};

use chunkwise::prelude::*;
use ndarray::{Axis, s};

const ROWS: usize = 5000;
const LIMIT: u64 = 48 << 20;

/// What a child does, by name.
fn work(what: &str, folder: &Path) -> chunkwise::Result<()> {
    let config = Config::default().threads(2).memory_limit(LIMIT).spill_to(folder);
    let x = ChunkedArray2::<f64>::from_npy(folder.join("x.npy"), Auto)?;
    let out = folder.join(format!("{what}.npy"));
    match what {
        "transpose" => config.compute(x.t().to_npy(out))?,
        "kept" => {
            let kept = (&x * 1e-3).sin().exp().cos();
            config.compute((&kept + &kept.t()).to_npy(out))?;
        }
        "centred" => {
            let read = x.mapv(|v: f64| v + 1.0); // runs once for each element, so that it is kept
            config.compute((&read - read.mean_axis(keep(Axis(0)))?).abs().max().value())?;
        }
        "medians" => drop(config.compute(x.median_axis(Axis(0))?)?),
        "scan" => config.compute(x.cumsum_axis(Axis(0))?.to_npy(out))?,
        "reshape" => config.compute(x.t().reshape((ROWS * 2, ROWS / 2))?.to_npy(out))?,
        "masked" => drop(config.compute(x.mask(&x.t().gt(0.5)?)?.sum().value())?),
        "histogram" => drop(config.compute(x.histogram(Bins::linear(10, 0.0, 1.0))?.counts)?),
        "product" => {
            let y = x.slice(s![..2500, ..])?;
            config.compute(y.dot(&y.t())?.to_npy(out))?;
        }
        "persist" => {
            let kept = (&x + 1.0).persist_with(&config)?;
            config.compute(kept.sum().value())?;
        }
        "endless" => {
            let read = x.mapv(|v: f64| {
                std::thread::sleep(std::time::Duration::from_micros(1));
                v + 1.0
            });
            config.compute((&read - read.mean_axis(keep(Axis(0)))?).to_npy(out))?;
        }
        _ => unreachable!("a child knows what to do"),
    }
    Ok(())
}

/// The most that this process has had resident, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

/// What the children of the tests below do.
#[test]
#[ignore = "the child of the other tests here, which tell it what to do"]
fn child() {
    let (Ok(what), Ok(folder)) = (std::env::var("CHUNKWISE_WORK"), std::env::var("CHUNKWISE_FOLDER")) else {
        return;
    };
    work(&what, Path::new(&folder)).unwrap();
    println!("resident {}", peak().unwrap());
}

/// A process that runs `child`.
fn child_that_does(what: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "resident::child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("CHUNKWISE_WORK", what).env("CHUNKWISE_FOLDER", folder);
    command
}

#[test]
fn arrays_four_times_the_limit() {
    if peak().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let x = ChunkedArray2::<f64>::from_shape_fn((ROWS, ROWS), |(i, j)| {
        ((i * 31 + j * 17) % 1000) as f64 / 1000.0
    });
    x.unwrap().write_npy(folder.path().join("x.npy")).unwrap();
    for what in [
        "transpose",
        "kept",
        "centred",
        "medians",
        "scan",
        "reshape",
        "masked",
        "histogram",
        "product",
        "persist",
    ] {
        let output = child_that_does(what, folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let resident =
            text.lines().find_map(|line| line.split_once("resident ")?.1.trim().parse::<u64>().ok());
        let resident =
            resident.unwrap_or_else(|| panic!("{what}: {text}{}", String::from_utf8_lossy(&output.stderr)));
        let allowed = LIMIT + LIMIT * 15 / 100 + 64_000_000;
        assert!(resident <= allowed, "{what}: {resident} bytes resident, {allowed} allowed");
        // What one leaves the next one need not find.
        let _ = std::fs::remove_file(folder.path().join(format!("{what}.npy")));
        eprintln!("{what}: {} MB of {}", resident / 1_000_000, allowed / 1_000_000);
    }
}

#[test]
#[cfg(unix)]
fn a_process_that_is_killed_while_it_spills_leaves_nothing_to_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let x = ChunkedArray2::<f64>::zeros((ROWS, ROWS)).unwrap();
    x.write_npy(folder.path().join("x.npy")).unwrap();
    let mut child = child_that_does("endless", folder.path());
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let files = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
        files.filter(|name| name != "x.npy").collect::<Vec<_>>()
    };
    // It has begun to write what it computes, and is about to spill what it reads.
    while files().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it goes on for half a minute");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(files().len(), 1, "what is spilled has no name, and what is written a temporary one");
    let path = folder.path().join("next.npy");
    ChunkedArray2::<f64>::ones((3, 3)).unwrap().write_npy(path).unwrap();
    assert_eq!(files(), ["next.npy"], "the next one has tidied up");
}
