use std::collections::HashMap;

use chunkwise_exec::{Outcome, Stats, Thread};
use ndarray::{Axis, array};
use roxmltree::{Document, Node};
use serde_json::Value;

use super::record::{Lane, Point, Recorder, RunRecord, Span};
use super::stream::bars;
use super::thin::{MOST_SPANS, thin_points, thin_spans};
use super::*;
use crate::prelude::*;
use crate::visualize::text::width;
use crate::{Event, StageKind};

fn matrix() -> ChunkedArray2<f64> {
    ChunkedArray::from_shape_fn((900, 700).chunked((200, 300)), |(i, j)| (i * j) as f64).unwrap()
}

fn profiled(threads: usize) -> (Profile, Config) {
    let profile = Profile::new();
    let config = Config::default().threads(threads).profile(&profile);
    (profile, config)
}

fn span(start: u64, end: u64, op: u32) -> Span {
    Span {
        start,
        end,
        busy: end - start,
        bytes: 1,
        tasks: 1,
        op,
        run: 0,
        task: 0,
        depth: 0,
        failed: false,
        chunk: Box::default(),
    }
}

#[test]
fn counts_are_those_of_the_plan() {
    for threads in [1, 2, 5] {
        let (profile, config) = profiled(threads);
        let x = matrix();
        let (_, stats) = config.measure((&x + 1.0).sum_axis(Axis(0)).unwrap()).unwrap();
        let report = profile.report();
        assert_eq!((report.runs, report.failed, report.cancelled), (1, 0, 0));
        assert_eq!((report.tasks, report.peak_bytes), (stats.tasks as u64, stats.peak_bytes));
        assert_eq!(report.most_threads, stats.threads);
        assert_eq!(report.tasks, report.threads.iter().map(|thread| thread.tasks).sum::<u64>());
        assert!(report.threads.len() <= threads + 1, "the caller may take part: {:?}", report.threads);
        let shares: f64 = report.ops.iter().map(|op| op.share).sum();
        assert!((shares - 1.0).abs() < 1e-9);
        assert!(report.ops.is_sorted_by_key(|op| std::cmp::Reverse(op.time)));
        for op in &report.ops {
            assert!(op.longest <= op.time && op.time <= op.longest * op.tasks as u32, "{op:?}");
            assert!(op.origin.file.ends_with("tests.rs"));
        }
        assert!(report.wall >= stats.elapsed.mul_f64(0.5) && report.wall <= stats.elapsed * 3 + MARGIN);
        assert_eq!(report.memory.last().map(|&(_, bytes)| bytes), Some(0), "nothing is held in the end");
    }
}

/// What timing may be off by on a busy machine.
const MARGIN: std::time::Duration = std::time::Duration::from_millis(50);

#[test]
fn bytes_are_those_of_the_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let whole = 900 * 700 * 8;
    let of = |profile: &Profile, kind: StageKind| -> u64 {
        profile.report().ops.iter().filter(|op| op.kind == kind).map(|op| op.bytes).sum()
    };

    let (profile, config) = profiled(2);
    matrix().write_npy_with(&path, &config).unwrap();
    let report = profile.report();
    assert_eq!((report.bytes_written, report.bytes_read), (whole, 0));
    assert_eq!(of(&profile, StageKind::Fused), whole);

    // Returned arrays are written in place, and count.
    let (profile, config) = profiled(2);
    let x = ChunkedArray2::<f64>::from_npy(&path, (250, 700)).unwrap();
    config.compute(&x + 1.0).unwrap();
    assert_eq!((profile.report().bytes_read, of(&profile, StageKind::Fused)), (whole, whole));

    // A slice reads and computes what it shows.
    let (profile, config) = profiled(1);
    config.compute((&x + 1.0).slice(ndarray::s![..10, ..7]).unwrap()).unwrap();
    assert_eq!((profile.report().bytes_read, of(&profile, StageKind::Fused)), (560, 560));

    // Each kind of stage makes its result once, however many tasks work on it.
    let y = matrix();
    let check = |kind, bytes, compute: &dyn Fn(&Config)| {
        let (profile, config) = profiled(3);
        compute(&config);
        assert_eq!(of(&profile, kind), bytes, "{kind:?}");
        let ops = profile.report().ops;
        assert!(ops.iter().all(|op| op.origin.file.ends_with("tests.rs")), "{ops:?}");
    };
    check(StageKind::Contract, 900 * 900 * 8, &|config| drop(config.compute(y.dot(&y.t()).unwrap())));
    check(StageKind::Scan, whole, &|config| drop(config.compute(y.cumsum_axis(Axis(0)).unwrap())));
    check(StageKind::Order, 700 * 8, &|config| drop(config.compute(y.median_axis(Axis(0)).unwrap())));
    let turned = y.cumsum_axis(Axis(0)).unwrap().t().reshape((900, 700)).unwrap();
    check(StageKind::Reshape, whole, &|config| drop(config.compute(&turned)));
}

