//! Memory: buffers reused where that is safe and only there, peaks within projections, limits kept, results freed.

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise::prelude::*;
use chunkwise::{Error, Event, explain};
use chunkwise_core::{Buffer, Element};
use chunkwise_expr::{Optimise, Want, plan_in_units};
use chunkwise_plan::{RootResult, TaskId};
use ndarray::{Array, Array1, Array2, Axis, Dimension, concatenate as join, s};

use crate::support::{rough, run_in_order};

fn matrix(n: usize) -> Array2<f64> {
    rough(&[n, n]).into_dimensionality().unwrap()
}

/// `f` of each element, by a function that the engine calls once per element and whose results it must keep.
fn kept(x: &Array2<f64>, chunk: usize) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(x.clone(), (chunk, chunk)).unwrap().mapv(|v| 2.0 * v)
}

#[test]
fn a_sum_with_the_transpose_overwrites_no_block_that_is_still_read() {
    let eager = matrix(600) * 2.0;
    let expected = (&eager + &eager.t()).mapv(f64::sqrt).t().mapv(|v| v + 1.0);
    for chunk in [600, 300, 200, 77] {
        let x = kept(&matrix(600), chunk);
        // A result of the engine's own, which only a view of it is read from.
        let sum = (&x + &x.t()).mapv(f64::sqrt);
        let got = (sum.t() + 1.0).persist().unwrap();
        for threads in [1, 2, 7] {
            let got = got.compute_with(&Config::default().threads(threads)).unwrap();
            let same = got
                .iter()
                .zip(&expected)
                .all(|(g, e)| g.to_bits() == e.to_bits() || (g.is_nan() && e.is_nan()));
            assert!(same, "chunks of {chunk}, {threads} threads");
        }
    }
    // In blocks of many tiles that units follow, so that one task reads a diagonal block in both ways.
    let (n, block) = (256, 128);
    let x = kept(&matrix(n), block);
    let y = &x + &x.t();
    let small = matrix(n) * 2.0;
    let expected: Vec<f64> = (&small + &small.t()).iter().copied().collect();
    for want in [Want::Array, Want::Tiles] {
        let roots = [y.expr().clone()];
        let what = format!("{want:?}");
        let (plan, sources) = plan_in_units(&roots, want, Optimise::All, block * block).unwrap();
        assert_eq!(plan.tasks.len(), 8, "four blocks of each");
        let mut got = vec![f64::NAN; n * n];
        for result in run_in_order(&plan, &sources, |_, _| ()) {
            scatter(&result, n, &mut got);
        }
        assert!(got == expected, "{what}");
    }
}

/// Writes the elements of a result of `n` columns to their places.
fn scatter(result: &RootResult, columns: usize, into: &mut [f64]) {
    let mut place = |start: &[usize], block: &chunkwise_core::Block| {
        // SAFETY: the plan has run.
        let values = unsafe { block.as_slice::<f64>() }.unwrap();
        let width = block.shape()[1];
        for (i, &value) in values.iter().enumerate() {
            into[(start[0] + i / width) * columns + start[1] + i % width] = value;
        }
    };
    match result {
        RootResult::Array(block) => place(&[0, 0], block),
        RootResult::Tiles(tiles) => {
            tiles.tiles.iter().for_each(|tile| place(&tile.start, &tile.block));
        }
        RootResult::Written | RootResult::Value(_) => {}
    }
}

/// A joined array reads an input in one way in its first part and in another in its second.
#[test]
fn a_joined_array_overwrites_no_block_that_another_part_reads_backwards() {
    let n = 4 * 4096;
    for units in [n / 2, n / 4, 1000] {
        let eager = Array1::from_iter((0..n).map(|i| i as f64));
        let x = ChunkedArray::from_array(eager.clone(), units).unwrap().mapv(|v| -v);
        let half = n as isize / 2;
        let y =
            concatenate(Axis(0), &[x.slice(s![..half]).unwrap(), x.slice(s![half..;-1]).unwrap()]).unwrap();
        let (plan, sources) =
            plan_in_units(&[(y * 2.0).expr().clone()], Want::Tiles, Optimise::All, units).unwrap();
        let eager = eager * -2.0;
        let expected = join(Axis(0), &[eager.slice(s![..half]), eager.slice(s![half..;-1])]).unwrap();
        let mut got = vec![0.0; n];
        let results = run_in_order(&plan, &sources, |_, _| ());
        let [RootResult::Tiles(tiles)] = &results[..] else { panic!("one root") };
        for tile in &tiles.tiles {
            // SAFETY: the plan has run.
            let values = unsafe { tile.block.as_slice::<f64>() }.unwrap();
            got[tile.start[0]..][..values.len()].copy_from_slice(values);
        }
        let wrong = got.iter().zip(&expected).position(|(g, e)| g != e);
        assert_eq!(wrong, None, "units of {units}");
    }
}

