//! Computations that do not fit in memory and are made to: read in place, or spilled.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_exec::{Config as Settings, Executor};
use chunkwise_expr::{Expr, MakeSpace, Optimise, Want, Within, plan_in_units, plan_within};
use chunkwise_io::SpillFile;
use chunkwise_plan::{Granularity, Plan, RootResult, Sources, Stage, Storage, TaskGraph};
use chunkwise_tests::{Store, run_in_order};
use ndarray::{Array2, ArrayD, Axis, Ix2, IxDyn, s};

const N: usize = 240;

/// Fractions, so that the order of a sum shows in its last bits.
fn matrix() -> Array2<f64> {
    Array2::from_shape_fn((N, N), |(i, j)| ((i * 7919 + j * 104_729) % 1009) as f64 / 1.01)
}

fn grid(rows: usize, columns: usize) -> Grid {
    Grid::new([AxisGrid::regular(N, rows), AxisGrid::regular(N, columns)])
}

fn source(cells: Option<Grid>) -> (Store, ChunkedArray2<f64>) {
    let store = Store::of(matrix().into_dyn(), cells);
    let x = Expr::region_source(Arc::new(store.clone()), grid(80, 80));
    (store, ChunkedArray::from_expr(x))
}

/// The units in which most plans here run: many, of small arrays.
const UNITS: usize = 3000;

/// Plans within a limit, in small units, and says whether the plan fits it.
fn plan_for(roots: &[Expr], wants: &[Want], limit: u64, units: usize) -> (Plan, Sources, bool) {
    let executor = Executor::new(Settings { memory_limit: Some(limit), ..Settings::default() });
    let spill: MakeSpace =
        Arc::new(|dtype, shape: &[usize]| Arc::new(SpillFile::new(&std::env::temp_dir(), dtype, shape)));
    let fits = |graph: &TaskGraph| executor.fits(graph);
    let units = Some(Granularity::Elements(units));
    let within = Within { bytes: limit, fits: &fits, spill: Some(spill), units };
    let (plan, sources) = plan_within(roots, wants, Optimise::All, &within).unwrap();
    let fits = executor.fits(&plan.graph).is_ok();
    (plan, sources, fits)
}

fn stages(plan: &Plan) -> Vec<&str> {
    plan.stages.iter().map(|stage| &stage.info().label[..]).collect()
}

fn outside(plan: &Plan) -> usize {
    plan.arrays.iter().filter(|array| matches!(array.storage, Storage::Outside { .. })).count()
}

fn array(result: &RootResult) -> ArrayD<f64> {
    let RootResult::Array(block) = result else { panic!("{result:?} is no array") };
    ArrayD::from_shape_vec(IxDyn(block.shape()), chunkwise_tests::elements(result)).unwrap()
}

/// Computes the array within so many bytes beside the result, and compares with the value without a limit in the engine's
/// own units. Also says how many elements have other bits than without a limit in the same units.
fn check(x: &ChunkedArrayD<f64>, spare: u64, what: &str) -> (Plan, usize) {
    let expected = x.compute().unwrap();
    let limit = spare + 8 * expected.len() as u64;
    let (plan, sources, fits) = plan_for(&[x.expr().clone()], &[Want::Array], limit, UNITS);
    assert!(fits, "{what}: {:?} does not fit in {limit} bytes", stages(&plan));
    let bytes = plan.to_bytes().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(Plan::from_bytes(&bytes).unwrap() == plan, "{what}: another plan arrives");
    let results = run_in_order(&plan, &sources, |_, _| ());
    let got = array(&results[0]);
    let close = got.iter().zip(&expected).all(|(g, e)| g == e || (g - e).abs() <= 1e-9 * e.abs());
    assert!(got.shape() == expected.shape() && close, "{what}: {got} instead of {expected}");
    let (free, sources) = plan_in_units(&[x.expr().clone()], Want::Array, Optimise::All, UNITS).unwrap();
    assert_eq!(outside(&free), 0, "{what}: {:?}", stages(&free));
    let without = array(&run_in_order(&free, &sources, |_, _| ())[0]);
    let differ = got.iter().zip(&without).filter(|(g, w)| g.to_bits() != w.to_bits()).count();
    (plan, differ)
}

