use chunkwise_core::{AxisGrid, Block, DType, Grid, Scalar, View};
use chunkwise_kernels::reduce::ReduceOp;
use chunkwise_kernels::{Binary, Op};

use super::names::file;
use super::{OpFamily, PictureDetail, PictureGraph, PictureStage, picture};
use crate::{Expr, ExprError};

fn ones(shape: &[usize], chunk: usize) -> Expr {
    Expr::fill(Scalar::new(1.0), Grid::new(shape.iter().map(|&n| AxisGrid::regular(n, chunk))))
}

fn number(value: f64) -> Expr {
    Expr::fill(Scalar::new(value), Grid::new([]))
}

fn add(a: &Expr, b: &Expr) -> Expr {
    Expr::elementwise(Op::Binary(Binary::Add), &[a, b]).unwrap()
}

fn blocks(root: &Expr) -> PictureGraph {
    picture(std::slice::from_ref(root), PictureStage::Built, PictureDetail::Blocks).unwrap()
}

fn layers(root: &Expr) -> PictureGraph {
    picture(std::slice::from_ref(root), PictureStage::Built, PictureDetail::Layers).unwrap()
}

/// Boxes as `name details`, and edges between them by the same.
fn arrows(graph: &PictureGraph) -> Vec<(String, String)> {
    let name = |i: u32| {
        let node = &graph.nodes[i as usize];
        format!("{} {}", node.name, node.details.join(" ")).trim().to_owned()
    };
    graph.edges.iter().map(|&(from, to)| (name(from), name(to))).collect()
}

