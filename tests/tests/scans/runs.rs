//! Threads, memory limits, and plans sent elsewhere.

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Expr, Optimise, Want, plan_in_units};
use chunkwise_kernels::scan::ScanOp;
use chunkwise_plan::{Plan, ScanRole, ScanStage, Sources, Stage, WireError};
use chunkwise_tests::{assert_same_bits, elements, run_in_order};
use ndarray::{Array1, Array2, Axis};

use crate::support::{rough, running};

#[test]
fn the_bits_do_not_depend_on_threads_or_memory() {
    let line = ChunkedArray::from_array(Array1::from_shape_fn(3_000_000, rough), 100_000).unwrap();
    let wide = Array2::from_shape_fn((700, 1300), |(i, j)| rough(i * 1300 + j));
    let wide = ChunkedArray::from_array(wide, (200, 300)).unwrap();
    let kept = wide.mapv(|x| x * 1.5).t();
    let scans = [
        line.cumsum(),
        (&line * 2.0).cumsum(),
        (&line + 1.0).cumprod(),
        line.reshape((1_000_000, 3)).unwrap().cumsum_axis(Axis(0)).unwrap().ravel(),
        wide.cumsum_axis(Axis(0)).unwrap().ravel(),
        wide.cumsum_axis(Axis(1)).unwrap().ravel(),
        (&kept + 1.0).cumsum_axis(Axis(0)).unwrap().ravel(),
        kept.cumsum_axis(Axis(1)).unwrap().cumsum_axis(Axis(0)).unwrap().ravel(),
    ];
    for (number, scan) in scans.iter().enumerate() {
        assert_same_bits(scan, &format!("scan {number}"));
    }
}

#[test]
fn large_arrays_are_right() {
    // Whole numbers, whose sums are exact.
    let line = Array1::from_iter((0..2_500_000).map(|i| f64::from(i % 1001 - 500)));
    let sums = running(&line, Axis(0), |a, b| a + b);
    let lazy = ChunkedArray::from_array(line.clone(), 70_000).unwrap();
    for x in [lazy.clone(), &lazy * 1.0, lazy.mapv(|x| x)] {
        assert!(x.cumsum().compute().unwrap() == sums);
    }
    let backwards = ChunkedArray::from_array(line.slice(ndarray::s![..;-1]).to_owned(), 70_000).unwrap();
    assert!(backwards.slice(ndarray::s![..;-1]).unwrap().cumsum().compute().unwrap() == sums);
    for shape in [(1_250_000, 2), (5, 500_000), (1000, 2500), (12_500, 200)] {
        let x = line.to_shape(shape).unwrap().to_owned();
        let lazy = ChunkedArray::from_array(x.clone(), Auto).unwrap();
        for axis in [0, 1] {
            let expected = running(&x, Axis(axis), |a, b| a + b);
            let scanned = lazy.cumsum_axis(Axis(axis)).unwrap();
            assert!(scanned.compute().unwrap() == expected, "{shape:?} along {axis}");
            let turned = lazy.t().cumsum_axis(Axis(1 - axis)).unwrap().t();
            assert!(turned.compute().unwrap() == expected, "the transpose of {shape:?} along {axis}");
        }
    }
}

#[test]
fn what_comes_from_elsewhere_is_scanned_in_bounded_memory() {
    // 32 MB, made by a function a few rows at a time.
    let x = ChunkedArray::from_block_fn((20_000, 200).chunked((500, Full)), |block| {
        Array2::from_shape_fn(block.shape, |(i, j)| ((block.start[0] + i) * 200 + j) as f64)
    });
    let y = x.unwrap().cumsum_axis(Axis(0)).unwrap().max_axis(Axis(1)).unwrap();
    let projected = y.explain().unwrap().projected_peak;
    assert!(projected < 12 << 20, "{projected} bytes: {}", y.explain().unwrap());
    let (got, stats) = Config::default().threads(2).memory_limit(projected).measure(&y).unwrap();
    let expected = Array1::from_shape_fn(20_000, |i| {
        let n = i as f64 + 1.0;
        200.0 * n * (n - 1.0) / 2.0 + 199.0 * n
    });
    assert_eq!(got, expected);
    assert!(stats.peak_bytes <= projected);
}

