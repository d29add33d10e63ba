//! What each pass does to small graphs, and that the verifier notices broken ones.

use std::sync::Arc;

use chunkwise_core::{AxisMap, Grid, Scalar, View};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op, Unary};
use chunkwise_plan::{Args, CallFn, CallResult, Function, SharedFn};
use smallvec::SmallVec;

use super::{PASSES, merge_common, merge_rechunks, optimise, push_reshapes, push_views, verify};
use crate::Expr;
use crate::graph::Graph;
use crate::node::Kind;

fn coord(n: usize, size: usize) -> Expr {
    Expr::coord(0, grid(n, size))
}

fn grid(n: usize, size: usize) -> Grid {
    Grid::new([chunkwise_core::AxisGrid::regular(n, size), chunkwise_core::AxisGrid::regular(n, size)])
}

fn neg(x: &Expr) -> Expr {
    Expr::elementwise(Op::Unary(Unary::Neg), &[x]).unwrap()
}

fn add(x: &Expr, y: &Expr) -> Expr {
    Expr::elementwise(Op::Binary(Binary::Add), &[x, y]).unwrap()
}

fn transposed(x: &Expr) -> Expr {
    x.view(View::permuted(x.shape(), &[1, 0]))
}

/// Every `step`th element along both axes.
fn every(x: &Expr, step: usize) -> Expr {
    let map = |k| AxisMap { axis: Some(k), start: 0, step: step as isize };
    let shape = x.shape().iter().map(|n| n.div_ceil(step)).collect();
    x.view(View { shape, source: [map(0), map(1)].into_iter().collect() })
}

fn names(graph: &Graph) -> Vec<&str> {
    graph.nodes.iter().map(|node| node.kind.name()).collect()
}

fn count(graph: &Graph, name: &str) -> usize {
    names(graph).into_iter().filter(|n| *n == name).count()
}

#[test]
fn passes_have_distinct_names() {
    let mut names: Vec<_> = PASSES.iter().map(|p| p.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PASSES.len());
}

/// The calls of a function of two values, pure or not.
fn call(pure: bool, inputs: [&Expr; 2]) -> Expr {
    struct First;
    impl CallFn for First {
        fn call(&self, args: Args) -> CallResult {
            Ok(args[0].clone())
        }
    }
    let function = SharedFn { name: "first".to_owned(), bytes: 0, pure, run: Arc::new(First) };
    Expr::call(Function::Shared(Arc::new(function)), inputs.map(Clone::clone))
}

#[test]
fn passes_run_for_what_the_graph_has() {
    let applied = |roots: &[Expr], changed| -> Vec<&str> {
        let features = Graph::import(roots).features;
        PASSES.iter().filter(|pass| (pass.applies)(features, changed)).map(|pass| pass.name).collect()
    };
    let x = coord(4, 2);
    assert_eq!(applied(&[neg(&x)], false), ["merge-common"]);
    assert_eq!(applied(&[neg(&transposed(&x))], false), ["merge-common", "push-views"]);
    assert_eq!(applied(&[x.rechunk(grid(4, 3)).unwrap()], false), ["merge-common", "merge-rechunks"]);
    assert_eq!(applied(&[reshaped(&blocks(), &[24])], false), ["merge-common", "push-reshapes"]);
    let value = Expr::value(Arc::new(1), None);
    assert!(applied(&[call(false, [&value, &value])], false).is_empty());
    assert_eq!(applied(&[call(true, [&value, &value])], false), ["merge-common"]);
    assert_eq!(applied(&[value], true), ["merge-common-again", "drop-dead"]);
}

#[test]
fn what_is_shared_is_imported_once() {
    let value = Expr::value(Arc::new(1), None);
    let twice = call(false, [&value, &value]);
    let both = call(false, [&twice, &call(false, [&twice, &value])]);
    let graph = Graph::import(&[both.clone(), twice, both]);
    let inputs: Vec<_> = graph.nodes.iter().map(|node| node.inputs.to_vec()).collect();
    assert_eq!(inputs, [vec![], vec![0, 0], vec![1, 0], vec![1, 2]]);
    assert_eq!(graph.roots, [3, 1, 3]);
}

#[test]
fn equal_nodes_merge_over_roots_and_numbers_by_bits() {
    let x = coord(8, 4);
    let roots = [neg(&x), neg(&x), neg(&coord(8, 4)), neg(&coord(8, 2))];
    let graph = merge_common::run(Graph::import(&roots));
    assert_eq!(graph.roots[0], graph.roots[1]);
    assert_eq!(graph.roots[0], graph.roots[2], "sources that generate the same values are one");
    assert_ne!(graph.roots[0], graph.roots[3], "other chunks are another array");
    let zero = Expr::fill(Scalar::new(0.0), grid(2, 2));
    let minus_zero = Expr::fill(Scalar::new(-0.0), grid(2, 2));
    let graph = merge_common::run(Graph::import(&[zero, minus_zero]));
    assert_ne!(graph.roots[0], graph.roots[1]);
}

