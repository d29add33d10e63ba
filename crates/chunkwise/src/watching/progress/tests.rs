use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::prelude::*;
use crate::{Event, Result};

const COLUMNS: u16 = 120;

/// What was written, and what a terminal would show of it.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    fn progress(&self) -> Progress {
        Progress { eager: true, ..Progress::to(self.clone(), COLUMNS) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines that are left, without those that are empty.
    fn lines(&self) -> Vec<String> {
        let (mut lines, mut row, mut column) = (vec![Vec::new()], 0, 0);
        let text: Vec<char> = self.text().chars().collect();
        let mut rest = &text[..];
        while let Some((&c, tail)) = rest.split_first() {
            rest = tail;
            match c {
                '\r' => column = 0,
                '\n' => {
                    row += 1;
                    if row == lines.len() {
                        lines.push(Vec::new());
                    }
                }
                '\x1b' => {
                    let end = rest.iter().position(|c| c.is_ascii_alphabetic()).unwrap();
                    let count: usize = rest[1..end].iter().collect::<String>().parse().unwrap_or(0);
                    match rest[end] {
                        'A' => row -= count,
                        'B' => row += count,
                        'C' => column += count,
                        'D' => column -= count,
                        'K' => lines[row].clear(),
                        'm' => {}
                        other => panic!("{other}"),
                    }
                    rest = &rest[end + 1..];
                }
                c => {
                    // A full line goes on in the next one.
                    if column == usize::from(COLUMNS) {
                        (row, column) = (row + 1, 0);
                        if row == lines.len() {
                            lines.push(Vec::new());
                        }
                    }
                    let line: &mut Vec<char> = &mut lines[row];
                    line.resize(line.len().max(column + 1), ' ');
                    line[column] = c;
                    column += 1;
                }
            }
        }
        let lines = lines.into_iter().map(|line| line.into_iter().collect::<String>().trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }
}

/// Calls that take a few milliseconds each and return their number, of which one may fail or panic.
fn calls(count: i64, broken: Option<&'static str>) -> Vec<Delayed<i64>> {
    let call = try_delayed(move |n: i64| {
        std::thread::sleep(Duration::from_millis(3));
        match broken {
            Some("panic") if n == 10 => panic!("told to"),
            Some("error") if n == 10 => Err(io::Error::other("told to")),
            _ => Ok(n),
        }
    });
    (0..count).map(|n| call.call(n)).collect()
}

#[test]
fn the_last_line_says_what_was_done() {
    for threads in [1, 3] {
        let screen = Screen::default();
        let config = Config::default().threads(threads).observe(screen.progress().label("numbers"));
        config.compute(calls(20, None)).unwrap();
        let lines = screen.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = &lines[0];
        assert!(line.starts_with("numbers ━━━━━━━━━━━━━━━━━━━━━━━━ 100 %  20/20 tasks, "), "{line}");
        assert!(line.ends_with('s') && !line.contains("left"), "{line}");
        assert!(screen.text().contains("0/20 tasks"), "it was drawn before the end");
    }
}

#[test]
fn failures_panics_and_cancellation_end_the_bar() {
    for (broken, how) in [("error", ", failed after "), ("panic", ", failed after ")] {
        let screen = Screen::default();
        let config = Config::default().threads(2).observe(screen.progress());
        config.compute(calls(40, Some(broken))).unwrap_err();
        let lines = screen.lines();
        assert!(lines.len() == 1 && lines[0].contains(how) && !lines[0].contains("100 %"), "{lines:?}");
    }
    let screen = Screen::default();
    let token = CancelToken::new();
    let cancel = token.clone();
    let config =
        Config::default().threads(2).cancel(&token).observe(screen.progress()).observe(move |event| {
            if matches!(event, Event::TaskFinished { task: 5, .. }) {
                cancel.cancel();
            }
        });
    config.compute(calls(40, None)).unwrap_err();
    let lines = screen.lines();
    assert!(lines.len() == 1 && lines[0].contains(", cancelled after "), "{lines:?}");
}

#[test]
fn transient_bars_leave_nothing() {
    for broken in [None, Some("error")] {
        let screen = Screen::default();
        let config = Config::default().threads(2).observe(screen.progress().transient());
        assert_eq!(config.compute(calls(20, broken)).is_err(), broken.is_some());
        assert_eq!(screen.lines(), [""; 0]);
        assert!(screen.text().contains("/20 tasks"), "it was there");
    }
}

#[test]
fn what_is_written_counts_when_something_is() {
    let folder = tempfile::tempdir().unwrap();
    let x = ChunkedArray::from_shape_fn((512, 512).chunked(64), |(i, j)| (i * j) as f64).unwrap();
    let screen = Screen::default();
    let config = Config::default().threads(2).observe(screen.progress());
    x.sqrt().write_npy_with(folder.path().join("x.npy"), &config).unwrap();
    let lines = screen.lines();
    assert!(lines[0].contains(" tasks, 2.00 MiB, "), "{lines:?}");
}

#[test]
fn persist_compute_and_delayed_have_a_bar_each() {
    let screen = Screen::default();
    let config = Config::default().threads(2).observe(screen.progress());
    let x = ChunkedArray::from_shape_fn((64, 64).chunked(16), |(i, j)| (i * j) as f64).unwrap();
    let kept = (x + 1.0).persist_with(&config).unwrap();
    kept.compute_with(&config).unwrap();
    calls(3, None).remove(0).compute_with(&config).unwrap();
    assert_eq!(screen.lines().len(), 3, "{:?}", screen.lines());
}

#[test]
fn computations_at_the_same_time_have_a_bar_each_and_those_inside_none() -> Result<()> {
    let screen = Screen::default();
    let config = Config::default().threads(2).observe(screen.progress());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| config.compute(calls(20, None)).unwrap());
        }
    });
    let lines = screen.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("20/20 tasks")), "{lines:?}");

    let screen = Screen::default();
    let config = Config::default().threads(2).observe(screen.progress());
    let inner = config.clone();
    let outer = delayed(move |n: i64| inner.compute(calls(n, None)).unwrap().len());
    config.compute([outer.call(3), outer.call(4)])?;
    assert_eq!(screen.lines().len(), 1, "{:?}", screen.lines());
    Ok(())
}

