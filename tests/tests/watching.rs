//! Watching and stopping through the public interface: several observers, what they are told, and what a computation
//! that was stopped leaves behind.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chunkwise::prelude::*;
use chunkwise::{
    Error, Event, ExecError, Interest, Listener, Observer, Outcome, Profile, RunInfo, StageKind,
};
use chunkwise_tests::in_time;
use ndarray::Axis;

fn matrix() -> ChunkedArray2<f64> {
    ChunkedArray::from_shape_fn((700, 900).chunked((100, 250)), |(i, j)| (i * j) as f64).unwrap()
}

/// What was heard of each run, in the order in which they began.
#[derive(Default)]
struct Log(Mutex<Vec<Arc<RunLog>>>);

#[derive(Default)]
struct RunLog {
    nested: bool,
    tasks: usize,
    /// Number of finished tasks and their bytes, by kind of stage.
    made: Mutex<BTreeMap<StageKind, (usize, u64)>>,
    kinds: Vec<StageKind>,
    ends: Mutex<Vec<Outcome>>,
    started: AtomicUsize,
    interest: Interest,
}

impl Observer for Log {
    fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        let mut runs = self.0.lock().unwrap();
        let log = Arc::new(RunLog {
            nested: run.is_nested(),
            tasks: run.tasks(),
            kinds: run.stages().iter().map(|stage| stage.kind).collect(),
            interest: if runs.len().is_multiple_of(2) { Interest::Everything } else { Interest::Finished },
            ..RunLog::default()
        });
        runs.push(log.clone());
        Some(log)
    }
}

impl Listener for RunLog {
    fn event(&self, run: &RunInfo<'_>, event: Event) {
        match event {
            Event::TaskStarted { .. } => drop(self.started.fetch_add(1, Ordering::Relaxed)),
            Event::TaskFinished { task, failed: false, .. } => {
                let kind = self.kinds[run.stage_of(task)];
                let mut made = self.made.lock().unwrap();
                let (tasks, bytes) = made.entry(kind).or_default();
                (*tasks, *bytes) = (*tasks + 1, *bytes + run.bytes(task));
            }
            Event::Ended { outcome, .. } => self.ends.lock().unwrap().push(outcome),
            _ => {}
        }
    }

    fn interest(&self) -> Interest {
        self.interest
    }
}

/// A log, and a configuration that it watches.
fn logged(threads: usize) -> (Arc<Log>, Config) {
    /// A handle, as configurations take observers by value.
    struct Handle(Arc<Log>);
    impl Observer for Handle {
        fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
            self.0.clone().begin(run)
        }
    }
    let log = Arc::new(Log::default());
    (log.clone(), Config::default().threads(threads).observe(Handle(log)))
}

#[test]
fn each_run_is_told_apart_and_ends_once() {
    for threads in [1, 3] {
        let (log, config) = logged(threads);
        let x = matrix();
        config.compute((&x + 1.0).sum()).unwrap();
        let _ = x.persist_with(&config).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| config.compute(x.mean_axis(Axis(0)).unwrap()).unwrap());
            }
        });
        let client = Client::with_config(config.clone());
        client.submit(delayed(|n: i64| n + 1).call(1)).wait().unwrap();
        let runs = log.0.lock().unwrap();
        assert_eq!(runs.len(), 7);
        for run in runs.iter() {
            assert_eq!(*run.ends.lock().unwrap(), [Outcome::Done]);
            assert_eq!(run.made.lock().unwrap().values().map(|(tasks, _)| tasks).sum::<usize>(), run.tasks);
            let started = if run.interest == Interest::Everything { run.tasks } else { 0 };
            assert_eq!(run.started.load(Ordering::Relaxed), started);
        }
        let persisted = runs[1].made.lock().unwrap().values().map(|(_, bytes)| bytes).sum::<u64>();
        assert_eq!(persisted, 700 * 900 * 8);
    }
}