#[test]
fn whatever_reads_too_much() {
    let array_bytes = (8 * N * N) as u64;
    let mut moved = 0;
    for cells in [None, Some(grid(40, 120)), Some(grid(3, N)), Some(grid(N, 4))] {
        let (_, x) = source(cells.clone());
        // Kept, because it is dear and read in two ways.
        let dear = (&x * 0.001).sin().exp().cos();
        let cases = [
            ("a transposed sum", (&x + &x.t()).sum_axis(Axis(0)).unwrap().into_dyn()),
            ("what is kept", (&dear + &dear.t()).mean_axis(Axis(1)).unwrap().into_dyn()),
            ("a deviation", (&x - &x.mean_axis(keep(Axis(0))).unwrap()).square().sum().into_dyn()),
            ("a scan", x.cumsum_axis(Axis(0)).unwrap().max_axis(Axis(0)).unwrap().into_dyn()),
            ("a scan of what is kept", (&dear + &dear.t()).cumsum_axis(Axis(1)).unwrap().sum().into_dyn()),
            ("medians", (&x - &x.t()).median_axis(Axis(0)).unwrap().into_dyn()),
            (
                "a reshape",
                (&x + &x.t()).reshape((N * 2, N / 2)).unwrap().sum_axis(Axis(0)).unwrap().into_dyn(),
            ),
            (
                "a slice of what is kept",
                (&dear + &dear.t()).slice(s![3..200;2, ..;-1]).unwrap().sum().into_dyn(),
            ),
            (
                "a histogram",
                x.histogram(Bins::linear(10, 0.0, 1000.0)).unwrap().counts.cast::<f64>().into_dyn(),
            ),
            ("a masked sum", x.mask(&x.t().gt(500.0).unwrap()).unwrap().sum().into_dyn()),
        ];
        for (what, y) in cases {
            let named = format!("{what} of cells {cells:?}");
            let (plan, differ) = check(&y, array_bytes / 2 + 40_000, &named);
            assert!(stages(&plan).len() < 20);
            moved += usize::from(outside(&plan) > 0);
            assert_eq!(differ, 0, "{named}: elements with other bits");
        }
    }
    assert!(moved > 25, "only {moved} of 40 plans have anything outside");
}

#[test]
fn a_rechunk_reads_once_and_spills_once() {
    // From rows to columns, where neither all of it fits nor any row meets a whole column.
    let (store, x) = source(Some(grid(16, N)));
    let into = Store::empty(&[N, N], Some(grid(N, 24)));
    let limit = (8 * N * N / 3) as u64;
    let wants = [Want::Written(Arc::new(into.clone()))];
    let (plan, sources, fits) = plan_for(&[x.expr().clone()], &wants, limit, UNITS);
    assert!(fits, "{:?}", stages(&plan));
    let spills = plan.stages.iter().filter(|stage| matches!(stage, Stage::Write(_))).count();
    assert_eq!((spills, outside(&plan)), (2, 1), "{:?}", stages(&plan));
    run_in_order(&plan, &sources, |_, _| ());
    assert_eq!(into.values(), matrix().into_dyn());
    let read: usize = store.take_reads().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(read, N * N, "every element is read once");
}

#[test]
fn what_any_box_can_be_read_of_is_read_where_it_is() {
    let (store, x) = source(None);
    let limit = (8 * N * N / 3) as u64;
    let into = Store::empty(&[N, N], Some(grid(N, 24)));
    let wants = [Want::Written(Arc::new(into.clone()))];
    let (plan, sources, fits) = plan_for(&[x.t().expr().clone()], &wants, limit, UNITS);
    assert!(fits && !stages(&plan).iter().any(|label| label.starts_with("spill")), "{:?}", stages(&plan));
    run_in_order(&plan, &sources, |_, _| ());
    assert_eq!(into.values().into_dimensionality::<Ix2>().unwrap(), matrix().t());
    let read: usize = store.take_reads().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(read, N * N, "every element is read once");
}

#[test]
fn a_plan_that_fits_is_left_as_it_is() {
    let (_, x) = source(Some(grid(10, 10)));
    let y = (&x + &x.t()).sum();
    let (plan, ..) = plan_for(&[y.expr().clone()], &[Want::Array], 1 << 30, UNITS);
    assert_eq!(outside(&plan), 0);
}

#[test]
fn what_cannot_be_helped_is_left_to_the_executor() {
    let (_, x) = source(Some(grid(N, N)));
    let (plan, _, fits) = plan_for(&[(&x + 1.0).sum().expr().clone()], &[Want::Array], 1000, UNITS);
    assert!(!fits, "one cell is larger than the limit");
    assert!(!plan.tasks.is_empty());
}

#[test]
fn products_of_what_does_not_fit() {
    const N: usize = 1500;
    let matrix = Array2::from_shape_fn((N, N), |(i, j)| ((i * 79 + j * 41) % 13) as f64);
    let expected = matrix.dot(&matrix.t());
    let cells = |rows, columns| Some(Grid::new([AxisGrid::regular(N, rows), AxisGrid::regular(N, columns)]));
    for held in [None, cells(100, 300), cells(N, 30)] {
        let store = Store::of(matrix.clone().into_dyn(), held.clone());
        let grid = Grid::new([AxisGrid::regular(N, 300), AxisGrid::regular(N, 300)]);
        let x: ChunkedArray2<f64> = ChunkedArray::from_expr(Expr::region_source(Arc::new(store), grid));
        let into = Store::empty(&[N, N], cells(200, 100));
        let wants = [Want::Written(Arc::new(into.clone()))];
        // What one product takes for its panels is half of the array.
        let limit = (8 * N * N * 3 / 4) as u64;
        let (plan, sources, fits) = plan_for(&[x.dot(&x.t()).unwrap().expr().clone()], &wants, limit, 20_000);
        assert!(fits && outside(&plan) > 0, "{:?} of cells {held:?}", stages(&plan));
        run_in_order(&plan, &sources, |_, _| ());
        assert!(into.values() == expected.clone().into_dyn(), "cells {held:?}");
    }
}