/// For each task that reads others, whether its result lies where the result of an input lay.
fn reuses<A: Element, D: Dimension>(x: &ChunkedArray<A, D>, units: usize) -> Vec<bool> {
    let (plan, sources) =
        plan_in_units(std::slice::from_ref(x.expr()), Want::Tiles, Optimise::All, units).unwrap();
    let mut places = vec![Vec::new(); plan.graph.len()];
    let mut reuses = Vec::new();
    run_in_order(&plan, &sources, |task, output| {
        places[task as usize] = output.iter().map(|tile| tile.block.as_ptr().addr()).collect();
        let inputs = plan.graph.inputs(task);
        if !inputs.is_empty() {
            let here = places[task as usize][0];
            reuses.push(inputs.iter().any(|&input: &TaskId| places[input as usize].contains(&here)));
        }
    });
    reuses
}

#[test]
fn a_result_takes_over_the_buffer_of_an_input_that_nobody_else_reads() {
    let n = 10_000;
    // Large enough that the allocator does not hand out the same place by chance.
    let values: Array1<f64> = rough(&[8 * n]).into_dimensionality().unwrap();
    let x = ChunkedArray::from_array(values, n).unwrap();
    let y = x.mapv(|v: f64| v + 1.0);
    let centred = &y - y.mean();
    let reused = reuses(&centred, n).iter().filter(|&&reused| reused).count();
    assert!(reused >= 8, "{reused} of eight units, which each read one kept block");

    // Each unit reads a block and, backwards, its mirror image. The later reader of a pair may take over the first,
    // but not the one in the middle, which reads one block from both ends.
    for (blocks, expected) in [(8, 4), (7, 3)] {
        let y = y.slice(s![..(blocks * n) as isize]).unwrap();
        let spread = &y.abs() - &y.slice(s![..;-1]).unwrap();
        let reused = reuses(&spread, n).iter().filter(|&&reused| reused).count();
        assert_eq!(reused, expected, "of {blocks} blocks");
    }

    let narrow = (&y - y.mean()).cast::<f32>();
    let reused = reuses(&narrow, n).iter().filter(|&&reused| reused).count();
    assert!(reused <= 1, "{reused} units of f32 in place of f64");
}

#[test]
fn what_the_user_or_another_array_holds_is_never_overwritten() {
    let eager = matrix(200);
    let shared = eager.clone().into_shared();
    let x = ChunkedArray::from_array(shared.clone(), 200).unwrap();
    let made = ChunkedArray::from_block_fn((200, 200), move |_| shared.to_owned()).unwrap();
    for source in [x, made] {
        let kept = source.persist().unwrap();
        let twice = (&kept * 2.0).persist().unwrap();
        let thrice = (&kept + &twice).persist().unwrap();
        assert_eq!(thrice.compute().unwrap(), &eager * 2.0 + &eager);
        assert_eq!(twice.compute().unwrap(), &eager * 2.0);
        assert_eq!(kept.compute().unwrap(), eager);
        assert_eq!(source.compute().unwrap(), eager);
    }
}