#[test]
fn busy_and_idle_are_the_time_that_computations_took() {
    let (profile, config) = profiled(3);
    for _ in 0..3 {
        config.compute(matrix().exp().mean()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let report = profile.report();
    assert_eq!(report.runs, 3);
    for thread in &report.threads {
        assert_eq!(thread.busy + thread.idle, report.wall);
    }
    let snapshot = profile.snapshot();
    assert_eq!(snapshot.pauses.len(), 2);
    assert!(snapshot.end - snapshot.wall() >= 10_000_000, "sleeping between them is no idling");
    let busy: u64 = snapshot.lanes.iter().map(|lane| lane.busy).sum();
    let of_ops: u64 = snapshot.totals.iter().map(|total| total.time).sum();
    assert_eq!(busy, of_ops);
}

#[test]
fn computations_inside_tasks_are_counted_once() {
    let (profile, config) = profiled(2);
    let inner = config.clone();
    let mean = delayed(move |n: i64| {
        let x = ChunkedArray::from_shape_fn((300, 300).chunked(100), move |(i, j)| (i + j) as f64 + n as f64);
        inner.compute(x.unwrap().sum().value()).unwrap()
    })
    .named("outer");
    let calls: Vec<_> = (0..8).map(|n| mean.call(n)).collect();
    config.compute(calls).unwrap();
    let report = profile.report();
    assert_eq!(report.runs, 9);
    let snapshot = profile.snapshot();
    let busy: u64 = snapshot.lanes.iter().map(|lane| lane.busy).sum();
    assert_eq!(busy, snapshot.totals.iter().map(|total| total.time).sum::<u64>(), "no time counts twice");
    assert!(snapshot.lanes.iter().all(|lane| lane.open.is_empty()));
    assert!(snapshot.lanes.iter().flat_map(|lane| &lane.spans).any(|span| span.depth == 1));
    check_trace(&profile);
    check_page(&profile);
}

#[test]
fn failed_and_cancelled_computations_end() {
    // With several threads several tasks may fail before the first failure is known.
    let (profile, config) = profiled(1);
    let broken = matrix().mapv(|v: f64| if v > 300_000.0 { panic!("too much") } else { v });
    config.compute(broken.sum()).unwrap_err();
    let token = CancelToken::new();
    token.cancel();
    config.clone().cancel(&token).compute(matrix().sum()).unwrap_err();
    // It does not fit.
    config.clone().memory_limit(100).compute(matrix()).unwrap_err();
    let report = profile.report();
    assert_eq!((report.runs, report.failed, report.cancelled), (3, 2, 1));
    assert_eq!(report.ops.iter().map(|op| op.failed).sum::<u64>(), 1);
    assert!(report.to_string().contains(", 2 failed, 1 cancelled"), "{report}");
    check_page(&profile);
    assert!(profile.to_html().contains(">2 failed<"));
    let trace = check_trace(&profile);
    assert_eq!(trace.iter().filter(|event| event["args"]["failed"] == true).count(), 1);
}

#[test]
fn threads_of_several_pools_and_callers_have_lanes_of_their_own() {
    let profile = Profile::new();
    let x = matrix();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let config = Config::default().threads(1).profile(&profile);
            let x = &x;
            scope.spawn(move || config.compute(x.sum()).unwrap());
        }
    });
    let report = profile.report();
    let names: Vec<&str> = report.threads.iter().map(|thread| &thread.name[..]).collect();
    assert_eq!(names, ["caller", "caller (2)"]);
    assert!(report.threads.iter().all(|thread| thread.tasks > 0));
}

