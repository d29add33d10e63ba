//! What scans cost: one pass over what is in memory, nothing kept, and each element computed once.

use chunkwise::prelude::*;
use chunkwise_expr::{Optimise, StageKind, Want, plan};
use chunkwise_plan::{Plan, ScanRole, ScanStage, Stage};
use chunkwise_tests::Calls;
use ndarray::{Array1, Array2, Axis, s};

use crate::support::{rough, running};

fn planned(array: &ChunkedArray<f64, impl ndarray::Dimension>) -> Plan {
    plan(&[array.expr().clone()], Want::Array, Optimise::All).unwrap().0
}

fn only_scan(plan: &Plan) -> &ScanStage {
    match &plan.stages[..] {
        [Stage::Scan(stage)] => stage,
        others => panic!("one scan, not {others:?}"),
    }
}

#[test]
fn nothing_is_kept_and_memory_is_read_once() {
    let x = ChunkedArray::<f64, _>::from_array(Array2::zeros((4200, 4200)), (300, 400)).unwrap();
    let cases = [
        ("memory", x.cumsum_axis(Axis(0)).unwrap(), 0),
        ("a transpose", x.t().cumsum_axis(Axis(0)).unwrap(), 0),
        ("an expression", (&x * 2.0 + x.sqrt()).cumsum_axis(Axis(0)).unwrap(), 3),
        ("without NaN", x.nancumsum_axis(Axis(1)).unwrap(), 2),
        ("products", x.cumprod_axis(Axis(0)).unwrap(), 0),
        (
            "a random array",
            Generator::seeded(1).random((4200, 4200)).unwrap().cumsum_axis(Axis(1)).unwrap(),
            1,
        ),
    ];
    for (what, y, instructions) in cases {
        let explained = y.explain().unwrap();
        let [stage] = &explained.after[..] else { panic!("{what} is one stage: {explained}") };
        assert_eq!((stage.kind, stage.bytes, stage.outputs), (StageKind::Scan, 0, 1), "{what}");
        assert_eq!(stage.instructions, instructions, "{what}");
        assert!(stage.units >= 16, "{what}: {} units", stage.units);
        let scratch = explained.projected_peak - explained.returned_bytes;
        assert!(scratch < 1 << 20, "{what}: {scratch} bytes");
        // Units that find totals would read it twice.
        let plan = planned(&y);
        let stage = only_scan(&plan);
        assert!(!stage.totals, "{what}");
        assert_eq!(plan.tasks.len(), stage.cells.count(), "{what}");
    }
    let text = x.cumsum_axis(Axis(0)).unwrap().explain().unwrap().to_string();
    assert!(text.contains("scan  [cumsum] over (4200, 4200), chunks (300, 400)"), "{text}");
}

#[test]
fn few_lanes_have_work_for_every_thread() {
    let line = ChunkedArray::<f64, _>::ones((6_000_000,)).unwrap();
    let tall = ChunkedArray::<f64, _>::ones((2_000_000, 3)).unwrap();
    for y in [line.cumsum(), (line + 1.0).cumsum(), tall.cumsum_axis(Axis(0)).unwrap().ravel()] {
        let plan = planned(&y);
        let stage = plan.stages.iter().find_map(|stage| match stage {
            Stage::Scan(stage) => Some(stage),
            _ => None,
        });
        assert!(stage.unwrap().totals);
        let free = (0..plan.tasks.len() as u32).filter(|&task| plan.graph.inputs(task).is_empty()).count();
        assert!(free >= 15, "{free} tasks wait for no other");
    }
    // Cells of products wait for each other.
    let plan = planned(&ChunkedArray::<f64, _>::ones((6_000_000,)).unwrap().cumprod());
    let stage = only_scan(&plan);
    assert!(!stage.totals && stage.cells.count() > 15);
    // A cell is scanned right after its total was found.
    let plan = planned(&ChunkedArray::<f64, _>::ones((6_000_000,)).unwrap().cumsum());
    let stage = only_scan(&plan);
    let roles: Vec<ScanRole> =
        plan.tasks.iter().map(|task| stage.place(task.unit as usize).unwrap().role).collect();
    use ScanRole::{Before, Scan, Total};
    assert_eq!(roles[..7], [Total, Scan, Total, Scan, Total, Before, Scan]);
}

#[test]
fn functions_run_once_for_each_element() {
    for (shape, axis) in [((900_000, 1), 0), ((3, 300_000), 1), ((1000, 900), 0), ((1000, 900), 1)] {
        let calls = Calls::default();
        let count = calls.clone();
        let eager = Array2::from_shape_fn(shape, |(i, j)| ((i + j) % 3) as f64);
        let x = ChunkedArray::from_array(eager.clone(), 1000).unwrap().mapv(move |x| {
            count.count();
            x + 1.0
        });
        let y = x.cumsum_axis(Axis(axis)).unwrap();
        let expected = running(&(eager + 1.0), Axis(axis), |a, b| a + b);
        assert!(y.compute().unwrap() == expected, "{shape:?} along {axis}");
        assert_eq!(calls.take(), expected.len(), "{shape:?} along {axis}");
    }
}