/// Expressions that keep results for different times.
fn expressions() -> Vec<(&'static str, ChunkedArrayD<f64>)> {
    let x = ChunkedArray::from_array(matrix(500), (100, 125)).unwrap();
    let y = x.mapv(|v: f64| v.abs().sqrt());
    let made = ChunkedArray::from_block_fn((500, 500).chunked((50, Full)), |block| Array::ones(block.shape))
        .unwrap();
    vec![
        ("a chain", (&x * 2.0 + 1.0).into_dyn()),
        ("what a mask selects", x.mask(&x.gt(0.5).unwrap()).unwrap().into_dyn()),
        ("a sum of all", x.sum().into_dyn()),
        ("sums of columns", x.sum_axis(Axis(0)).unwrap().into_dyn()),
        ("a sum with its transpose", (&y + &y.t()).into_dyn()),
        ("a centred array", (&y - y.mean_axis(keep(Axis(0))).unwrap()).std(0.0).into_dyn()),
        ("blocks that are made", (&made - &x).max_axis(Axis(1)).unwrap().into_dyn()),
        ("blocks read twice", (&made + &made.t()).sum().into_dyn()),
        (
            "a reshape of kept blocks",
            (y.reshape((1000, 250)).unwrap() * 2.0).sum_axis(Axis(1)).unwrap().into_dyn(),
        ),
        ("a reshape of blocks", made.reshape((625, 400)).unwrap().into_dyn()),
        ("a reshape of a transposed array", (y.t().reshape((5, 50_000)).unwrap() - 1.0).into_dyn()),
        ("three levels", ((&y - y.mean()).mapv(f64::cos) + y.t()).prod().into_dyn()),
    ]
}

#[test]
fn one_thread_holds_what_was_projected() {
    for (what, x) in expressions() {
        let projected = x.explain().unwrap().projected_peak;
        let (_, stats) = Config::default().threads(1).measure(&x).unwrap();
        assert_eq!(stats.peak_bytes, projected, "{what}");
        assert!(projected < 16 << 20, "{what}: {projected} bytes");
    }
}

#[test]
fn limits_are_kept_on_any_number_of_threads() {
    for (what, x) in expressions() {
        let needed = x.explain().unwrap().projected_peak;
        let expected = x.compute().unwrap();
        for threads in [1, 2, 7] {
            let most = Arc::new(AtomicUsize::new(0));
            let seen = most.clone();
            let config = Config::default().threads(threads).memory_limit(needed).observe(move |event| {
                if let Event::Held { bytes } = event {
                    seen.fetch_max(bytes as usize, Ordering::Relaxed);
                }
            });
            let (got, stats) = config.measure(&x).unwrap();
            assert!(stats.peak_bytes <= needed, "{what}: {} bytes of {needed}", stats.peak_bytes);
            assert!(most.load(Ordering::Relaxed) as u64 <= needed, "{what}: {most:?} bytes of {needed}");
            let same = got.iter().zip(&expected).all(|(g, e)| g.to_bits() == e.to_bits());
            assert!(same, "{what} on {threads} threads");
        }
    }
}

