//! Threads, memory limits, and plans sent elsewhere.

use chunkwise::prelude::*;
use chunkwise_core::{AxisGrid, Grid};
use chunkwise_expr::{Expr, Optimise, Want, plan, plan_in_units};
use chunkwise_plan::{ContractStage, Plan, Sources, Stage, TaskId, WireError};
use chunkwise_tests::{assert_same_bits, elements, run_in_order};
use ndarray::{Array2, Axis};

use crate::support::whole;

/// Numbers whose sums depend on the order of additions.
fn rough(m: usize, n: usize) -> Array2<f64> {
    let values = whole((m, n), 9);
    Array2::from_shape_fn((m, n), |(i, j)| values[[i, j]] / 3.0 + ((i * n + j) as f64).sqrt())
}

#[test]
fn the_bits_do_not_depend_on_threads_or_memory() {
    let tall = ChunkedArray::from_array(rough(60_000, 6), (1000, Full)).unwrap();
    let square = ChunkedArray::from_array(rough(300, 300), 70).unwrap();
    let kept = square.mapv(|v| v * 1.1);
    let products = [
        tall.t().dot(&tall).unwrap(),
        square.dot(&square + &square.t()).unwrap(),
        kept.dot(kept.t()).unwrap(),
    ];
    for product in products {
        assert_same_bits(&product, "a product");
    }
}

#[test]
fn a_tall_matrix_by_itself_has_work_for_every_thread() {
    let tall = ChunkedArray::from_array(rough(200_000, 4), (1000, Full)).unwrap();
    // In memory, and made by a function.
    for tall in [tall.clone(), tall.mapv(|v| v + 1.0)] {
        let roots = [tall.t().dot(&tall).unwrap().expr().clone()];
        let (plan, _) = plan(&roots, Want::Array, Optimise::All).unwrap();
        let stage = |task: TaskId| plan.tasks[task as usize].stage as usize;
        let product = |task: &TaskId| matches!(plan.stages[stage(*task)], Stage::Contract(_));
        let tasks: Vec<TaskId> = (0..plan.tasks.len() as TaskId).filter(product).collect();
        let first = |task: &&TaskId| !plan.graph.inputs(**task).iter().any(product);
        let independent = tasks.iter().filter(first).count();
        assert!(independent >= 12, "{independent} tasks wait for no other one");
    }
}

#[test]
fn products_are_kept_and_written() {
    let a = whole((40, 30), 1);
    let x = ChunkedArray::from_array(a.clone(), 7).unwrap();
    for x in [x.clone(), x.mapv(|v| v)] {
        let product = x.t().dot(&x).unwrap();
        let kept = product.persist().unwrap();
        assert_eq!(kept.chunks(), product.chunks());
        assert_eq!(kept.dot(x.t()).unwrap().compute().unwrap(), a.t().dot(&a).dot(&a.t()));
    }
}

#[test]
fn more_memory_than_the_limit_is_an_error() {
    let x = ChunkedArray::<f64, _>::ones((2000, 2000)).unwrap().mapv(|v| v);
    let product = x.dot(&x).unwrap();
    let config = Config::default().memory_limit(40 << 20);
    let error = product.compute_with(&config).unwrap_err();
    assert!(matches!(error, chunkwise::Error::MemoryLimit { .. }), "{error}");
}

/// A chain of products whose operands are kept, in small units: panels are tasks that pass cells on.
fn planned() -> (Plan, Sources, Array2<f64>) {
    let a = whole((12, 20), 1);
    let x = ChunkedArray::from_array(a.clone(), (5, 6)).unwrap();
    let sums = &x - x.sum_axis(keep(Axis(0))).unwrap();
    let product = sums.dot(x.t()).unwrap().dot(&x).unwrap();
    let roots: [Expr; 1] = [product.expr().clone()];
    let (plan, sources) = plan_in_units(&roots, Want::Array, Optimise::All, 16).unwrap();
    let expected = (&a - &a.sum_axis(Axis(0))).dot(&a.t()).dot(&a);
    (plan, sources, expected)
}