#[test]
fn a_profile_may_be_asked_while_something_runs() {
    let (profile, config) = profiled(2);
    let seen = profile.clone();
    let look = delayed(move |n: i64| {
        let report = seen.report();
        check_page(&seen);
        (report.runs, report.tasks, n)
    });
    let calls: Vec<_> = (0..6).map(|n| look.call(n)).collect();
    let looks = config.compute(calls).unwrap();
    assert!(looks.iter().all(|look| look.0 == 1 && look.1 < 6));
    assert_eq!(profile.report().tasks, 6);
}

/// Parses a trace and checks what holds for all; returns its events.
fn check_trace(profile: &Profile) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.json");
    profile.write_trace(&path).unwrap();
    let trace: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap().clone();
    let mut open: HashMap<u64, Vec<f64>> = HashMap::new();
    let mut last: HashMap<u64, f64> = HashMap::new();
    let mut counted = 0.0;
    for event in &events {
        let start = event["ts"].as_f64().unwrap_or(0.0);
        match event["ph"].as_str().unwrap() {
            "X" => {
                let (row, end) = (event["tid"].as_u64().unwrap(), start + event["dur"].as_f64().unwrap());
                assert!(row > 0 && last.insert(row, start).is_none_or(|last| last <= start), "in order");
                let stack = open.entry(row).or_default();
                while stack.last().is_some_and(|&outer| outer <= start + 1e-6) {
                    stack.pop();
                }
                // Microseconds of floating point.
                assert!(stack.iter().all(|&outer| end <= outer + 1e-3), "tasks of a row nest: {event}");
                stack.push(end);
                assert!(event["args"]["bytes"].is_u64() && event["name"].is_string());
            }
            "C" => {
                assert!(start >= counted && event["args"]["bytes"].is_u64());
                counted = start;
            }
            "M" | "b" | "e" => {}
            other => panic!("{other}"),
        }
    }
    events
}

#[test]
fn traces_name_every_task_with_its_block() {
    let (profile, config) = profiled(2);
    let x = matrix();
    config.compute((&x + 1.0).persist_with(&config).unwrap().sum()).unwrap();
    let events = check_trace(&profile);
    let tasks: Vec<&Value> = events.iter().filter(|event| event["ph"] == "X").collect();
    assert_eq!(tasks.len() as u64, profile.report().tasks);
    assert!(tasks.iter().any(|task| task["args"]["block"] == "[4, 2]"), "the last chunk");
    let rows = events.iter().filter(|event| event["name"] == "thread_name").count();
    assert_eq!(rows, profile.report().threads.len() + 1);
    assert!(events.iter().filter(|event| event["ph"] == "C").count() > 2);
    assert_eq!(events.iter().filter(|event| event["cat"] == "run").count(), 4, "two begin and end");
}

#[test]
fn traces_hold_any_name() {
    let (profile, config) = profiled(1);
    let name = "a \"b\" \\ <c> & 'd'\n\u{1}é数";
    config.compute(delayed(|| 1).named(name).call()).unwrap();
    let events = check_trace(&profile);
    assert!(events.iter().any(|event| event["name"] == name));
    check_page(&profile);
}

/// Where a text lies: left, right, top, bottom.
fn place(text: Node<'_, '_>) -> [f64; 4] {
    let number = |name: &str| text.attribute(name).unwrap().parse::<f64>().unwrap();
    let (x, y, size) = (number("x"), number("y"), number("font-size"));
    let wide = width(text.text().unwrap(), size);
    let left = match text.attribute("text-anchor").unwrap() {
        "start" => x,
        "middle" => x - wide / 2.0,
        _ => x - wide,
    };
    [left, left + wide, y - size * 0.8, y + size * 0.2]
}

