//! Writes to sinks that want whole cells.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Expr, Optimise, Want, Within, plan_each, plan_in_units, plan_within};
use chunkwise_plan::{Granularity, Plan, Stage, Task};
use chunkwise_tests::{Store, elements, run_in_order};
use ndarray::{Array1, Array2, Axis, Ix2, s};

fn matrix() -> Array2<f64> {
    Array2::from_shape_fn((23, 17), |(i, j)| (i * 100 + j) as f64)
}

fn cells(rows: usize, columns: usize) -> Option<Grid> {
    Some(Grid::new([AxisGrid::regular(23, rows), AxisGrid::regular(17, columns)]))
}

/// Plans the write of an expression, runs it, and checks the values and that each element was written once.
fn check(x: &ChunkedArray2<f64>, cells: Option<Grid>, units: usize, what: &str) {
    let store = Store::empty(x.shape(), cells);
    let want = Want::Written(Arc::new(store.clone()));
    let (plan, sources) = plan_in_units(&[x.expr().clone()], want, Optimise::All, units).unwrap();
    run_in_order(&plan, &sources, |_, _| ());
    assert_eq!(store.values().into_dimensionality::<Ix2>().unwrap(), x.compute().unwrap(), "{what}");
    let elements: usize = store.take_writes().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(elements, x.len(), "{what}");
}

#[test]
fn whole_cells_of_whatever_makes_them() {
    let x = ChunkedArray::from_array(matrix(), (5, 6)).unwrap();
    let square = ChunkedArray::from_array(matrix().slice(s![..17, ..]).to_owned(), (4, 7)).unwrap();
    let cells_of = |x: &ChunkedArray2<f64>, rows, columns| {
        Some(Grid::new([AxisGrid::regular(x.shape()[0], rows), AxisGrid::regular(x.shape()[1], columns)]))
    };
    let cases = [
        ("a source", x.clone()),
        ("a chain", &x * 2.0 + 1.0),
        ("a transpose", x.t()),
        ("a reversed slice", x.slice(s![..;-1, 2..]).unwrap()),
        ("a product", x.dot(&x.t()).unwrap()),
        ("a scan", x.cumsum_axis(Axis(0)).unwrap()),
        ("a reshape", x.reshape((17, 23)).unwrap()),
        ("a sort", x.sort_axis(Axis(1)).unwrap()),
        ("a reduction", square.cumsum_axis(Axis(1)).unwrap() - square.mean_axis(keep(Axis(0))).unwrap()),
        ("what is kept", ((&square + &square.t()) % 7.0).dot(&square).unwrap()),
        ("blocks of a function", ChunkedArray::from_block_fn((9, 8), |b| Array2::ones(b.shape)).unwrap()),
        ("nothing", x.slice(s![..0, ..]).unwrap()),
    ];
    for (what, y) in cases {
        for units in [5, 40, 100_000] {
            for (rows, columns) in [(4, 3), (1, 1), (7, 100), (100, 1)] {
                check(
                    &y,
                    cells_of(&y, rows, columns),
                    units,
                    &format!("{what} in {rows} x {columns}, {units}"),
                );
            }
            check(&y, None, units, what);
        }
    }
}

#[test]
fn cells_are_made_where_they_are_stored_and_copied_only_where_they_must_be() {
    let x = ChunkedArray::from_array(matrix(), (5, 6)).unwrap();
    let stages = |roots: &[Expr], wants: &[Want]| {
        let (plan, _) = plan_each(roots, wants, Optimise::All).unwrap();
        plan.stages.iter().map(|stage| stage.info().label.clone()).collect::<Vec<_>>()
    };
    let into = |cells| Want::Written(Arc::new(Store::empty(x.shape(), cells)));
    let (y, z) = (&x * 2.0, &x + 1.0);
    assert_eq!(stages(&[y.expr().clone()], &[into(cells(4, 3))]), ["mul", "write"]);
    let product = x.dot(&x.t()).unwrap().dot(&x).unwrap();
    assert_eq!(stages(&[product.expr().clone()], &[into(cells(4, 3))]).last().unwrap(), "write");
    // Both in one pass, with what reduces one of them.
    let roots = [y.expr().clone(), z.expr().clone(), y.sum().expr().clone()];
    let wants = [into(cells(4, 3)), into(cells(2, 3)), Want::Array];
    let (plan, _) = plan_each(&roots, &wants, Optimise::All).unwrap();
    let fused = plan.stages.iter().filter(|stage| matches!(stage, Stage::Fused(_))).count();
    assert_eq!(fused, 1, "{:?}", stages(&roots, &wants));
}

