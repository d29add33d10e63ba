//! What boxes are called, and which family they belong to.

use chunkwise_core::{Shape, View};
use chunkwise_kernels::Op;
use chunkwise_plan::Stage;

use super::OpFamily;
use crate::graph::{Graph, GraphNode};
use crate::node::Kind;

/// Whether a node is not drawn: numbers that arrays are combined with, and values that functions are called with.
pub(super) fn is_number(node: &GraphNode) -> bool {
    match &node.kind {
        Kind::Fill(_) => node.meta.shape.is_empty(),
        Kind::Value { guard, .. } => guard.is_none(),
        _ => false,
    }
}

/// Whether a node computes from positions alone, so that the coordinates it reads are not worth a box.
pub(super) fn is_function_of_position(graph: &Graph, node: &GraphNode) -> bool {
    let from_coords = |&input: &u32| {
        let input = graph.node(input);
        matches!(input.kind, Kind::Coord(_)) || is_number(input)
    };
    matches!(node.kind, Kind::Elementwise(Op::Closure(_) | Op::Draw(_)))
        && node.inputs.iter().all(from_coords)
}

/// The family of a node, by its kind.
pub(super) fn family(graph: &Graph, node: &GraphNode) -> OpFamily {
    match &node.kind {
        Kind::Order { op, .. } if op.keeps_elements() => OpFamily::Structure,
        Kind::Order { .. } => OpFamily::Reduction,
        Kind::Memory(_) | Kind::Persisted(_) | Kind::Region(_) | Kind::Value { .. } => OpFamily::Data,
        Kind::Fill(_) | Kind::Coord(_) | Kind::Blocks { .. } => OpFamily::Generator,
        Kind::Elementwise(Op::Closure(_) | Op::Draw(_)) if is_function_of_position(graph, node) => {
            OpFamily::Generator
        }
        Kind::Elementwise(Op::Closure(_)) | Kind::Call(_) => OpFamily::Function,
        Kind::Elementwise(_) => OpFamily::Elementwise,
        Kind::Reduce { .. } | Kind::Grouped { .. } | Kind::Contract { .. } | Kind::Scan { .. } => {
            OpFamily::Reduction
        }
        Kind::View(_) => OpFamily::View,
        Kind::Concatenate { .. }
        | Kind::Rechunk
        | Kind::Reshape
        | Kind::Selection(_)
        | Kind::FromValues(_) => OpFamily::Structure,
    }
}

/// What a node is called, and what else is to be known of its name.
pub(super) fn name(graph: &Graph, node: &GraphNode) -> (String, Option<String>) {
    let plain = node.kind.name();
    match &node.kind {
        Kind::Fill(value) => (format!("{plain} {value}"), None),
        Kind::Coord(steps) => {
            let axes: Vec<usize> = (0..steps.len()).filter(|&k| steps[k] != 0).collect();
            match axes[..] {
                [axis] => (format!("coordinate {axis}"), None),
                _ => ("position".to_owned(), None),
            }
        }
        Kind::Memory(_) => ("array".to_owned(), Some("in memory".to_owned())),
        Kind::Region(source) => file(&source.name()),
        Kind::Elementwise(Op::Cast(dtype)) => (format!("{plain} to {dtype}"), None),
        Kind::Elementwise(Op::Powi(n)) => (format!("{plain} {n}"), None),
        Kind::Elementwise(Op::Closure(_) | Op::Draw(_)) if is_function_of_position(graph, node) => {
            (plain.to_owned(), None)
        }
        Kind::Elementwise(_) => (with_numbers(graph, node, plain), None),
        Kind::Reduce { axes, .. } | Kind::Grouped { axes, .. } | Kind::Order { axes, .. } => {
            let input = graph.node(node.inputs[0]).meta.shape.len();
            let reduced: Vec<usize> = (0..input).filter(|k| axes & (1 << k) != 0).collect();
            let note = match &reduced[..] {
                _ if reduced.len() == input => "over all axes".to_owned(),
                [axis] => format!("over axis {axis}"),
                axes => format!("over axes {axes:?}"),
            };
            (plain.to_owned(), Some(note))
        }
        Kind::View(view) => (view_name(view, &graph.node(node.inputs[0]).meta.shape).to_owned(), None),
        Kind::Concatenate { axis } | Kind::Scan { axis, .. } => {
            (plain.to_owned(), Some(format!("along axis {axis}")))
        }
        Kind::Persisted(_)
        | Kind::Blocks { .. }
        | Kind::Rechunk
        | Kind::Reshape
        | Kind::Contract { .. }
        | Kind::Selection(_)
        | Kind::Value { .. }
        | Kind::Call(_)
        | Kind::FromValues(_) => (plain.to_owned(), None),
    }
}