fn pairs(arrows: &[(&str, &str)]) -> Vec<(String, String)> {
    arrows.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// What holds for every picture: the ends of arrows exist, and arrows point to later boxes, each pair once.
fn check(graph: &PictureGraph) {
    let mut sorted = graph.edges.clone();
    sorted.sort_unstable_by_key(|&(from, to)| (to, from));
    assert_eq!(sorted, graph.edges);
    sorted.dedup();
    assert_eq!(sorted.len(), graph.edges.len());
    assert!(graph.edges.iter().all(|&(from, to)| from < to && (to as usize) < graph.nodes.len()));
    assert!(graph.nodes.iter().any(|node| node.is_root));
}

#[test]
fn transposed_blocks_are_read_across_the_diagonal() {
    let x = ones(&[4, 4], 2);
    let graph = blocks(&add(&x, &x.view(View::permuted(&[4, 4], &[1, 0]))));
    check(&graph);
    assert_eq!((graph.layers, graph.tasks, graph.nodes.len(), graph.edges.len()), (3, 12, 12, 12));
    let expected = pairs(&[
        ("fill 1.0 (0, 0)", "transpose (0, 0)"),
        ("fill 1.0 (1, 0)", "transpose (0, 1)"),
        ("fill 1.0 (0, 1)", "transpose (1, 0)"),
        ("fill 1.0 (1, 1)", "transpose (1, 1)"),
    ]);
    assert_eq!(arrows(&graph)[..4], expected[..]);
    assert!(arrows(&graph).contains(&("transpose (0, 1)".to_owned(), "add (0, 1)".to_owned())));
}

#[test]
fn a_reduction_reads_the_blocks_along_its_axes() {
    let sum = ones(&[5, 4], 2).reduce(ReduceOp::Sum, &[0], false).unwrap();
    let graph = blocks(&sum);
    check(&graph);
    // Three chunks by two; each of the two sums reads a column.
    assert_eq!(graph.nodes.len(), 8);
    let read: Vec<String> =
        arrows(&graph).into_iter().filter(|(_, to)| to == "sum (1,)").map(|(from, _)| from).collect();
    assert_eq!(read, ["fill 1.0 (0, 1)", "fill 1.0 (1, 1)", "fill 1.0 (2, 1)"]);
    let kept = ones(&[5, 4], 2).reduce(ReduceOp::Sum, &[1], true).unwrap();
    assert_eq!(arrows(&blocks(&kept))[5], ("fill 1.0 (2, 1)".to_owned(), "sum (2, 0)".to_owned()));
}

#[test]
fn joined_and_sliced_and_rechunked_blocks() {
    let (a, b) = (ones(&[3], 2), Expr::fill(Scalar::new(0.0), Grid::new([AxisGrid::regular(2, 2)])));
    let joined = Expr::concatenate(&[a, b], 0).unwrap();
    let arrows_of_join =
        pairs(&[("fill 1.0 (0,)", "concatenate (0,)"), ("fill 1.0 (1,)", "concatenate (1,)")]);
    let mut graph = arrows(&blocks(&joined));
    assert_eq!(graph.pop(), Some(("fill 0.0".to_owned(), "concatenate (2,)".to_owned())));
    assert_eq!(graph, arrows_of_join);

    let mut view = View::identity(&[5]);
    view.shape[0] = 3;
    view.source[0].start = 1;
    let sliced = joined.view(view).rechunk(Grid::new([AxisGrid::whole(3)])).unwrap();
    let graph = arrows(&blocks(&sliced));
    assert_eq!(graph.len(), 3 + 3 + 3);
    assert_eq!(graph[3], ("concatenate (0,)".to_owned(), "slice (0,)".to_owned()));
    assert_eq!(graph[8], ("slice (2,)".to_owned(), "rechunk".to_owned()));
}

#[test]
fn every_block_named_is_every_block_read() {
    // Elementwise, by brute force over the elements: an arrow where and only where an element is shared.
    let a =
        Expr::fill(Scalar::new(1.0), Grid::new([AxisGrid::from_sizes(&[2, 0, 3]), AxisGrid::regular(4, 3)]));
    let b = Expr::fill(Scalar::new(2.0), Grid::new([AxisGrid::from_sizes(&[1, 4]), AxisGrid::whole(4)]));
    let sum = add(&a, &b);
    let graph = blocks(&sum);
    check(&graph);
    let bases = [0, a.grid().count()];
    let sum_base = a.grid().count() + b.grid().count();
    let mut expected = Vec::new();
    for block in 0..sum.grid().count() {
        for (base, source) in bases.into_iter().zip([&a, &b]) {
            for read in 0..source.grid().count() {
                let overlap = |k: usize| {
                    let bounds = |x: &Expr, i: usize| x.grid().axes()[k].bounds(x.grid().coords(i)[k]);
                    let (x, y) = (bounds(&sum, block), bounds(source, read));
                    x.start.max(y.start) < x.end.min(y.end)
                };
                if (0..2).all(overlap) {
                    expected.push(((base + read) as u32, (sum_base + block) as u32));
                }
            }
        }
    }
    assert_eq!(graph.edges, expected);
}

#[test]
fn blocks_without_elements_are_connected() {
    let x = Expr::fill(Scalar::new(1.0), Grid::new([AxisGrid::from_sizes(&[2, 0])]));
    assert_eq!(blocks(&add(&x, &number(1.0))).edges, [(0, 2), (1, 3)]);
    let sum = ones(&[0, 4], 4).reduce(ReduceOp::Sum, &[0], false).unwrap();
    assert_eq!(blocks(&add(&sum, &number(1.0))).edges, [(0, 1), (1, 2)]);
}

#[test]
fn numbers_are_part_of_names() {
    let x = ones(&[4], 2);
    let subtract = |a: &Expr, b: &Expr| Expr::elementwise(Op::Binary(Binary::Sub), &[a, b]).unwrap();
    let graph = layers(&subtract(&number(1.0), &add(&x, &number(2.5))));
    check(&graph);
    let names: Vec<&str> = graph.nodes.iter().map(|node| &node.name[..]).collect();
    assert_eq!(names, ["fill 1.0", "add 2.5", "sub(1.0, ·)"]);
    assert_eq!(graph.nodes[1].details, ["(4,) f64", "2 chunks of (2,)"]);
    assert_eq!(graph.edges, [(0, 1), (1, 2)]);
    let flags: Vec<(bool, bool)> = graph.nodes.iter().map(|node| (node.is_source, node.is_root)).collect();
    assert_eq!(flags, [(true, false), (false, false), (false, true)]);
    // A number that is wanted is drawn.
    assert_eq!(blocks(&number(3.0)).nodes.len(), 1);
}

#[test]
fn views_are_called_what_they_do() {
    let x = ones(&[3, 4], 2);
    let name = |view: View| layers(&x.view(view)).nodes[1].name.clone();
    assert_eq!(name(View::permuted(&[3, 4], &[1, 0])), "transpose");
    assert_eq!(name(View::broadcast(&[3, 4], &[2, 3, 4])), "broadcast");
    let mut flip = View::identity(&[3, 4]);
    (flip.source[1].start, flip.source[1].step) = (3, -1);
    assert_eq!(name(flip.clone()), "flip");
    assert_eq!(name(flip.then(&View::permuted(&[3, 4], &[1, 0]))), "view");
    let mut slice = View::identity(&[3, 4]);
    slice.shape[1] = 2;
    slice.source[1].step = 2;
    assert_eq!(name(slice), "slice");
    assert_eq!(layers(&x.insert_axis(0)).nodes[1].name, "reshape");
    let mut diagonal = View::identity(&[3, 4]);
    diagonal.shape = [3].into_iter().collect();
    diagonal.source[1].axis = Some(0);
    assert_eq!(name(diagonal), "diagonal");
}

#[test]
fn coordinates_are_drawn_where_they_are_data() {
    let grid = || Grid::new([AxisGrid::regular(6, 3)]);
    let graph = layers(&Expr::coord(0, grid()));
    assert_eq!((graph.nodes[0].name.as_str(), graph.nodes[0].family), ("coordinate 0", OpFamily::Generator));
    let double = Expr::elementwise(Op::Cast(DType::F64), &[&Expr::coord(0, grid())]).unwrap();
    assert_eq!(layers(&double).nodes.len(), 2);
}

#[test]
fn a_long_chain_is_folded() {
    let mut x = ones(&[4], 4);
    for _ in 0..300_000 {
        x = add(&x, &number(1.0));
    }
    let auto = PictureDetail::Auto { blocks: 100 };
    let graph = picture(&[x], PictureStage::Built, auto).unwrap();
    check(&graph);
    assert_eq!(graph.nodes.len(), 2);
    assert_eq!(graph.nodes[1].name, "add × 300000");
    assert!(!graph.blocks && graph.nodes[1].is_root);
    assert_eq!((graph.layers, graph.tasks), (300_001, 300_001));
}

#[test]
fn what_is_too_much_to_draw_is_refused() {
    let x = ones(&[1 << 30], 1);
    let refused = picture(std::slice::from_ref(&x), PictureStage::Built, PictureDetail::Blocks);
    assert!(
        matches!(refused, Err(ExprError::TooManyToDraw { what: "blocks", count, .. }) if count == 1 << 30)
    );
    let auto = picture(&[x], PictureStage::Built, PictureDetail::Auto { blocks: 300 }).unwrap();
    assert_eq!((auto.blocks, auto.nodes.len()), (false, 1));
    // Few blocks, but everything reads everything.
    let rows = Expr::fill(Scalar::new(1.0), Grid::new([AxisGrid::regular(100, 1), AxisGrid::whole(100)]));
    let columns = Grid::new([AxisGrid::whole(100), AxisGrid::regular(100, 1)]);
    let crossed = rows.rechunk(columns).unwrap();
    let auto = PictureDetail::Auto { blocks: 300 };
    assert!(!picture(std::slice::from_ref(&crossed), PictureStage::Built, auto).unwrap().blocks);
    assert_eq!(blocks(&crossed).edges.len(), 10_000);
}

#[test]
fn a_plan_is_drawn_with_the_arrays_it_reads() {
    let block = Block::uninit(DType::F64, &[1 << 10, 1 << 11]);
    let x = Expr::memory(block, Grid::whole(&[1 << 10, 1 << 11]));
    let total = add(&x, &number(1.0)).reduce(ReduceOp::Sum, &[0, 1], false).unwrap();
    let drawn = |detail| picture(std::slice::from_ref(&total), PictureStage::Planned, detail).unwrap();
    let (tasks, stages) = (drawn(PictureDetail::Blocks), drawn(PictureDetail::Layers));
    check(&tasks);
    check(&stages);
    let names: Vec<&str> = stages.nodes.iter().map(|node| &node.name[..]).collect();
    assert_eq!(names, ["array", "add, sum", "combine sum"]);
    assert_eq!(stages.edges, [(0, 1), (1, 2)]);
    assert_eq!(tasks.nodes.len() as u64, tasks.tasks + 1);
    assert_eq!(tasks.tasks, stages.tasks);
    // Every unit reads the array, and one task merges them all.
    assert_eq!(tasks.edges.iter().filter(|(from, _)| *from == 0).count() as u64, tasks.tasks - 1);
    assert_eq!(tasks.nodes.iter().filter(|node| node.is_root).count(), 1);
    assert_eq!(tasks.nodes.last().map(|node| node.name.as_str()), Some("combine sum"));
}

#[test]
fn several_roots_share_what_they_share() {
    let x = ones(&[4, 4], 2);
    let roots = [add(&x, &number(1.0)), x.reduce(ReduceOp::Max, &[0, 1], false).unwrap()];
    let graph = picture(&roots, PictureStage::Built, PictureDetail::Blocks).unwrap();
    check(&graph);
    assert_eq!((graph.nodes.len(), graph.edges.len()), (4 + 4 + 1, 4 + 4));
    assert_eq!(graph.nodes.iter().filter(|node| node.is_root).count(), 5);
}

#[test]
fn files_are_called_by_their_last_part() {
    assert_eq!(file("/data/x.npy"), ("x.npy".to_owned(), Some("/data/x.npy".to_owned())));
    assert_eq!(file("x.npy"), ("x.npy".to_owned(), None));
    assert_eq!(file("table/"), ("table/".to_owned(), None));
}