#[test]
fn runs_inside_tasks_say_so() {
    let (log, config) = logged(2);
    let inner = config.clone();
    let mean = delayed(move || inner.compute(matrix().mean().value()).unwrap());
    config.compute([mean.call(), mean.call()]).unwrap();
    let runs = log.0.lock().unwrap();
    assert_eq!(runs.iter().map(|run| run.nested).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(runs[0].kinds, [StageKind::Call]);
}

#[test]
fn each_function_is_a_stage_of_its_own() {
    let profile = Profile::new();
    let config = Config::default().threads(2).profile(&profile);
    let inc = delayed(|n: i64| n + 1).named("inc");
    let double = delayed(|n: &i64| n * 2).named("double");
    let values: Vec<_> = (0..10).map(|n| double.call(inc.call(n))).collect();
    config.compute(values).unwrap();
    let report = profile.report();
    let mut ops: Vec<(&str, u64)> = report.ops.iter().map(|op| (&op.label[..], op.tasks)).collect();
    ops.sort_unstable();
    assert_eq!(ops, [("double", 10), ("inc", 10)]);
    assert!(report.ops.iter().all(|op| op.origin.file.ends_with("watching.rs")));
}

/// Names of what is in a folder.
fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_store_that_is_cancelled_leaves_what_was_there() {
    in_time(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        for (threads, after) in [(1, 1), (2, 3), (4, 9)] {
            for before in [false, true] {
                if before {
                    matrix().write_npy(&path).unwrap();
                }
                let token = CancelToken::new();
                let (cancel, finished) = (token.clone(), AtomicUsize::new(0));
                let (log, config) = logged(threads);
                let config = config.cancel(&token).observe(move |event| {
                    let done = matches!(event, Event::TaskFinished { .. });
                    if done && finished.fetch_add(1, Ordering::Relaxed) + 1 == after {
                        cancel.cancel();
                    }
                });
                let error = (matrix() * 2.0).write_npy_with(&path, &config).unwrap_err();
                assert!(matches!(error, Error::Execution(ExecError::Cancelled)), "{error}");
                let run = log.0.lock().unwrap()[0].clone();
                assert_eq!(*run.ends.lock().unwrap(), [Outcome::Cancelled]);
                let done: usize = run.made.lock().unwrap().values().map(|(tasks, _)| tasks).sum();
                assert!(done < run.tasks && done <= after + threads, "{done} of {}", run.tasks);
                // No part of the new file is there, and the old one is whole.
                let left: &[&str] = if before { &["x.npy"] } else { &[] };
                assert_eq!(names(folder.path()), left);
                if before {
                    let x = ChunkedArray2::<f64>::from_npy(&path, Auto).unwrap();
                    assert!(x.eq(matrix()).unwrap().all().scalar().unwrap());
                    fs::remove_file(&path).unwrap();
                }
                // The threads are there for the next one.
                let fresh = Config::default().threads(threads);
                matrix().write_npy_with(&path, &fresh).unwrap();
                fs::remove_file(&path).unwrap();
            }
        }
    });
}

#[test]
fn cancellation_stops_within_the_running_blocks() {
    in_time(|| {
        let token = CancelToken::new();
        let (cancel, calls) = (token.clone(), Arc::new(AtomicUsize::new(0)));
        let seen = calls.clone();
        let work = delayed(move |_: i64| {
            if seen.fetch_add(1, Ordering::SeqCst) == 4 {
                cancel.cancel();
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        });
        let profile = Profile::new();
        let config = Config::default().threads(3).cancel(&token).profile(&profile);
        let values: Vec<_> = (0..500).map(|n| work.call(n)).collect();
        config.compute(values).unwrap_err();
        // Those that ran when it was cancelled, each thread at most one.
        assert!(calls.load(Ordering::SeqCst) <= 5 + 3, "{}", calls.load(Ordering::SeqCst));
        let report = profile.report();
        assert_eq!((report.cancelled, report.tasks), (1, calls.load(Ordering::SeqCst) as u64));
    });
}

#[test]
fn values_do_not_depend_on_who_watches() {
    let x = matrix().sin();
    let alone = x.compute().unwrap();
    let (_, config) = logged(3);
    let config = config.profile(&Profile::new()).progress().observe(|_| panic!("not listening"));
    assert_eq!(config.compute(&x).unwrap(), alone);
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("profile.html");
    for error in [Profile::new().write_html(&missing), Profile::new().write_trace(&missing)] {
        let error = error.unwrap_err();
        assert!(matches!(&error, Error::PictureFile { path, .. } if *path == missing), "{error}");
    }
}
