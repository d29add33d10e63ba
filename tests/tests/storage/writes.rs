//! Writes to sinks that want whole cells.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Expr, Optimise, Want, plan_each, plan_in_units};
use chunkwise_plan::Stage;
use chunkwise_tests::{Store, run_in_order};
use ndarray::{Array2, Axis, Ix2, s};

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