#[test]
fn several_at_once_with_what_is_returned() {
    let x = ChunkedArray::from_array(matrix(), (5, 6)).unwrap();
    let (y, z) = (&x * 2.0, &x + 1.0);
    let (first, second) = (Store::empty(x.shape(), cells(4, 3)), Store::empty(x.shape(), cells(5, 2)));
    let roots = [y.expr().clone(), z.expr().clone(), y.expr().clone(), y.sum().expr().clone()];
    let wants = [
        Want::Written(Arc::new(first.clone())),
        Want::Written(Arc::new(second.clone())),
        Want::Array,
        Want::Array,
    ];
    let (plan, sources) = plan_each(&roots, &wants, Optimise::All).unwrap();
    let results = run_in_order(&plan, &sources, |_, _| ());
    assert_eq!(results.len(), 4);
    assert_eq!(first.values(), y.compute().unwrap().into_dyn());
    assert_eq!(second.values(), z.compute().unwrap().into_dyn());
    let total: f64 = y.sum().scalar().unwrap();
    assert_eq!(chunkwise_tests::elements::<f64>(&results[3]), [total]);
}

#[test]
fn a_block_is_gone_when_it_is_written_though_a_reduction_waits_for_many() {
    const N: usize = 240;
    let grid = Grid::new([AxisGrid::regular(N, 80), AxisGrid::regular(N, 80)]);
    let values = Array2::from_shape_fn((N, N), |(i, j)| ((i * 7919 + j * 104_729) % 1009) as f64);
    let source = Store::of(values.into_dyn(), None);
    let x: ChunkedArray2<f64> = ChunkedArray::from_expr(Expr::region_source(Arc::new(source), grid));
    let (y, z) = (&x * 2.0, &x + 1.0);
    let kept = (&x * 0.001).sin().exp().cos();
    let into = |cells: Option<Grid>| Want::Written(Arc::new(Store::empty(&[N, N], cells)));
    let cells = |rows, columns| Some(Grid::new([AxisGrid::regular(N, rows), AxisGrid::regular(N, columns)]));
    let numbers = [y.sum(), y.max(), y.std(0.0)].map(|value| value.expr().clone());
    let rows = y.mean_axis(Axis(1)).unwrap().expr().clone();
    let whole = [y.expr(), z.expr(), &numbers[0]].map(Clone::clone);
    // Units are some 30 rows of 80 elements; how many blocks of as much there may be.
    let block = 8 * 30 * 80;
    let cases: [(&str, Vec<Expr>, Vec<Want>, u64); 6] = [
        ("a sum", vec![y.expr().clone(), numbers[0].clone()], vec![into(None), Want::Array], 6),
        (
            "several numbers",
            std::iter::once(y.expr().clone()).chain(numbers.clone()).collect(),
            vec![into(cells(30, 80)), Want::Array, Want::Array, Want::Array],
            6,
        ),
        ("rows", vec![rows, y.expr().clone()], vec![Want::Array, into(None)], 7),
        ("two stores", whole.to_vec(), vec![into(cells(30, 80)), into(cells(30, 80)), Want::Array], 8),
        // Blocks of other cells wait for their neighbours, as they would without the sum.
        ("other cells", whole.to_vec(), vec![into(cells(30, 80)), into(cells(15, 160)), Want::Array], 14),
        (
            "what is kept for another pass",
            vec![kept.expr().clone(), kept.sum().expr().clone()],
            vec![into(None), Want::Array],
            6,
        ),
    ];
    for (what, roots, wants, blocks) in cases {
        let units = Some(Granularity::Elements(30 * 80));
        let within = Within { bytes: u64::MAX, fits: &|_| Ok(()), spill: None, units };
        let (plan, sources) = plan_within(&roots, &wants, Optimise::All, &within).unwrap();
        assert!(plan.tasks.len() > 50, "{what}: {}", plan.tasks.len());
        let peak = plan.projected_peak() - plan.graph.held_throughout();
        // Programs count with 8 KiB a register.
        assert!(peak < blocks * block + (64 << 10), "{what}: {peak} bytes, {} blocks", peak / block);
        let bytes = plan.to_bytes().unwrap();
        assert!(Plan::from_bytes(&bytes).unwrap() == plan, "{what}: another plan arrives");
        let results = run_in_order(&plan, &sources, |_, _| ());
        // What is reduced is what it is without the writes.
        for ((root, want), result) in roots.iter().zip(&wants).zip(&results) {
            if let Want::Array = want {
                let alone =
                    plan_in_units(std::slice::from_ref(root), Want::Array, Optimise::All, 30 * 80).unwrap();
                let alone = run_in_order(&alone.0, &alone.1, |_, _| ());
                let (got, expected) = (elements::<f64>(result), elements::<f64>(&alone[0]));
                let close = got.iter().zip(&expected).all(|(g, e)| (g - e).abs() <= 1e-12 * e.abs());
                assert!(got.len() == expected.len() && close, "{what}: {got:?} instead of {expected:?}");
            }
        }
    }
}