#[test]
fn many_computations_share_a_few_bars() {
    let screen = Screen::default();
    let client = Client::with_config(Config::default().threads(12).observe(screen.progress()));
    let tasks: Vec<_> = calls(12, None).into_iter().map(|call| client.submit(&call)).collect();
    for task in tasks {
        task.wait().unwrap();
    }
    assert!(!screen.lines().is_empty() && screen.lines().len() <= 12, "{:?}", screen.lines());
}

#[test]
fn short_computations_have_no_bar() {
    let screen = Screen::default();
    let config = Config::default().observe(Progress::to(screen.clone(), 80));
    config.compute(calls(2, None)).unwrap();
    assert_eq!(screen.text(), "");
}

#[test]
fn without_a_terminal_nothing_is_measured() {
    // The target of standard error when it is none.
    let progress = Arc::new(Progress::on(indicatif::ProgressDrawTarget::hidden()));
    let asked = Arc::new(AtomicBool::new(false));
    let listens = asked.clone();
    struct Asking(Arc<Progress>, Arc<AtomicBool>);
    impl Observer for Asking {
        fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
            let listener = self.0.clone().begin(run);
            self.1.store(listener.is_none(), Ordering::Relaxed);
            listener
        }
    }
    Config::default().observe(Asking(progress, listens)).compute(calls(2, None)).unwrap();
    assert!(asked.load(Ordering::Relaxed));
}

/// A writer that fails, or panics.
struct Broken(bool);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        if self.0 { panic!("no terminal") } else { Err(io::Error::other("no terminal")) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_terminal_that_fails_changes_nothing() {
    for panics in [false, true] {
        let progress = Progress { eager: true, ..Progress::to(Broken(panics), 80) };
        let config = Config::default().threads(2).observe(progress);
        assert_eq!(config.compute(calls(5, None)).unwrap().len(), 5);
        assert_eq!(config.compute(calls(5, None)).unwrap().len(), 5, "and goes on changing nothing");
    }
}