#[test]
fn what_cannot_fit_is_refused_by_name_before_anything_runs() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    // Persisted arrays would go to disk.
    let config = Config::default().memory_limit(bytes("1 MiB")).without_spill();
    let line = line!() + 1;
    let made = ChunkedArray::from_block_fn((1000, 1000), move |block| {
        counted.fetch_add(1, Ordering::Relaxed);
        Array::<f64, _>::ones(block.shape)
    })
    .unwrap();
    // One chunk of 8 MB, whatever is asked of it.
    let error = made.rechunk(Full).unwrap().sum().compute_with(&config).unwrap_err();
    let Error::MemoryLimit { op, needed, limit, .. } = &error else { panic!("{error:?}") };
    assert_eq!((&op[..], *limit), ("from_block_fn", 1 << 20), "{error}");
    assert!(*needed > *limit, "{error}");
    let text = error.to_string();
    for part in ["from_block_fn", "1048576 bytes", &format!("{needed} bytes"), &format!("{}:{line}", file!())]
    {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
    assert!(text.contains("smaller chunks"), "{text}");
    assert_eq!(calls.load(Ordering::Relaxed), 0, "nothing ran");

    let array = ChunkedArray::<f64, _>::ones((1000, 1000).chunked(10)).unwrap();
    for error in [(&array + 1.0).compute_with(&config).err(), (&array + 1.0).persist_with(&config).err()] {
        let text = error.unwrap().to_string();
        assert!(
            text.contains("8000000") && text.contains("1048576"),
            "an array larger than the limit: {text}"
        );
        // Smaller chunks make no array smaller.
        for part in
            ["the result alone takes 8000000 bytes", "`write_npy`", "reduce it first", "raise the limit"]
        {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
        assert!(!text.contains("smaller chunks"), "{text}");
    }
}

#[test]
fn a_computation_that_failed_gives_back_its_memory() {
    let x = ChunkedArray::from_array(matrix(400), (100, 400)).unwrap();
    let y = x.mapv(|v: f64| v + 1.0);
    let good = (&y + &y.t()).sum();
    let limit = good.explain().unwrap().projected_peak;
    let config = Config::default().threads(2).memory_limit(limit);
    let bad = y.mapv(|v: f64| if v > 1e5 { panic!("too large") } else { v });
    for _ in 0..5 {
        assert!(config.compute((&bad + &bad.t()).sum().value()).is_err());
        assert!(config.compute(good.value()).is_ok());
    }
    let token = CancelToken::new();
    token.cancel();
    assert!(config.clone().cancel(&token).compute(good.value()).is_err());
    assert!(config.compute(good.value()).is_ok());
}

#[test]
fn persisted_arrays_count_as_long_as_they_live() {
    let config = Config::default().threads(2).memory_limit(bytes("4 MiB")).without_spill();
    let x = ChunkedArray::<f64, _>::ones((600, 500).chunked(100)).unwrap();
    let first = x.persist_with(&config).unwrap();
    let view = first.t();
    let error = (&x * 2.0).persist_with(&config).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("2400000") || text.contains("4194304"), "{text}");
    assert_eq!(config.compute(first.sum().value()).unwrap(), 300_000.0);
    drop(first);
    assert!((&x * 2.0).persist_with(&config).is_err(), "a view still holds it");
    drop(view);
    let second = (&x * 2.0).persist_with(&config).unwrap();
    assert_eq!(config.compute(second.max().value()).unwrap(), 2.0);
}

#[test]
fn results_are_freed_when_their_last_reader_has_run() {
    let x =
        ChunkedArray::from_block_fn(2_000_000.chunked(20_000), |block| Array::from_elem(block.shape, 1.0))
            .unwrap();
    let (freed, held) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let config = Config::default().threads(1).observe({
        let (freed, held) = (freed.clone(), held.clone());
        move |event| match event {
            Event::ResultFreed { .. } => {
                freed.fetch_add(1, Ordering::Relaxed);
            }
            Event::Held { bytes } => held.store(bytes as usize, Ordering::Relaxed),
            _ => {}
        }
    });
    let (sum, stats) = config.measure(x.sum().value()).unwrap();
    assert_eq!(sum, 2_000_000.0);
    assert_eq!(freed.load(Ordering::Relaxed), stats.tasks, "every result");
    assert!(held.load(Ordering::Relaxed) <= size_of::<f64>(), "but the sum, nothing is left");
    // Blocks go into units of the sum as soon as those are complete.
    assert!(stats.peak_bytes < 2_000_000 * 8 / 8, "{} bytes", stats.peak_bytes);
    let all = explain(x.square().sum()).unwrap().projected_peak;
    assert!(all < 2_000_000 * 8 / 8, "{all} bytes");
}

const CHILD: &str = "CHUNKWISE_TEST_REAL_MEMORY";

/// The engine's buffers as they really are, in a process where nothing else uses them.
#[test]
fn real_buffers_stay_within_the_projection() {
    if env::var_os(CHILD).is_none() {
        let name = "memory::real_buffers_stay_within_the_projection";
        let output = Command::new(env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    for (what, x) in expressions() {
        let explained = x.explain().unwrap();
        // Returned arrays are no buffers of the pool; those are rounded up to size classes, by a quarter at most.
        let projected = (explained.projected_peak - explained.returned_bytes) as usize;
        let most = Arc::new(AtomicUsize::new(0));
        let seen = most.clone();
        let config = Config::default().threads(1).observe(move |_| {
            seen.fetch_max(Buffer::pool_stats().used, Ordering::Relaxed);
        });
        let value = config.compute(&x).unwrap();
        let most = most.load(Ordering::Relaxed);
        assert!(
            most <= projected + projected / 4 + (64 << 10),
            "{what}: {most} bytes, projected {projected}"
        );
        drop((value, x));
        assert_eq!(Buffer::pool_stats().used, 0, "{what}: buffers are left");
    }
}