#[test]
fn plans_of_products_arrive_as_they_left() {
    let (plan, sources, expected) = planned();
    let arrived = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap();
    assert_eq!(arrived, plan);
    assert!(plan.stages.iter().any(|stage| matches!(stage, Stage::Contract(stage) if stage.chained)));
    let results = run_in_order(&arrived, &sources, |_, _| ());
    assert_eq!(elements::<f64>(&results[0]), expected.iter().copied().collect::<Vec<_>>());
}

#[test]
fn closures_of_operands_stay_here() {
    let x = ChunkedArray::from_array(whole((300, 4), 1), 100).unwrap().mapv(|v| v);
    let roots = [x.t().dot(&whole((300, 5), 2)).unwrap().expr().clone()];
    let (plan, _) = plan_in_units(&roots, Want::Array, Optimise::All, 1 << 20).unwrap();
    assert!(matches!(plan.to_bytes().unwrap_err(), WireError::Closure { name, .. } if name == "mapv"));
}

fn last_product(plan: &mut Plan) -> &mut ContractStage {
    let found = plan.stages.iter_mut().rev().find_map(|stage| match stage {
        Stage::Contract(stage) => Some(stage),
        _ => None,
    });
    found.expect("a product")
}

/// The product that is passed on from panel to panel.
fn first_product(plan: &mut Plan) -> &mut ContractStage {
    let found = plan.stages.iter_mut().find_map(|stage| match stage {
        Stage::Contract(stage) => Some(stage),
        _ => None,
    });
    found.expect("a product")
}

#[test]
fn products_that_contradict_themselves_do_not_arrive() {
    type Spoil = fn(&mut Plan);
    let cases: [(&str, Spoil); 12] = [
        ("its axes are not", |p| last_product(p).axes.rows = 2),
        ("its axes are not", |p| last_product(p).axes.batch = usize::MAX),
        ("does not match array", |p| last_product(p).partials = Some(3)),
        ("no partial results", |p| last_product(p).partials = Some(0)),
        ("does not match array", |p| last_product(p).cells = Grid::whole(&[12, 20])),
        ("its axes are not", |p| last_product(p).panels = Grid::whole(&[12, 1])),
        ("operand 0", |p| last_product(p).panels = Grid::whole(&[11])),
        ("operand 1", |p| last_product(p).right.parts = Grid::whole(&[3, 3])),
        ("operand 0", |p| {
            last_product(p).left.variants.clear();
        }),
        ("reaches outside", |p| {
            last_product(p).right.variants[0].inputs[0].view.source[0].start = 1 << 30;
        }),
        ("which there is not", |p| first_product(p).chained = false),
        ("operand 0", |p| last_product(p).left.variants[0].program.stores.clear()),
    ];
    for (number, (message, spoil)) in cases.into_iter().enumerate() {
        let (mut plan, ..) = planned();
        spoil(&mut plan);
        let error = Plan::from_bytes(&plan.to_bytes().unwrap()).expect_err(message).to_string();
        assert!(error.contains(message), "case {number}: {error}");
    }
    // Cells that are no matrices: columns of two axes, of which the last is cut.
    let x = ChunkedArray::from_array(whole((3, 4, 6), 1), 2).unwrap();
    let roots = [whole_by(&x)];
    let (mut plan, _) = plan_in_units(&roots, Want::Array, Optimise::All, 1000).unwrap();
    let stage = last_product(&mut plan);
    let mut axes: Vec<AxisGrid> = stage.cells.axes().to_vec();
    axes[2] = AxisGrid::regular(6, 3);
    stage.cells = Grid::new(axes);
    let error = Plan::from_bytes(&plan.to_bytes().unwrap()).unwrap_err().to_string();
    assert!(error.contains("does not match") || error.contains("no matrices"), "{error}");
}

/// A product with columns of two axes.
fn whole_by(x: &ChunkedArray3<f64>) -> Expr {
    let left = ChunkedArray::from_array(whole((5, 3), 2), 2).unwrap();
    left.tensordot(x, 1).unwrap().expr().clone()
}
