//! What is printed: figures that are the same everywhere, and lines of time and memory that are not.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chunkwise::prelude::*;
use chunkwise::{Direction, Picture, Result};

/// Prints what the exercises find, and keeps it.
pub(crate) struct Report {
    pictures: PathBuf,
    started: Instant,
    lines: Vec<String>,
}

impl Report {
    /// A report whose pictures go into this directory.
    pub(crate) fn new(pictures: &Path) -> Self {
        Report { pictures: pictures.to_owned(), started: Instant::now(), lines: Vec::new() }
    }

    /// Begins an exercise, and its clock.
    pub(crate) fn begin(&mut self, exercise: &str) {
        self.line(format!("\n{exercise}"));
        self.started = Instant::now();
    }

    /// One figure.
    pub(crate) fn figure(&mut self, label: &str, value: impl Display) {
        self.line(format!("  {label:<44}{value}"));
    }

    /// Draws a graph from left to right, and says how large it is.
    pub(crate) fn picture<C: Compute>(&mut self, name: &str, optimised: bool, what: C) -> Result<()> {
        let picture = Picture::new(what).direction(Direction::LeftToRight).optimised(optimised);
        let file = format!("{name}.svg");
        picture.write(self.pictures.join(&file))?;
        let dot = picture.to_dot()?;
        let (boxes, arrows) = (dot.matches("[label=").count(), dot.matches(" -> ").count());
        self.figure(&format!("picture {file}"), format_args!("{boxes} boxes, {arrows} arrows"));
        Ok(())
    }

    /// Ends an exercise: the time since it began, and the most memory that the process has held so far.
    pub(crate) fn end(&mut self) {
        let seconds = self.started.elapsed().as_secs_f64();
        let peak = match peak_resident() {
            Some(kib) => format!(", peak resident so far {} MiB", kib / 1024),
            None => String::new(),
        };
        println!("time {seconds:.2} s{peak}");
    }

    /// The lines that say that something which must hold does not.
    pub(crate) fn wrong(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str).filter(|line| line.ends_with("false"))
    }

    fn line(&mut self, line: String) {
        println!("{line}");
        self.lines.push(line);
    }
}

/// The most resident memory of this process, in KiB, where the system tells.
fn peak_resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
