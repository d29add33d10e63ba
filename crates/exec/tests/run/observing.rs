//! What an observer hears.

use std::sync::{Arc, Mutex};

use chunkwise_exec::{Event, Options};
use chunkwise_plan::TaskId;

use crate::support::*;
use crate::testing::random_graph;

fn listen() -> (Arc<Mutex<Vec<Event>>>, Options) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let events = Arc::clone(&heard);
    let observer = move |event| events.lock().unwrap().push(event);
    (heard, Options { observer: Some(Arc::new(observer)), ..Options::default() })
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
                assert!(*thread < threads);
            }
        }
    }
}

#[test]
fn a_panic_in_an_observer_is_ignored() {
    let graph = fan_in(50, 1, 0);
    for threads in [1, 2] {
        let observer = |_| panic!("not listening");
        let options = Options { observer: Some(Arc::new(observer)), ..Options::default() };
        let run = executor(threads, None).execute(&graph, &Mix::new(&graph, nothing), &options).unwrap();
        assert_eq!(values(&run), reference(&graph));
    }
}