#[test]
fn only_what_is_looked_at_is_scanned() {
    let calls = Calls::default();
    let count = calls.clone();
    let x = ChunkedArray::from_shape_fn((100, 80).chunked((10, 10)), move |(i, j)| {
        count.count();
        (i * 80 + j) as f64
    })
    .unwrap();
    let eager = Array2::from_shape_fn((100, 80), |(i, j)| (i * 80 + j) as f64);
    let y = x.cumsum_axis(Axis(0)).unwrap();
    let whole = running(&eager, Axis(0), |a, b| a + b);
    let columns = y.slice(s![.., 5..;30]).unwrap();
    assert_eq!(columns.compute().unwrap(), whole.slice(s![.., 5..;30]));
    assert_eq!(calls.take(), 300, "three columns");
    let rows = y.slice(s![..7, ..]).unwrap();
    assert_eq!(rows.compute().unwrap(), whole.slice(s![..7, ..]));
    assert_eq!(calls.take(), 7 * 80, "seven rows");
    let part = y.slice(s![20..25, 3]).unwrap();
    assert_eq!(part.compute().unwrap(), whole.slice(s![20..25, 3]));
    assert_eq!(calls.take(), 25, "one column, up to where it is looked at");
    assert_eq!(y.slice(s![..;-1, 0]).unwrap().compute().unwrap(), whole.slice(s![..;-1, 0]));
    assert_eq!(calls.take(), 100);
    let turned = y.t().slice(s![4, ..]).unwrap();
    assert_eq!(turned.compute().unwrap(), whole.column(4));
    assert_eq!(calls.take(), 100);
}

#[test]
fn scans_of_one_array_share_it() {
    let x = ChunkedArray::from_array(Array2::from_elem((50, 40), 0.5), 20).unwrap();
    let cheap = &x + 1.0;
    let dear = x.mapv(|x| x + 1.0);
    for (y, stages) in [(cheap, 2), (dear, 3)] {
        let both = (y.cumsum_axis(Axis(0)).unwrap(), y.cumsum_axis(Axis(1)).unwrap());
        let explained = explain((&both.0, &both.1)).unwrap();
        assert_eq!(explained.after.len(), stages, "{explained}");
        let (down, right) = compute(both).unwrap();
        assert_eq!((down[[49, 3]], right[[3, 39]]), (75.0, 60.0));
    }
    // Equal scans are one.
    let twice = &x.cumsum_axis(Axis(0)).unwrap() * &x.cumsum_axis(Axis(0)).unwrap();
    let explained = twice.explain().unwrap();
    let scans = explained.after.iter().filter(|stage| stage.kind == StageKind::Scan).count();
    assert_eq!(scans, 1, "{explained}");
}

#[test]
fn chains_of_any_length() {
    let mut x = ChunkedArray::from_array(Array1::from_iter((0..4).map(i64::from)), 2).unwrap();
    let mut expected = x.compute().unwrap();
    for _ in 0..5000 {
        x = x.cumsum();
        expected = running(&expected, Axis(0), |a: &i64, b: &i64| a.wrapping_add(*b));
    }
    assert_eq!(x.compute().unwrap(), expected);
}

#[test]
fn scans_in_longer_work() {
    let eager = Array2::from_shape_fn((400, 300), |(i, j)| rough(i * 300 + j));
    let x = ChunkedArray::from_array(eager.clone(), (90, 70)).unwrap();
    let sums = x.cumsum_axis(Axis(0)).unwrap();
    let expected = running(&eager, Axis(0), |a, b| a + b);
    // Reduced, divided by, multiplied, reshaped, persisted.
    let largest = sums.max().scalar().unwrap();
    assert!((largest - expected.iter().copied().fold(f64::MIN, f64::max)).abs() < 1e-12);
    let shares = (&sums / x.sum_axis(keep(Axis(0))).unwrap()).slice(s![-1, ..]).unwrap();
    assert!(shares.compute().unwrap().iter().all(|x| (x - 1.0).abs() < 1e-9));
    let product = sums.t().dot(&sums).unwrap().compute().unwrap();
    let difference = &product - &expected.t().dot(&expected);
    assert!(difference.iter().all(|x| x.abs() < 1e-6));
    let folded = sums.reshape((200, 600)).unwrap().compute().unwrap();
    assert!((folded[[7, 301]] - expected[[15, 1]]).abs() < 1e-12);
    let kept = sums.persist().unwrap();
    assert_eq!(kept.chunks(), x.chunks());
    assert_eq!(kept.compute().unwrap(), sums.compute().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sums.npy");
    sums.write_npy(&path).unwrap();
    let read = ChunkedArray2::<f64>::from_npy(&path, (50, 300)).unwrap();
    assert_eq!(read.compute().unwrap(), sums.compute().unwrap());
    assert_eq!(read.cumsum().compute().unwrap().len(), 120_000);
}