#[test]
fn a_function_that_panics_is_named_with_its_chunk() {
    let x = ChunkedArray::from_array(Array1::from_iter(0..3_000_000), 1_000_000).unwrap();
    let y = x.mapv(|x| if x == 2_500_000 { panic!("that one") } else { x }).cumsum();
    let error = y.compute().unwrap_err().to_string();
    assert!(error.contains("mapv") && error.contains("that one") && error.contains("[2]"), "{error}");
}

/// A scan of few lanes of what another one has made, in small units.
fn planned() -> (Plan, Sources, Array2<f64>) {
    let a = Array2::from_shape_fn((30, 3), |(i, j)| ((i * 3 + j) % 7) as f64);
    let x = ChunkedArray::from_array(a.clone(), (5, 2)).unwrap();
    let sums = (x.cumsum_axis(Axis(1)).unwrap() + 1.0).cumsum_axis(Axis(0)).unwrap();
    let roots: [Expr; 1] = [sums.expr().clone()];
    let (plan, sources) = plan_in_units(&roots, Want::Array, Optimise::All, 8).unwrap();
    let once = running(&a, Axis(1), |a, b| a + b) + 1.0;
    (plan, sources, running(&once, Axis(0), |a, b| a + b))
}

fn last_scan(plan: &mut Plan) -> &mut ScanStage {
    let found = plan.stages.iter_mut().rev().find_map(|stage| match stage {
        Stage::Scan(stage) => Some(stage),
        _ => None,
    });
    found.expect("a scan")
}

#[test]
fn plans_of_scans_arrive_as_they_left() {
    let (mut plan, sources, expected) = planned();
    let arrived = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap();
    assert_eq!(arrived, plan);
    assert!(last_scan(&mut plan).totals && last_scan(&mut plan).cells.count() > 3);
    let roles = |role| {
        let stage = last_scan(&mut plan.clone()).clone();
        (0..stage.units()).filter(|&unit| stage.place(unit).is_some_and(|place| place.role == role)).count()
    };
    let cells = roles(ScanRole::Scan);
    let lines = cells / last_scan(&mut plan.clone()).cells.axes()[0].count();
    assert_eq!((roles(ScanRole::Total), roles(ScanRole::Before)), (cells - lines, cells - 2 * lines));
    let results = run_in_order(&arrived, &sources, |_, _| ());
    assert_eq!(elements::<f64>(&results[0]), expected.iter().copied().collect::<Vec<_>>());
}

#[test]
fn closures_of_what_is_scanned_stay_here() {
    let x = ChunkedArray::<f64, _>::ones((30,)).unwrap().mapv(|x| x).cumsum();
    let (plan, _) = plan_in_units(&[x.expr().clone()], Want::Array, Optimise::All, 8).unwrap();
    assert!(matches!(plan.to_bytes().unwrap_err(), WireError::Closure { name, .. } if name == "mapv"));
}

#[test]
fn scans_that_contradict_themselves_do_not_arrive() {
    type Spoil = fn(&mut Plan);
    let cases: [(&str, Spoil); 11] = [
        ("has no axis 2", |p| last_scan(p).axis = 2),
        ("does not match array", |p| last_scan(p).cells = Grid::whole(&[30, 3])),
        ("has no totals", |p| last_scan(p).op = ScanOp::Prod),
        ("which there is not", |p| last_scan(p).totals = false),
        ("does not match array", |p| {
            last_scan(p).array = last_scan(&mut p.clone()).operand.variants[0].inputs[0].array
        }),
        ("parts are not those", |p| last_scan(p).operand.parts = Grid::whole(&[30, 4])),
        ("parts are not those", |p| last_scan(p).operand.variants.clear()),
        ("operands are not those", |p| last_scan(p).operand.variants[0].program.stores.clear()),
        ("reaches outside", |p| last_scan(p).operand.variants[0].inputs[0].view.source[0].start = 1 << 30),
        ("is not made", |p| last_scan(p).axis = 1),
        ("cut in an impossible way", |p| {
            last_scan(p).operand.parts =
                Grid::new([AxisGrid::Regular { len: 30, size: 0 }, AxisGrid::whole(3)]);
        }),
    ];
    for (number, (message, spoil)) in cases.into_iter().enumerate() {
        let (mut plan, ..) = planned();
        spoil(&mut plan);
        let bytes = plan.to_bytes().unwrap();
        let error = Plan::from_bytes(&bytes).expect_err(&format!("case {number}: {message}")).to_string();
        assert!(error.contains(message) || number == 9, "case {number}: {error}");
    }
}