#[test]
fn states_stay_where_blocks_wait_for_them() {
    let x = ChunkedArray::from_array(Array2::<f64>::ones((40, 10)), (2, 10)).unwrap();
    let dear = (&x * 0.001).sin().exp().cos();
    let merges = |y: &ChunkedArray2<f64>, want: Want| {
        let roots = [y.expr().clone(), dear.sum().expr().clone()];
        let units = Some(Granularity::Elements(20));
        let within = Within { bytes: u64::MAX, fits: &|_| Ok(()), spill: None, units };
        let (plan, _) = plan_within(&roots, &[want, Want::Array], Optimise::All, &within).unwrap();
        let stage = |task: &&Task| matches!(plan.stages[task.stage as usize], Stage::Combine(_));
        (plan.tasks.iter().filter(stage).count(), plan.stages.len())
    };
    let centred = &dear - &dear.mean();
    let written = || Want::Written(Arc::new(Store::empty(x.shape(), None)));
    let (count, _) = merges(&centred, written());
    assert!(count <= 6, "20 units are merged by three tasks for each of two reductions: {count}");
    assert_eq!(merges(&dear, Want::Array).0, 3, "what is returned is in its place");
    assert_eq!(merges(&dear, Want::Tiles).0, 3, "what is kept stays");
    assert_eq!(merges(&dear, written()).0, 20 + 3);
}

#[test]
fn a_store_that_is_reduced_holds_few_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let x = ChunkedArray::from_block_fn((1 << 23).chunked(1 << 16), |block| {
        Array1::from_elem(block.shape, block.index[0] as f64)
    })
    .unwrap();
    let y = &x * 2.0;
    // Work units of 2 MiB, made from as much; 16 would take three times the limit.
    let config = Config::default().threads(2).memory_limit(bytes("12 MiB")).without_spill();
    let what = || (y.to_npy(&path), y.sum().value(), y.max().value());
    let plan = config.explain(what()).unwrap();
    assert!(plan.projected_peak < 6 << 20, "{plan}");
    let (_, sum, max) = config.compute(what()).unwrap();
    assert_eq!((sum, max), (2.0 * 65536.0 * 8128.0, 254.0));
    let back = ChunkedArray1::<f64>::from_npy(&path, Auto).unwrap();
    assert_eq!((&back - &y).abs().max().scalar().unwrap(), 0.0);
}