/// The last part of a path, and the path.
pub(super) fn file(path: &str) -> (String, Option<String>) {
    match path.rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() && name != path => (name.to_owned(), Some(path.to_owned())),
        _ => (path.to_owned(), None),
    }
}

/// As in `mul 2.0` and `sub(1.0, ·)`.
fn with_numbers(graph: &Graph, node: &GraphNode, name: &str) -> String {
    let numbers: Vec<Option<String>> = node
        .inputs
        .iter()
        .map(|&input| match graph.node(input) {
            GraphNode { kind: Kind::Fill(value), meta, .. } if meta.shape.is_empty() => {
                Some(value.to_string())
            }
            _ => None,
        })
        .collect();
    if numbers.iter().all(Option::is_none) {
        return name.to_owned();
    }
    if numbers[0].is_none() {
        let numbers: Vec<String> = numbers.into_iter().flatten().collect();
        return format!("{name} {}", numbers.join(" "));
    }
    let operands: Vec<String> = numbers.into_iter().map(|n| n.unwrap_or_else(|| "·".to_owned())).collect();
    format!("{name}({})", operands.join(", "))
}

/// The one thing that a view does, if it does one that has a name.
fn view_name(view: &View, source: &[usize]) -> &'static str {
    let ndim = view.shape.len();
    if view.repeats() {
        return "broadcast";
    }
    if (0..ndim).any(|i| view.drivers(i).count() > 1) {
        return "diagonal";
    }
    let order: Vec<usize> = view.source.iter().filter_map(|m| m.axis).collect();
    let is_whole = |k: usize| {
        let m = view.source[k];
        m.axis.is_some_and(|i| view.shape[i] == source[k])
    };
    let moved = || (0..source.len()).any(|k| !is_whole(k) && source[k] != 1);
    let flipped = |k: usize| view.source[k].step < 0 && source[k] > 1;
    if !order.is_sorted() {
        return if moved() || (0..source.len()).any(flipped) { "view" } else { "transpose" };
    }
    if moved() {
        return "slice";
    }
    if (0..source.len()).any(flipped) {
        return "flip";
    }
    if ndim == source.len() { "view" } else { "reshape" }
}

/// The family of a stage of a plan.
pub(super) fn stage_family(stage: &Stage) -> OpFamily {
    match stage {
        Stage::Fused(fused) if !fused.reductions.is_empty() => OpFamily::Reduction,
        Stage::Fused(fused) if !fused.selections.is_empty() => OpFamily::Structure,
        Stage::Fused(fused) if fused.variants.iter().all(|v| v.program.instrs.is_empty()) => {
            OpFamily::Structure
        }
        Stage::Fused(_) => OpFamily::Elementwise,
        Stage::Order(order) if order.op.keeps_elements() => OpFamily::Structure,
        Stage::Combine(_) | Stage::Contract(_) | Stage::Scan(_) | Stage::Order(_) => OpFamily::Reduction,
        Stage::Reshape(_) => OpFamily::Structure,
        Stage::Call(_) => OpFamily::Function,
        Stage::Read(read) if read.closure => OpFamily::Generator,
        Stage::Read(_) | Stage::Write(_) => OpFamily::Data,
    }
}

/// A shape as users write it: `(3, 4)`, `(3,)`, `()`.
pub(crate) fn tuple(shape: &[usize]) -> String {
    match shape {
        [n] => format!("({n},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// As in `25 chunks of (1000, 1000)`.
pub(super) fn chunks(count: u64, largest: &Shape) -> String {
    if count == 1 { "1 chunk".to_owned() } else { format!("{count} chunks of {}", tuple(largest)) }
}
