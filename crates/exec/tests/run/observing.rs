//! What an observer hears.

use std::sync::{Arc, Mutex};

use std::any::Any;
use std::collections::BTreeSet;

use chunkwise_exec::{
    CancelToken, Description, Event, ExecError, Listener, Observer, Options, Outcome, RunInfo, StageSummary,
    Thread, Work,
};
use chunkwise_plan::{Origin, StageKind, TaskGraph, TaskId};

use crate::support::*;
use crate::testing::random_graph;

fn listen() -> (Arc<Mutex<Vec<Event>>>, Options) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let events = Arc::clone(&heard);
    let observer = move |event| events.lock().unwrap().push(event);
    (heard, Options { observers: vec![Arc::new(observer)], ..Options::default() })
}

#[test]
fn every_task_is_seen_and_the_bytes_held_stay_within_the_limit() {
    for seed in 0..60 {
        let graph = random_graph(seed, 120);
        let limit = graph.projected_peak() + seed;
        for threads in [1, 2, 7] {
            let (heard, options) = listen();
            let work = Mix::new(&graph, nothing);
            let run = executor(threads, Some(limit)).execute(&graph, &work, &options).unwrap();
            let heard = heard.lock().unwrap();
            let count = |wanted: &dyn Fn(&Event) -> bool| heard.iter().filter(|event| wanted(event)).count();
            for task in 0..graph.len() as TaskId {
                assert_eq!(
                    count(&|event| matches!(event, Event::TaskStarted { task: t, .. } if *t == task)),
                    1
                );
                assert_eq!(
                    count(&|event| matches!(event, Event::TaskFinished { task: t, .. } if *t == task)),
                    1
                );
                let freed = count(&|event| *event == Event::ResultFreed { task });
                assert_eq!(freed, usize::from(!graph.kept().contains(&task)));
            }
            let held = heard.iter().filter_map(|event| match event {
                Event::Held { bytes } => Some(*bytes),
                _ => None,
            });
            let most = held.max().unwrap();
            assert_eq!(most, run.stats.peak_bytes);
            assert!(most <= limit);
        }
    }
}