#[test]
fn views_reach_the_sources() {
    let x = coord(100, 10);
    let graph = push_views::run(Graph::import(&[every(&neg(&add(&x, &transposed(&x))), 3)]));
    for node in &graph.nodes {
        if let Kind::View(_) = node.kind {
            assert!(graph.node(node.inputs[0]).kind.is_source(), "{:?}", names(&graph));
        }
    }
    assert_eq!(graph.node(graph.roots[0]).kind.name(), "neg");
}

#[test]
fn a_view_and_its_inverse_vanish() {
    let x = neg(&coord(6, 3));
    let root = neg(&transposed(&transposed(&x)));
    let graph = optimise(Graph::import(&[root])).unwrap();
    assert_eq!(count(&graph, "view"), 0);
}

#[test]
fn readers_with_different_views_share_one_evaluation() {
    let y = neg(&coord(12, 4));
    let graph = push_views::run(Graph::import(&[add(&every(&y, 2), &every(&transposed(&y), 2))]));
    assert_eq!(count(&graph, "neg"), 1);
    // One for each reader, and one that leaves out what neither looks at.
    assert_eq!(count(&graph, "view"), 3);
    let shared = graph.nodes.iter().find(|node| node.kind.name() == "neg").unwrap();
    assert_eq!(shared.meta.shape[..], [11, 11]);
    // With one view, it moves below.
    let graph = push_views::run(Graph::import(&[neg(&every(&y, 2))]));
    let neg_of_view =
        graph.nodes.iter().any(|n| n.kind.name() == "neg" && graph.node(n.inputs[0]).kind.name() == "view");
    assert!(neg_of_view, "{:?}", names(&graph));
}

#[test]
fn what_is_repeated_is_computed_once_and_nothing_else() {
    let y = neg(&coord(12, 4));
    let row = View {
        shape: [5, 12].into_iter().collect(),
        source: [AxisMap { axis: None, start: 3, step: 1 }, AxisMap { axis: Some(1), start: 0, step: 1 }]
            .into_iter()
            .collect(),
    };
    let graph = optimise(Graph::import(&[neg(&y.view(row))])).unwrap();
    let shapes: Vec<_> =
        graph.nodes.iter().filter(|n| n.kind.name() == "neg").map(|n| &n.meta.shape[..]).collect();
    assert_eq!(shapes, [[1, 12], [5, 12]]);
}

#[test]
fn a_slice_of_a_reduction_reduces_a_slice() {
    let sum = coord(100, 10).reduce(ReduceOp::Sum, &[0], false).unwrap();
    let map = AxisMap { axis: Some(0), start: 3, step: 1 };
    let root = sum.view(View { shape: [5].into_iter().collect(), source: [map].into_iter().collect() });
    let graph = optimise(Graph::import(&[root])).unwrap();
    let reduce = graph.nodes.iter().find(|n| n.kind.name() == "sum").unwrap();
    assert_eq!(graph.node(reduce.inputs[0]).meta.shape[..], [100, 5]);
}

#[test]
fn a_slice_drops_parts_of_a_concatenation() {
    let parts: Vec<Expr> = (1..5).map(|i| Expr::fill(Scalar::new(i64::from(i)), grid(10, 5))).collect();
    let joined = Expr::concatenate(&parts, 0).unwrap();
    let rows = AxisMap { axis: Some(0), start: 15, step: 1 };
    let columns = AxisMap { axis: Some(1), start: 0, step: 1 };
    let view = View { shape: [10, 10].into_iter().collect(), source: [rows, columns].into_iter().collect() };
    let graph = optimise(Graph::import(&[joined.view(view)])).unwrap();
    assert_eq!(count(&graph, "fill"), 2);
}

#[test]
fn rechunks_merge_and_sources_take_the_chunks() {
    let x = coord(12, 4);
    let back = x.rechunk(grid(12, 3)).unwrap().rechunk(grid(12, 4)).unwrap();
    let graph = merge_rechunks::run(Graph::import(&[neg(&back)]));
    let input = graph.node(graph.node(graph.roots[0]).inputs[0]);
    assert_eq!((input.kind.name(), input.meta.grid.counts()[0]), ("coord", 3));
    let y = neg(&x);
    let shared = [y.rechunk(grid(12, 2)).unwrap(), y.clone()];
    let graph = optimise(Graph::import(&shared)).unwrap();
    assert_eq!((count(&graph, "neg"), count(&graph, "rechunk")), (1, 1), "read by others, so not changed");
}

