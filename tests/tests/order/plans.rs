//! What plans of order statistics consist of.

use chunkwise::Explanation;
use chunkwise::prelude::*;
use chunkwise_expr::{Expr, Optimise, StageKind, Want, plan, plan_in_units};
use chunkwise_plan::{OrderStage, Plan, Stage};
use ndarray::{Array2, Axis, s};

fn numbers(shape: (usize, usize), chunk: usize) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(Array2::from_shape_fn(shape, |(i, j)| ((i * 7 + j * 3) % 101) as f64), chunk)
        .unwrap()
}

fn stages(explained: &Explanation) -> Vec<StageKind> {
    explained.after.iter().map(|stage| stage.kind).collect()
}

fn planned<A: Element, D: ndarray::Dimension>(x: &ChunkedArray<A, D>) -> Plan {
    let roots: [Expr; 1] = [x.expr().clone()];
    plan(&roots, Want::Array, Optimise::All).unwrap().0
}

fn order_stage(plan: &Plan) -> &OrderStage {
    let mut stages = plan.stages.iter().filter_map(|stage| match stage {
        Stage::Order(stage) => Some(stage),
        _ => None,
    });
    let stage = stages.next().expect("an order stage");
    assert!(stages.next().is_none(), "one order stage");
    stage
}

/// How often the programs of all units read an element of their inputs, over the number of elements.
fn reads(plan: &Plan) -> f64 {
    let stage = order_stage(plan);
    let elements: usize = stage.units.shape().iter().product();
    let read: usize = (0..stage.units.count())
        .map(|unit| stage.units.block(&stage.units.coords(unit)).1.iter().product::<usize>())
        .sum();
    read as f64 / elements as f64
}

#[test]
fn what_is_ordered_is_read_once_and_never_stored() {
    let (x, y) = (numbers((3000, 2000), 500), numbers((3000, 2000), 700));
    let work = ((&x - &y).powi(2) * 0.5 + &x).abs();
    for axis in [0, 1] {
        for result in [work.median_axis(Axis(axis)).unwrap(), work.nanquantile_axis(Axis(axis), 0.3).unwrap()]
        {
            let explained = result.explain().unwrap();
            assert_eq!(stages(&explained), [StageKind::Order], "{explained}");
            let stage = &explained.after[0];
            assert_eq!((stage.inputs, stage.instructions), (2, 5), "{explained}");
            assert!(stage.units >= 16, "work for every thread: {explained}");
            let scratch = explained.projected_peak - explained.returned_bytes;
            assert!((1 << 18..4 << 20).contains(&scratch), "a panel of lanes: {explained}");
            let plan = planned(&result);
            assert_eq!(reads(&plan), 1.0);
            let stage = order_stage(&plan);
            assert_eq!(stage.units.axes()[axis].count(), 1, "lanes are whole");
        }
    }
}

#[test]
fn sorted_arrays_are_written_where_they_are_returned() {
    let x = numbers((1500, 1000), 300);
    for axis in [0, 1] {
        let explained = x.sort_axis(Axis(axis)).unwrap().explain().unwrap();
        assert_eq!(stages(&explained), [StageKind::Order], "{explained}");
        let scratch = explained.projected_peak - explained.returned_bytes;
        assert!(scratch < 4 << 20, "{explained}");
    }
}

#[test]
fn panels_are_as_wide_as_cache_lines_where_lanes_are_strided() {
    let width = |x: &ChunkedArray2<f64>| {
        let plan = planned(&x.median_axis(Axis(0)).unwrap());
        order_stage(&plan).units.axes()[1].largest()
    };
    let tall = numbers((100_000, 40), 1000);
    assert_eq!(width(&tall), 8);
    assert_eq!(width(&numbers((5000, 640), 500)) % 8, 0);
    // Lanes that are dense in memory need no company.
    let dense =
        ChunkedArray::from_array(numbers((40, 100_000), 1000).compute().unwrap().reversed_axes(), 1000);
    assert_eq!(width(&dense.unwrap()), 1);
}

#[test]
fn slices_of_results_order_only_those_lanes() {
    let x = numbers((400, 300), 100);
    let few = x.median_axis(Axis(0)).unwrap().slice(s![10..;100]).unwrap();
    let plan = planned(&few);
    assert_eq!(order_stage(&plan).units.shape()[..], [400, 3][..], "lanes of the three columns");
    assert_eq!(plan.stages.len(), 1, "{plan:?}");
    let rows = x.sort_axis(Axis(1)).unwrap().slice(s![5..9;-1, ..]).unwrap();
    assert_eq!(order_stage(&planned(&rows)).units.shape()[..], [4, 300][..]);
    let quartiles = x.quantile_axis(Axis(1), [0.25, 0.75]).unwrap().slice(s![.., 7]).unwrap();
    assert_eq!(order_stage(&planned(&quartiles)).units.shape()[..], [300][..]);
    // What is asked of a lane's results needs all of it.
    let least = x.sort_axis(Axis(1)).unwrap().slice(s![.., 0]).unwrap();
    assert_eq!(order_stage(&planned(&least)).units.shape()[..], [400, 300][..]);
    let whole = x.compute().unwrap();
    let medians = x.median_axis(Axis(0)).unwrap().compute().unwrap();
    assert_eq!(few.compute().unwrap(), medians.slice(s![10..;100]));
    let sorted = x.sort_axis(Axis(1)).unwrap().compute().unwrap();
    assert_eq!(rows.compute().unwrap(), sorted.slice(s![5..9;-1, ..]));
    assert_eq!(
        least.compute().unwrap().to_vec()[3],
        whole.row(3).iter().copied().fold(f64::INFINITY, f64::min)
    );
    let all = x.quantile_axis(Axis(1), [0.25, 0.75]).unwrap().compute().unwrap();
    assert_eq!(quartiles.compute().unwrap(), all.slice(s![.., 7]));
}

#[test]
fn equal_statistics_are_found_once() {
    let x = numbers((300, 200), 100);
    let both = x.median_axis(Axis(0)).unwrap() + x.median_axis(Axis(0)).unwrap();
    order_stage(&planned(&both));
    let different = x.median_axis(Axis(0)).unwrap() + x.quantile_axis(Axis(0), 0.5).unwrap();
    let plan = planned(&different);
    let count = plan.stages.iter().filter(|stage| matches!(stage, Stage::Order(_))).count();
    assert_eq!(count, 2);
}

#[test]
fn the_memory_of_one_lane_is_stated() {
    let x = numbers((3000, 1000), 500);
    let explained = (&x + 1.0).median().explain().unwrap();
    assert_eq!(explained.units(), 1, "{explained}");
    // The lane, and as much again for what a selection keeps.
    assert!(explained.projected_peak >= 2 * 3_000_000 * 8, "{explained}");
    let error = (&x + 1.0).median().compute_with(&Config::default().memory_limit(8 << 20)).unwrap_err();
    assert!(matches!(error, chunkwise::Error::MemoryLimit { .. }), "{error}");
}

#[test]
fn a_deep_chain_of_medians_is_planned_and_dropped() {
    let mut x = numbers((4, 3), 2);
    for _ in 0..3000 {
        x = &x - x.median_axis(keep(Axis(0))).unwrap();
    }
    let roots = [x.expr().clone()];
    let (plan, _) = plan_in_units(&roots, Want::Array, Optimise::All, 1000).unwrap();
    assert!(plan.stages.len() >= 3000);
}