#[test]
fn results_are_freed_at_their_last_use() {
    for seed in 0..60 {
        let graph = random_graph(seed, 120);
        let (heard, options) = listen();
        executor(1, None).execute(&graph, &Mix::new(&graph, nothing), &options).unwrap();
        let mut last = 0;
        for &event in heard.lock().unwrap().iter() {
            match event {
                Event::TaskFinished { task, .. } => last = task,
                Event::ResultFreed { task } => {
                    let reads = |reader| graph.inputs(reader).contains(&task);
                    let last_use = (0..graph.len() as TaskId).rev().find(|&reader| reads(reader));
                    assert_eq!(last_use.unwrap_or(task), last, "seed {seed}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn threads_are_numbered() {
    let graph = fan_in(200, 1, 0);
    for threads in [1, 3] {
        let (heard, options) = listen();
        executor(threads, None).execute(&graph, &Mix::new(&graph, nothing), &options).unwrap();
        for event in heard.lock().unwrap().iter() {
            if let Event::TaskStarted { thread, .. } = event {
                // The pool has the run for itself, so that its threads alone are seen; or the caller is.
                assert!(thread.index().map_or(threads == 1, |index| index < threads));
            }
        }
    }
}

#[test]
fn a_panic_in_an_observer_is_ignored() {
    let graph = fan_in(50, 1, 0);
    for threads in [1, 2] {
        let observer = |_| panic!("not listening");
        let options = Options { observers: vec![Arc::new(observer)], ..Options::default() };
        let run = executor(threads, None).execute(&graph, &Mix::new(&graph, nothing), &options).unwrap();
        assert_eq!(values(&run), reference(&graph));
    }
}

#[test]
fn a_caller_that_takes_part_is_no_thread_of_the_pool() {
    // Few tasks, so that the caller begins; and long ones, so that the pool has its share.
    let graph = fan_in(40, 1, 0);
    let here = Thread::current();
    let (heard, options) = listen();
    let body = |_, _: &Inputs| {
        std::thread::sleep(std::time::Duration::from_millis(1));
        Ok(())
    };
    executor(2, None).execute(&graph, &Mix::new(&graph, body), &options).unwrap();
    let heard = heard.lock().unwrap();
    let threads: BTreeSet<Thread> = heard
        .iter()
        .filter_map(|event| match event {
            Event::TaskStarted { thread, .. } => Some(*thread),
            _ => None,
        })
        .collect();
    assert!(threads.contains(&here) && threads.len() > 1, "{threads:?}");
    let numbers: BTreeSet<usize> = threads.iter().map(|thread| thread.number()).collect();
    assert_eq!(numbers.len(), threads.len());
    assert!(threads.iter().all(|&thread| (thread == here) == thread.index().is_none()), "{threads:?}");
}

fn ends(heard: &Mutex<Vec<Event>>) -> Vec<(Outcome, usize)> {
    let heard = heard.lock().unwrap();
    assert!(matches!(heard.last(), Some(Event::Ended { .. })), "the end comes last");
    let ended = |event: &Event| match event {
        Event::Ended { outcome, stats } => Some((*outcome, stats.tasks)),
        _ => None,
    };
    heard.iter().filter_map(ended).collect()
}

#[test]
fn every_run_ends_once_however_it_ends() {
    let graph = fan_in(100, 10, 0);
    for threads in [1, 3] {
        let (heard, options) = listen();
        let run = executor(threads, None).execute(&graph, &Mix::new(&graph, nothing), &options).unwrap();
        assert_eq!(ends(&heard), [(Outcome::Done, 101)]);
        let last = heard.lock().unwrap().last().copied();
        assert!(matches!(last, Some(Event::Ended { stats, .. }) if stats == run.stats));

        let (heard, options) = listen();
        let broken = |task, _: &Inputs| if task == 50 { Err(Broken::Told(task)) } else { Ok(()) };
        executor(threads, None).execute(&graph, &Mix::new(&graph, broken), &options).unwrap_err();
        assert_eq!(ends(&heard), [(Outcome::Failed, 101)]);
        let failed = |event: &Event| matches!(event, Event::TaskFinished { task: 50, failed: true, .. });
        let count = |what: &dyn Fn(&Event) -> bool| heard.lock().unwrap().iter().filter(|e| what(e)).count();
        assert_eq!(count(&failed), 1);
        assert_eq!(count(&|event| matches!(event, Event::TaskFinished { failed: true, .. })), 1);

        let (heard, mut options) = listen();
        let token = CancelToken::new();
        options.cancel = Some(token.clone());
        let cancel = |task, _: &Inputs| {
            if task == 20 {
                token.cancel();
            }
            Ok(())
        };
        executor(threads, None).execute(&graph, &Mix::new(&graph, cancel), &options).unwrap_err();
        assert_eq!(ends(&heard), [(Outcome::Cancelled, 101)]);

        // It does not fit, so nothing of it begins.
        let (heard, options) = listen();
        let error = executor(threads, Some(20)).execute(&graph, &Mix::new(&graph, nothing), &options);
        assert!(matches!(error, Err(ExecError::Memory { .. })));
        assert_eq!((ends(&heard), heard.lock().unwrap().len()), (vec![(Outcome::Failed, 101)], 1));
    }
}

/// Work whose panics are panics of the caller.
struct Fatal;

impl Work for Fatal {
    type Output = ();
    type Error = ();

    fn run(&self, task: TaskId, _: smallvec::SmallVec<[(); 4]>) -> Result<(), ()> {
        if task == 3 { panic!("and nobody makes an error of it") } else { Ok(()) }
    }

    fn panicked(&self, _: TaskId, payload: Box<dyn Any + Send>) {
        std::panic::resume_unwind(payload)
    }
}

#[test]
fn a_run_ends_when_its_caller_panics() {
    let graph = fan_in(10, 1, 0);
    let (heard, options) = listen();
    let run = || executor(2, None).execute(&graph, &Fatal, &options);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    assert_eq!(ends(&heard), [(Outcome::Failed, 11)]);
}

/// Even tasks are of one stage, odd ones of another.
struct Parity<'a>(&'a TaskGraph);

impl Work for Parity<'_> {
    type Output = ();
    type Error = ();

    fn run(&self, _: TaskId, _: smallvec::SmallVec<[(); 4]>) -> Result<(), ()> {
        Ok(())
    }

    fn panicked(&self, _: TaskId, _: Box<dyn Any + Send>) {}

    fn description(&self) -> Option<&dyn Description> {
        Some(self)
    }
}

impl Description for Parity<'_> {
    fn stages(&self) -> Vec<StageSummary> {
        let origin = Origin { file: "here".into(), line: 1, column: 1 };
        ["even", "odd"].map(|label| StageSummary::new(label, StageKind::Call, origin.clone())).into()
    }

    fn stage_of(&self, task: TaskId) -> usize {
        task as usize % 2
    }

    fn bytes(&self, task: TaskId) -> u64 {
        100 + self.0.output_bytes(task)
    }

    fn chunk(&self, task: TaskId) -> Vec<usize> {
        vec![task as usize]
    }
}

/// What was said of a run when it began, and the bytes of its tasks when they ended.
#[derive(Default)]
struct Notes {
    begun: Mutex<Vec<String>>,
    bytes: Mutex<u64>,
}

impl Observer for Notes {
    fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        let labels: Vec<String> = run.stages().into_iter().map(|stage| stage.label).collect();
        let note = format!("{} tasks, {} of {}", run.tasks(), labels.join(" and "), run.held_throughout());
        self.begun.lock().unwrap().push(note);
        (run.tasks() > 1).then_some(self)
    }
}

impl Listener for Notes {
    fn event(&self, run: &RunInfo<'_>, event: Event) {
        if let Event::TaskFinished { task, .. } = event {
            assert_eq!((run.stage_of(task), run.chunk(task)), (task as usize % 2, vec![task as usize]));
            *self.bytes.lock().unwrap() += run.bytes(task);
        }
    }
}

#[test]
fn observers_are_told_what_a_run_is_and_choose_whether_to_listen() {
    let notes = Arc::new(Notes::default());
    let (heard, mut options) = listen();
    options.observers.push(notes.clone());
    options.observers.push(Arc::new(|_| panic!("not listening")));
    let mut graph = fan_in(9, 5, 0);
    graph.hold(7);
    executor(2, None).execute(&graph, &Parity(&graph), &options).unwrap();
    assert_eq!(*notes.bytes.lock().unwrap(), 10 * 105);
    assert_eq!(ends(&heard), [(Outcome::Done, 10)]);
    let mut one = TaskGraph::new();
    one.push(&[], 5, 0);
    executor(2, None).execute(&one, &Parity(&one), &options).unwrap();
    assert_eq!(*notes.bytes.lock().unwrap(), 10 * 105, "it did not want to hear of this one");
    assert_eq!(*notes.begun.lock().unwrap(), ["10 tasks, even and odd of 7", "1 tasks, even and odd of 0"]);
}