/// Parses a page and checks that nothing overlaps or leaves its picture; returns how many shapes it has.
fn check_page(profile: &Profile) -> usize {
    let page = profile.to_html();
    let document = Document::parse(page.strip_prefix("<!doctype html>").unwrap()).unwrap();
    for outside in ["src=", "href=", "@import", "url(", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let svg = document.descendants().find(|node| node.tag_name().name() == "svg").unwrap();
    let sides: Vec<f64> = svg.attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    let texts = svg.descendants().filter(|node| node.tag_name().name() == "text");
    let places: Vec<([f64; 4], &str)> = texts.map(|text| (place(text), text.text().unwrap())).collect();
    for (n, ([left, right, top, bottom], text)) in places.iter().enumerate() {
        assert!(
            *left >= 0.0 && *right <= sides[2] && *top >= 0.0 && *bottom <= sides[3],
            "{text} is cut off"
        );
        for ([l, r, t, b], other) in &places[..n] {
            assert!(left >= r || right <= l || top >= b || bottom <= t, "{text} lies on {other}");
        }
    }
    for node in svg.descendants().filter(|node| node.tag_name().name() == "rect") {
        let number = |name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
        assert!(number("x") >= 0.0 && number("x") + number("width") <= sides[2] + 0.5);
        assert!(number("y") >= 0.0 && number("y") + number("height") <= sides[3]);
    }
    svg.descendants().count()
}

#[test]
fn pages_of_all_kinds_are_well_formed() {
    let x = matrix();
    for threads in [1, 4] {
        let (profile, config) = profiled(threads);
        config.compute(array_of_many_names(&x)).unwrap();
        check_page(&profile);
        config.clone().memory_limit(bytes("1 GiB")).compute(x.sum()).unwrap();
        check_page(&profile);
        config.clone().memory_limit(bytes("8 MiB")).compute(&x).unwrap();
        check_page(&profile);
    }
    assert!(Profile::new().to_html().contains("Nothing has run"));
    let (profile, config) = profiled(2);
    config.compute(ChunkedArray::<f64, _>::ones((0, 3)).unwrap()).unwrap();
    check_page(&profile);
    check_trace(&profile);
}

/// More operations than colours.
fn array_of_many_names(x: &ChunkedArray2<f64>) -> Vec<ChunkedArray0<f64>> {
    (0..14).map(|n| (0..n).fold(x.clone(), |x, _| x.sqrt()).persist().unwrap().sum() + 1.0).collect()
}

/// A snapshot of so many lanes with so many spans each, of 100 ns and as many between them.
fn made_up(lanes: usize, spans: u64) -> Snapshot {
    let recorder = Recorder::new();
    let runs = vec![RunRecord {
        begun: 0,
        ended: Some(spans * 200),
        outcome: Some(Outcome::Done),
        stats: Stats::default(),
        threads: lanes,
        memory_limit: Some(1000),
        held_throughout: 10,
        bytes_read: 0,
    }];
    let mut snapshot = Snapshot::of(&recorder);
    snapshot.end = spans * 200;
    snapshot.memory = (0..spans).map(|n| (n * 200, n % 700)).collect();
    snapshot.runs = runs;
    let profile = Profile::new();
    Config::default().profile(&profile).compute((matrix().sum(), matrix().exp().max())).unwrap();
    snapshot.ops = profile.snapshot().ops;
    snapshot.totals = profile.snapshot().totals;
    let ops = snapshot.ops.len() as u64;
    for n in 0..lanes {
        let mut lane = Lane::new(Thread::current());
        lane.tasks = spans;
        lane.spans = (0..spans).map(|k| span(k * 200, k * 200 + 100, (k / 7 % ops) as u32)).collect();
        snapshot.lanes.push(lane);
        snapshot.names.push(format!("thread {n}"));
    }
    snapshot
}

#[test]
fn pictures_are_bounded() {
    for (lanes, spans) in [(1, 200_000), (5, 3), (40, 1000), (300, 2000)] {
        let snapshot = made_up(lanes, spans);
        let svg = chart::svg(&snapshot);
        assert!(svg.len() < 60_000 + 50_000 * lanes.min(chart::LANES), "{lanes} lanes: {} bytes", svg.len());
        Document::parse(&svg).unwrap();
        for lane in &snapshot.lanes[..1] {
            let bars = bars(&lane.spans, 0, 1000.0 / snapshot.end as f64);
            assert!(bars.len() <= 1400, "{}", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.tasks).sum::<u64>(), spans);
            assert_eq!(bars.iter().map(|bar| bar.busy).sum::<u64>(), spans * 100);
            assert!(bars.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }
    }
}

#[test]
fn thinning_keeps_totals_order_and_what_is_long() {
    let mut spans: Vec<Span> =
        (0..MOST_SPANS as u64).map(|n| span(n * 200, n * 200 + 100, (n % 3) as u32)).collect();
    let end = MOST_SPANS as u64 * 200;
    let long = span(end + 50, end + 5_000_000, 7);
    spans.push(long.clone());
    let total = |spans: &[Span]| {
        spans
            .iter()
            .map(|s| (s.busy, s.bytes, u64::from(s.tasks)))
            .fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    };
    let before = total(&spans);
    let resolution = thin_spans(&mut spans, 0, MOST_SPANS / 2);
    assert!(spans.len() <= MOST_SPANS / 2 && resolution > 0);
    assert_eq!(total(&spans), before);
    assert_eq!(spans.last(), Some(&long));
    assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));

    // What took most gives a merged span its name.
    let mut few = vec![span(0, 10, 0), span(10, 40, 1), span(40, 60, 0), span(60, 65, 0)];
    thin_spans(&mut few, 0, 1);
    assert_eq!((few.len(), few[0].op, few[0].tasks), (1, 1, 4));

    // Tasks inside tasks, one after the other without end, leave something to merge too.
    let mut nested: Vec<Span> = (0..1000)
        .flat_map(|n| {
            [
                Span { depth: 1, ..span(n * 10_000 + 10, n * 10_000 + 8000, 0) },
                span(n * 10_000, n * 10_000 + 9000, 1),
            ]
        })
        .collect();
    thin_spans(&mut nested, 0, 10);
    assert!(nested.len() <= 10 && nested.iter().all(|span| span.depth == 0));

    let mut points: Vec<Point> = (0..10_000).map(|n| Point { at: n * 10, run: 0, bytes: n % 97 }).collect();
    thin_points(&mut points, 0, 100);
    assert!(points.len() <= 100 && points.is_sorted_by_key(|point| point.at));
    assert_eq!(points.iter().map(|point| point.bytes).max(), Some(96));
    assert_eq!(points.last().map(|point| point.at), Some(99_990));
    let mut mixed: Vec<Point> = (0..1000).map(|n| Point { at: n, run: (n % 2) as u32, bytes: n }).collect();
    thin_points(&mut mixed, 0, 100);
    assert!(mixed.len() <= 100);
}

#[test]
fn memory_of_runs_at_the_same_time_adds_up() {
    let profile = Profile::new();
    let config = Config::default().threads(2).profile(&profile);
    // Each run holds what it returns, one while the other runs inside of it.
    let inner = config.clone();
    let x = ChunkedArray::from_array(array![1.0, 2.0, 3.0], Auto).unwrap();
    let within = delayed(move || inner.compute(&x + 1.0).unwrap()).with_bytes(24);
    config.compute(within.call()).unwrap();
    assert_eq!(profile.report().runs, 2);
    let peak = profile.report().peak_bytes;
    let single = profile.snapshot().runs.iter().map(|run| run.stats.peak_bytes).max().unwrap();
    assert!(peak >= single + 24, "{peak} of both, {single} of one");
}

#[test]
fn other_observers_may_panic_or_decline() {
    let profile = Profile::new();
    let config = Config::default()
        .observe(|_: Event| panic!("not listening"))
        .profile(&profile)
        .observe(|_: Event| panic!("not listening either"));
    config.compute(matrix().sum()).unwrap();
    assert_eq!(profile.report().runs, 1);
    assert!(profile.report().tasks > 0);
}
