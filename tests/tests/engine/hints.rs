//! What users say that their functions hold counts as long as these run, and changes nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chunkwise::prelude::*;
use chunkwise::rand_distr::StandardNormal;
use chunkwise::{Compute, Error};
use ndarray::{Array, Array1, Axis, s};

/// More than all else in these computations.
const HINT: u64 = 1 << 30;

fn peak(what: impl Compute) -> u64 {
    explain(what).unwrap().projected_peak
}

/// Counts the calls that run at the same time.
#[derive(Clone, Default)]
struct Calls(Arc<(AtomicUsize, AtomicUsize, AtomicUsize)>);

impl Calls {
    /// Runs one that takes long enough to meet others.
    fn run<T>(&self, value: T) -> T {
        let (running, most, all) = &*self.0;
        let now = running.fetch_add(1, Ordering::Relaxed) + 1;
        most.fetch_max(now, Ordering::Relaxed);
        all.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(2));
        running.fetch_sub(1, Ordering::Relaxed);
        value
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::Relaxed)
    }

    fn all(&self) -> usize {
        self.0.2.load(Ordering::Relaxed)
    }
}

#[test]
fn the_peak_grows_by_the_hint_wherever_a_function_runs() {
    // A function of each place where one may run, with what it takes.
    type Case = (&'static str, fn(u64) -> u64);
    let cases: [Case; 11] = [
        ("an element", |h| peak(numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap())),
        ("an element that is reduced", |h| {
            peak(numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap().sum().value())
        }),
        ("two elements that broadcast", |h| {
            let row = ChunkedArray1::<u8>::ones(80).unwrap();
            let both = numbers().map2(&row, |v, n| v * f64::from(n)).unwrap();
            peak(both.with_scratch_bytes(h).unwrap().mean().value())
        }),
        ("an index", |h| {
            let x = ChunkedArray::from_shape_fn((70, 80), |(i, j)| (i * j) as u32).unwrap();
            peak(x.with_scratch_bytes(h).unwrap())
        }),
        ("an index of no axes", |h| {
            peak(ChunkedArray::from_shape_fn((), |()| 1.0).unwrap().with_scratch_bytes(h).unwrap())
        }),
        ("a block", |h| {
            let x = ChunkedArray::from_block_fn((7, 8).chunked((3, 8)), |b| Array::<u8, _>::ones(b.shape))
                .unwrap();
            peak(x.with_scratch_bytes(h).unwrap())
        }),
        ("a distribution", |h| {
            let x = Generator::seeded(1).sample::<f64, _>(StandardNormal, (70, 80)).unwrap();
            peak(x.with_scratch_bytes(h).unwrap())
        }),
        ("what is selected", |h| {
            let x = numbers();
            let some = x.mask(&x.gt(5.0).unwrap()).unwrap().mapv(|v| v + 1.0);
            peak(some.with_scratch_bytes(h).unwrap())
        }),
        ("what is scanned", |h| {
            let x = numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap();
            peak(x.cumsum_axis(Axis(0)).unwrap())
        }),
        ("what is ordered", |h| {
            let x = numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap();
            peak(x.median_axis(Axis(0)).unwrap())
        }),
        ("a factor", |h| {
            let x = numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap();
            peak(x.t().dot(&x).unwrap())
        }),
    ];
    for (what, of) in cases {
        let (none, once, twice) = (of(0), of(HINT), of(2 * HINT));
        assert!(none < HINT / 8, "{what}: {none}");
        assert_eq!(twice - once, HINT, "{what}");
        assert!((HINT..=none + HINT).contains(&once), "{what}: {none}, {once}");
        // As much as there can be is no overflow.
        assert!(of(u64::MAX) > 1 << 49, "{what}");
    }
}

fn numbers() -> ChunkedArray2<f64> {
    ChunkedArray::from_array(Array::from_shape_fn((70, 80), |(i, j)| (i * j) as f64), (30, 30)).unwrap()
}

#[test]
fn functions_of_one_task_run_one_after_the_other() {
    let x = numbers();
    let of = |a: u64, b: u64| {
        let y = x.mapv(|v| v + 1.0).with_scratch_bytes(a).unwrap();
        peak(y.mapv(|v| v * 2.0).with_scratch_bytes(b).unwrap().sum().value())
    };
    assert_eq!(of(HINT, HINT / 2), of(HINT, 0));
    assert_eq!(of(HINT / 2, HINT), of(HINT, 0));
    assert_eq!(of(HINT, HINT), of(HINT, 0));
}

#[test]
fn nothing_is_counted_where_nothing_is_called() {
    let none = ChunkedArray::from_array(Array1::<f64>::zeros(0), Auto).unwrap();
    let y = none.mapv(|v| v + 1.0).with_scratch_bytes(HINT).unwrap();
    assert!(peak(&y) < HINT);
    // Only what is asked for is called.
    let y = ChunkedArray::from_block_fn(100.chunked(10), |b| Array::<u8, _>::ones(b.shape)).unwrap();
    let y = y.with_scratch_bytes(HINT).unwrap();
    assert!(peak(y.slice(s![..0]).unwrap()) < HINT);
}

#[test]
fn a_function_with_two_hints_is_one_function_with_the_larger_one() {
    for order in [false, true] {
        let calls = Calls::default();
        let x = ChunkedArray::from_array(Array1::from_iter(0..10), 3).unwrap();
        let counted = calls.clone();
        let plain = x.mapv(move |v| counted.run(v + 1));
        let small = plain.with_scratch_bytes(10).unwrap();
        let large = plain.with_scratch_bytes(HINT).unwrap();
        let sum = if order { &large + &small + &plain } else { &plain + &small + &large };
        assert!((HINT..HINT + (1 << 24)).contains(&peak(&sum)));
        assert_eq!(sum.compute().unwrap(), Array1::from_iter((0..10).map(|v| 3 * (v + 1))));
        assert_eq!(calls.all(), 10, "once per element");

        let calls = Calls::default();
        let counted = calls.clone();
        let make = move |block: chunkwise::BlockInfo<_>| counted.run(Array::<i64, _>::ones(block.shape));
        let plain = ChunkedArray::from_block_fn(10.chunked(4), make).unwrap();
        let large = plain.with_scratch_bytes(HINT).unwrap();
        let sum = if order { &large + &plain } else { &plain + &large };
        assert!((HINT..HINT + (1 << 24)).contains(&peak(&sum)));
        assert_eq!(sum.compute().unwrap(), Array1::from_elem(10, 2));
        assert_eq!(calls.all(), 3, "once per block");
    }
}

#[test]
fn a_limit_that_would_do_without_the_hint_refuses() {
    let make = |h| {
        let x = ChunkedArray::from_block_fn(1000.chunked(100), |b| Array::<f64, _>::ones(b.shape)).unwrap();
        x.with_scratch_bytes(h).unwrap().sum().value()
    };
    let each = |h| numbers().mapv(|v| v + 1.0).with_scratch_bytes(h).unwrap().sum().value();
    let config = Config::default().memory_limit(8 << 20).threads(2);
    assert_eq!(config.compute(make(0)).unwrap(), 1000.0);
    assert_eq!(config.compute(make(1 << 20)).unwrap(), 1000.0);
    config.compute(each(0)).unwrap();
    for (what, function) in [(make(9 << 20), "from_block_fn"), (each(9 << 20), "mapv")] {
        match config.compute(what) {
            Err(Error::MemoryLimit { op, needed, origin, .. }) => {
                assert!(op.contains(function), "{op}");
                assert!(needed >= 9 << 20, "{needed}");
                assert!(origin.file.ends_with("hints.rs"), "{origin}");
            }
            other => panic!("{function}: {other:?}"),
        }
    }
}

#[test]
fn as_many_run_at_a_time_as_the_limit_has_room_for() {
    // Room for two and a half.
    let (hint, limit) = (16u64 << 20, 40u64 << 20);
    let config = Config::default().memory_limit(limit).threads(4);
    let calls = Calls::default();
    let counted = calls.clone();
    let make = move |block: chunkwise::BlockInfo<_>| counted.run(Array::<f64, _>::ones(block.shape));
    let x = ChunkedArray::from_block_fn(4000.chunked(100), make).unwrap().with_scratch_bytes(hint).unwrap();
    assert_eq!(config.compute(x.sum().value()).unwrap(), 4000.0);
    assert_eq!(calls.all(), 40);
    assert!(calls.most() <= 2, "{} at a time", calls.most());

    // Each task runs many chunks, and is counted once.
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::arange(0..1i64 << 20).unwrap().rechunk(1000).unwrap();
    let y = x.mapv(move |v: i64| if v % (1 << 14) == 0 { counted.run(v) } else { v });
    let y = y.with_scratch_bytes(hint).unwrap();
    assert_eq!(config.compute(y.max().value()).unwrap(), (1 << 20) - 1);
    assert_eq!(calls.all(), 64);
    assert!(calls.most() <= 2, "{} at a time", calls.most());
}

#[test]
fn what_no_function_makes_takes_no_hint() {
    let x = numbers();
    let y = x.mapv(|v| v + 1.0);
    for x in [x.clone(), &x + 1.0, y.t(), y.rechunk((70, 80)).unwrap()] {
        let error = x.with_scratch_bytes(1).unwrap_err().to_string();
        assert!(error.contains("no function of yours") && error.contains("mapv"), "{error}");
    }
}