#[test]
fn the_verifier_names_what_is_wrong() {
    let graph = Graph::import(&[neg(&coord(4, 2))]);
    let roots = verify::root_metas(&graph);
    assert_eq!(verify::verify(&graph, &roots), Ok(()));
    let mut broken = graph.clone();
    broken.nodes[1].inputs[0] = 1;
    assert!(verify::verify(&broken, &roots).unwrap_err().contains("comes later"));
    let mut broken = graph.clone();
    broken.nodes[1].meta = crate::node::MetaRef::new(grid(5, 5));
    assert!(verify::verify(&broken, &roots).unwrap_err().contains("root 0 changed"));
    let mut broken = graph;
    broken.nodes[0].kind = Kind::Coord(SmallVec::from_elem(1, 7));
    assert!(verify::verify(&broken, &roots).unwrap_err().contains("7 axes, not 2"));
}

/// A source of no memory, no number and no coordinates, of 6 by 4 elements.
fn blocks() -> Expr {
    struct Never;
    impl chunkwise_core::BlockFn for Never {
        fn call(
            &self,
            _: &[usize],
            _: &[usize],
            _: &[usize],
        ) -> Result<chunkwise_core::Block, chunkwise_core::BoxError> {
            unreachable!("nothing is computed here")
        }
    }
    Expr::block_fn("blocks", chunkwise_core::DType::I64, Grid::whole(&[6, 4]), Arc::new(Never))
}

fn reshaped(x: &Expr, shape: &[usize]) -> Expr {
    x.reshape(shape, None).unwrap()
}

fn pushed(roots: &[Expr]) -> Graph {
    let graph = merge_common::run(push_reshapes::run(merge_common::run(Graph::import(roots))));
    let graph = super::drop_dead::run(graph);
    verify::verify(&graph, &verify::root_metas(&Graph::import(roots))).unwrap();
    graph
}

#[test]
fn reshapes_vanish_where_nothing_lies_otherwise() {
    let fill = Expr::fill(Scalar::new(1i64), Grid::whole(&[6, 4]));
    assert_eq!(names(&pushed(&[reshaped(&neg(&fill), &[3, 8])])), ["fill", "neg"]);
    let x = blocks();
    // There and back again, in the chunks that were asked for.
    let back = x.reshape(&[3, 8], None).unwrap().reshape(&[6, 4], Some(Grid::whole(&[6, 4]))).unwrap();
    assert_eq!(names(&pushed(&[back])), ["blocks"]);
    assert_eq!(names(&pushed(&[reshaped(&reshaped(&x, &[3, 8]), &[24])])), ["blocks", "reshape"]);
    assert_eq!(names(&pushed(&[reshaped(&x, &[1, 6, 1, 4])])), ["blocks", "view"]);
}

#[test]
fn reshapes_pass_what_is_computed_in_any_shape_once() {
    let x = blocks();
    let sum = add(&x, &neg(&x));
    assert_eq!(names(&pushed(&[reshaped(&neg(&x), &[24])])), ["blocks", "reshape", "neg"]);
    // Two operands would be copied instead of one sum.
    let two = pushed(&[reshaped(&add(&x, &transposed(&transposed(&sum))), &[24])]);
    assert_eq!((count(&two, "reshape"), names(&two).last()), (1, Some(&"reshape")), "{:?}", names(&two));
    // One reader wants it as it is.
    let both = pushed(&[reshaped(&neg(&x), &[24]), neg(&x)]);
    assert_eq!(names(&both), ["blocks", "neg", "reshape"]);
    // A row that is repeated is split before it is.
    let row = x.view(View { shape: [4].into_iter().collect(), source: x_row() });
    let repeated = row.view(View::broadcast(&[4], &[600, 4]));
    let ones = Expr::fill(Scalar::new(1i64), Grid::whole(&[600, 4]));
    let split = pushed(&[reshaped(&add(&repeated, &ones), &[600, 2, 2])]);
    assert_eq!(names(&split), ["blocks", "view", "reshape", "view", "fill", "add"]);
    assert_eq!(split.nodes[2].meta.shape[..], [2, 2], "only the row is copied");
}

fn x_row() -> smallvec::SmallVec<[AxisMap; 4]> {
    let fixed = AxisMap { axis: None, start: 2, step: 1 };
    [fixed, AxisMap { axis: Some(0), start: 0, step: 1 }].into_iter().collect()
}
