//! Stages of calls: one for each level, before the groups of that level.

use std::collections::HashMap;

use chunkwise_core::Grid;
use chunkwise_plan::{ArrayId, Call, CallStage, Operand, Stage, StageInfo, Value};
use smallvec::SmallVec;

use super::lists::Lists;
use super::stages::Build;
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::node::Kind;

/// Names in the label of a stage.
const SHOWN: usize = 6;

/// Where the value of a node comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The node is no value.
    None,
    /// It is there: its number among the sources.
    Constant(u32),
    /// A call: the stage, and its number in it.
    Call(u32, u32),
}

/// The calls of a graph that have no stage yet, those of lower levels first.
pub(super) struct Calls {
    calls: Vec<(u32, NodeId)>,
    /// How many have one.
    done: usize,
}

impl Calls {
    pub(super) fn new(graph: &Graph, levels: &[u32]) -> Self {
        let mut calls = Vec::new();
        for (id, node) in graph.nodes.iter().enumerate() {
            if matches!(node.kind, Kind::Call(_)) {
                calls.push((levels[id], id as NodeId));
            }
        }
        // Stable: within a level, inputs stay before readers.
        calls.sort_by_key(|(level, _)| *level);
        Calls { calls, done: 0 }
    }

    /// Adds the stages of all levels up to `level`.
    pub(super) fn up_to(&mut self, level: u32, graph: &Graph, build: &mut Build) {
        let levels = self.calls[self.done..].chunk_by(|a, b| a.0 == b.0);
        for calls in levels.take_while(|calls| calls[0].0 <= level) {
            add_stage(graph, calls, build);
            self.done += calls.len();
        }
    }
}

/// Adds one stage of calls, whose inputs have their stages.
fn add_stage(graph: &Graph, of_level: &[(u32, NodeId)], build: &mut Build) {
    let number = build.plan.stages.len() as u32;
    let first = build.sources.functions.len() as u32;
    let mut numbers: HashMap<usize, u32, BuildFast> = HashMap::default();
    let mut names: Vec<String> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut calls = Vec::with_capacity(of_level.len());
    let mut inputs = Lists::with_capacity(of_level.len());
    let mut reads: Vec<CallPlace> = Vec::new();
    if build.values.is_empty() {
        build.values.resize(graph.len(), Place::None);
    }
    for (unit, &(_, id)) in of_level.iter().enumerate() {
        let node = graph.node(id);
        let Kind::Call(function) = &node.kind else { unreachable!("only calls are listed") };
        let function_number = *numbers.entry(function.address()).or_insert_with(|| {
            build.sources.functions.push(function.clone());
            names.push(function.name().to_owned());
            counts.push(0);
            names.len() as u32 - 1
        });
        counts[function_number as usize] += 1;
        let mut bytes = function.bytes();
        reads.clear();
        let operands = operands(graph, id, build, (&mut reads, &mut bytes));
        calls.push(Call { function: function_number, operands, bytes, origin: node.location.into() });
        inputs.push(reads.iter().copied());
        build.values[id as usize] = Place::Call(number, unit as u32);
    }
    let origin = calls.last().expect("a stage of calls has some").origin.clone();
    let info = StageInfo { label: label(&names, &counts), origin, chunks: Grid::new([]) };
    build.plan.stages.push(Stage::Call(CallStage { info, names, first, calls }));
    build.call_inputs.insert(number, inputs);
}

/// A call that another reads: its stage, and its number in it.
pub(super) type CallPlace = (u32, u32);

/// The operands of a call. Adds the calls that it reads, each once, in the order of its inputs, and the bytes of the
/// arrays.
fn operands(
    graph: &Graph,
    id: NodeId,
    build: &mut Build,
    (reads, bytes): (&mut Vec<CallPlace>, &mut u64),
) -> SmallVec<[Operand; 2]> {
    /// Calls of more inputs look them up in a table.
    const MANY: usize = 16;
    let node = graph.node(id);
    let mut positions: HashMap<CallPlace, u32, BuildFast> = HashMap::default();
    let mut operands = SmallVec::with_capacity(node.inputs.len());
    for &input in &node.inputs {
        operands.push(match value(graph, input, build) {
            Place::Constant(number) => Operand::Constant(number),
            Place::Call(stage, unit) => {
                let place = (stage, unit);
                let next = reads.len() as u32;
                let position = if node.inputs.len() > MANY {
                    *positions.entry(place).or_insert(next)
                } else {
                    reads.iter().position(|read| *read == place).map_or(next, |at| at as u32)
                };
                if position == next {
                    reads.push(place);
                }
                Operand::Input(position)
            }
            Place::None => {
                let array =
                    build.array_of(input).expect("arrays that calls read are stored at a lower level");
                let source = build.plan.array(array);
                let elements = source.shape.iter().product::<usize>() as u64;
                *bytes = bytes.saturating_add(elements * source.dtype.size() as u64);
                Operand::Array(array)
            }
        });
    }
    operands
}

/// Where the value of a node comes from; constants become sources when they are first asked for.
pub(super) fn value(graph: &Graph, id: NodeId, build: &mut Build) -> Place {
    let Kind::Value { value, .. } = &graph.node(id).kind else {
        return build.values.get(id as usize).copied().unwrap_or(Place::None);
    };
    if build.values.is_empty() {
        build.values.resize(graph.len(), Place::None);
    }
    if build.values[id as usize] == Place::None {
        build.sources.values.push(value.clone());
        build.values[id as usize] = Place::Constant(build.sources.values.len() as u32 - 1);
    }
    build.values[id as usize]
}

/// The values of the chunks of an array: the constants among them, and the calls that make the others.
pub(super) fn chunks(
    graph: &Graph,
    id: NodeId,
    build: &mut Build,
) -> (Vec<Option<Value>>, Vec<Option<CallPlace>>) {
    let place = |&input: &NodeId| match value(graph, input, build) {
        Place::Constant(number) => (Some(build.sources.values[number as usize].clone()), None),
        Place::Call(stage, unit) => (None, Some((stage, unit))),
        Place::None => unreachable!("chunks are values"),
    };
    graph.node(id).inputs.iter().map(place).unzip()
}

/// The arrays among the operands of a call.
pub(super) fn arrays(call: &Call) -> impl Iterator<Item = ArrayId> {
    call.operands.iter().filter_map(|operand| match operand {
        Operand::Array(array) => Some(*array),
        Operand::Input(_) | Operand::Constant(_) => None,
    })
}

/// The functions of a stage by name, as in `load x12, clean x12, add x11`.
fn label(names: &[String], counts: &[usize]) -> String {
    let mut by_name: Vec<(&str, usize)> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for (name, count) in names.iter().zip(counts) {
        let position = *positions.entry(name).or_insert(by_name.len());
        match by_name.get_mut(position) {
            Some((_, sum)) => *sum += count,
            None => by_name.push((name, *count)),
        }
    }
    let more = if by_name.len() > SHOWN { ", .." } else { "" };
    let shown = by_name.iter().take(SHOWN).map(|(name, count)| match count {
        1 => (*name).to_owned(),
        _ => format!("{name} x{count}"),
    });
    shown.collect::<Vec<_>>().join(", ") + more
}
