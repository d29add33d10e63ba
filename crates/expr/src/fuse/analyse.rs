//! Decides what is kept in memory and which sinks are computed together.
//!
//! A node is evaluated in a *context*: an iteration space, and the view of the node that it asks for. One
//! context means one evaluation per element, however many readers there are. A node with several contexts is
//! evaluated once in each when that is cheaper than keeping it, and kept otherwise; closures are always kept,
//! because a user's function runs once per element. Keeping a node moves its readers to a later level, which
//! may give others several contexts, so the decision is repeated until nothing changes.
//!
//! Each operand of a contraction is a context of its own, which may repeat its elements. They are evaluated where
//! they are multiplied unless that costs noticeably more than the products.

use std::collections::HashMap;
use std::sync::Arc;

use chunkwise_core::View;
use smallvec::SmallVec;

use crate::contract;
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::node::{Kind, MetaRef};
use crate::ops;

/// What evaluating an element again may cost, in the unit of [`ops::cost`], before it is kept instead: about
/// the time of writing and reading it.
const RECOMPUTE_LIMIT: u32 = 8;

/// The same for what only contractions read: less than a user's function costs, more than `x + x.t()` of normal
/// draws. Each evaluation of an element feeds a thousand products or more, next to which even this is a fraction,
/// and the operand is never stored.
const OPERAND_LIMIT: u32 = 96;

/// More contexts than this and a node is kept, whatever it costs.
const MAX_CONTEXTS: usize = 16;

/// Something that a group computes to memory: a stored node, or a reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sink {
    /// The node whose elements are computed.
    pub(crate) value: NodeId,
    /// The node that reduces them; `None` to store them.
    pub(crate) reduce: Option<NodeId>,
    /// The groups of the elements, or the mask that says which of them are meant.
    pub(crate) by: Option<NodeId>,
    /// The contraction, scan or order statistic that they are an operand of, which neither reduces nor stores them.
    pub(crate) operand_of: Option<NodeId>,
}

impl Sink {
    /// Whether the node is computed even if others load it.
    pub(crate) fn for_itself(&self) -> bool {
        self.reduce.is_none() && self.operand_of.is_none()
    }
}

/// Sinks computed together.
pub(crate) struct Group {
    /// Iteration space.
    pub(crate) space: MetaRef,
    /// Groups and calls read those of lower levels, and calls of their own.
    pub(crate) level: u32,
    pub(crate) sinks: Vec<Sink>,
}

/// An iteration space at a level: sinks of one class may be computed together.
type Class = u32;

/// A class and a view from its space, by number.
type Context = u32;

#[derive(Default)]
struct Contexts {
    ids: HashMap<(Class, Arc<View>), Context, BuildFast>,
    all: Vec<(Class, Arc<View>)>,
}

impl Contexts {
    fn intern(&mut self, class: Class, view: Arc<View>) -> Context {
        let all = &mut self.all;
        *self.ids.entry((class, view)).or_insert_with_key(|key| {
            all.push(key.clone());
            all.len() as Context - 1
        })
    }
}

/// What is computed together, and when.
pub(crate) struct Analysis {
    /// In an order in which every group comes after those that it reads.
    pub(crate) groups: Vec<Group>,
    /// For each node whether it is kept in memory.
    pub(crate) kept: Vec<bool>,
    /// The level of each node: calls come before the groups of their level.
    pub(crate) levels: Vec<u32>,
}

/// Decides what is kept, and forms the groups.
pub(crate) fn analyse(graph: &Graph) -> Analysis {
    if graph.features.only_values() {
        let (kept, levels) = (vec![false; graph.len()], vec![0; graph.len()]);
        return Analysis { groups: Vec::new(), kept, levels };
    }
    let costs = |kept: &[bool]| {
        let mut costs = vec![0u32; graph.len()];
        for (id, node) in graph.nodes.iter().enumerate() {
            let below = || node.inputs.iter().map(|&i| if kept[i as usize] { 0 } else { costs[i as usize] });
            costs[id] = match &node.kind {
                Kind::Elementwise(op) => below().fold(ops::cost(op), u32::saturating_add),
                Kind::View(_) | Kind::Rechunk | Kind::Concatenate { .. } => below().max().unwrap_or(0),
                _ => 0,
            };
        }
        costs
    };
    let own = |kind: &Kind| kind.is_sink();
    let mut kept: Vec<bool> = graph.nodes.iter().map(|n| own(&n.kind)).collect();
    for node in graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Reshape)) {
        let input = node.inputs[0];
        kept[input as usize] |= !graph.node(input).kind.is_given();
    }
    loop {
        let mut round = Round::new(graph, &kept);
        let more = round.propagate(&costs(&kept));
        if more.is_empty() {
            let levels = std::mem::take(&mut round.levels);
            return Analysis { groups: round.groups(), kept, levels };
        }
        for id in more {
            kept[id as usize] = true;
        }
    }
}

/// What reads the elements of a class, and in what portions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Sinks that share their units with others over the same space.
    Units,
    /// One sink that has units of its own.
    OwnUnits,
    /// One operand, which is worth much more work than memory; whether elements are evaluated repeatedly.
    Operand { repeats: bool },
}

/// One attempt, with what is kept so far.
struct Round<'a> {
    graph: &'a Graph,
    kept: &'a [bool],
    levels: Vec<u32>,
    sinks: Vec<Sink>,
    /// Class of each sink, and its union-find parent.
    sink_classes: Vec<Class>,
    parents: Vec<u32>,
    classes: Vec<(u32, MetaRef)>,
    /// Per class, what it is for.
    readers: Vec<Reader>,
    contexts: Contexts,
    /// Per node, the contexts it is evaluated in, each with one sink that it is for.
    evaluated: Vec<SmallVec<[(Context, u32); 1]>>,
}

impl<'a> Round<'a> {
    fn new(graph: &'a Graph, kept: &'a [bool]) -> Self {
        let mut round = Round {
            graph,
            kept,
            levels: vec![0u32; graph.len()],
            sinks: Vec::new(),
            sink_classes: Vec::new(),
            parents: Vec::new(),
            classes: Vec::new(),
            readers: Vec::new(),
            contexts: Contexts::default(),
            evaluated: vec![SmallVec::new(); graph.len()],
        };
        let mut stored = kept.to_vec();
        for &root in &graph.roots {
            stored[root as usize] = !graph.node(root).kind.is_value();
        }
        // Calls read whole arrays.
        for node in graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Call(_))) {
            for &input in &node.inputs {
                stored[input as usize] |= !graph.node(input).kind.is_value();
            }
        }
        let mut levels = std::mem::take(&mut round.levels);
        for (id, node) in graph.nodes.iter().enumerate() {
            let reads_whole = |i: NodeId| node.kind.is_value() && !graph.node(i).kind.is_value();
            let after = |i: NodeId| u32::from(kept[i as usize] || reads_whole(i));
            let level = node.inputs.iter().map(|&i| levels[i as usize] + after(i)).max();
            levels[id] = level.unwrap_or(0);
            let id = id as NodeId;
            match node.kind {
                Kind::Reduce { .. } => {
                    let value = node.inputs[0];
                    round.sink(
                        Sink { value, reduce: Some(id), by: None, operand_of: None },
                        levels[id as usize],
                        &graph.node(value).meta,
                    );
                }
                Kind::Grouped { .. } | Kind::Selection(_) => {
                    let (value, by) = (node.inputs[0], Some(node.inputs[1]));
                    let sink = Sink { value, reduce: Some(id), by, operand_of: None };
                    let (level, space) = (levels[id as usize], &graph.node(value).meta);
                    match node.kind {
                        Kind::Grouped { .. } => round.sink(sink, level, space),
                        _ => round.sink_alone(sink, level, space, Reader::OwnUnits),
                    }
                }
                Kind::Contract { .. } => round.operands_of(id, levels[id as usize]),
                Kind::Scan { .. } | Kind::Order { .. } => {
                    let (value, by) = (node.inputs[0], node.inputs.get(1).copied());
                    let sink = Sink { value, reduce: None, by, operand_of: Some(id) };
                    let reader = match node.kind {
                        Kind::Scan { .. } => Reader::OwnUnits,
                        _ => Reader::Operand { repeats: false },
                    };
                    round.sink_alone(sink, levels[id as usize], &graph.node(value).meta, reader);
                }
                _ if stored[id as usize] => {
                    let sink = Sink { value: id, reduce: None, by: None, operand_of: None };
                    round.sink(sink, levels[id as usize], &node.meta);
                }
                _ => {}
            }
        }
        round.levels = levels;
        round
    }

    fn sink(&mut self, sink: Sink, level: u32, space: &MetaRef) {
        let shared = |(class, (l, m)): (usize, &(u32, MetaRef))| {
            *l == level && self.readers[class] == Reader::Units && MetaRef::same(m, space)
        };
        let known =
            self.classes.iter().enumerate().rev().find(|&entry| shared(entry)).map(|(class, _)| class);
        let class = known.unwrap_or_else(|| self.class(level, space, Reader::Units));
        self.sink_in(class as Class, sink, space);
    }

    /// Adds a sink in a class that no other shares.
    fn sink_alone(&mut self, sink: Sink, level: u32, space: &MetaRef, reader: Reader) {
        let class = self.class(level, space, reader);
        self.sink_in(class as Class, sink, space);
    }

    fn class(&mut self, level: u32, space: &MetaRef, reader: Reader) -> usize {
        self.classes.push((level, space.clone()));
        self.readers.push(reader);
        self.classes.len() - 1
    }

    /// Adds the operands of a contraction, each in a class that nobody shares.
    fn operands_of(&mut self, id: NodeId, level: u32) {
        let node = self.graph.node(id);
        let Kind::Contract { axes, .. } = &node.kind else { unreachable!("a contraction's node") };
        let first = self.sinks.len() as u32;
        for (side, &value) in node.inputs.iter().enumerate() {
            let operands = [0, 1].map(|i| &self.graph.node(node.inputs[i]).meta.shape[..]);
            let repeats = contract::repeats(*axes, operands, side);
            let sink = Sink { value, reduce: None, by: None, operand_of: Some(id) };
            self.sink_alone(sink, level, &self.graph.node(value).meta, Reader::Operand { repeats });
        }
        self.union(first, first + 1);
    }

    fn sink_in(&mut self, class: Class, sink: Sink, space: &MetaRef) {
        let number = self.sinks.len() as u32;
        let context = self.contexts.intern(class, Arc::new(View::identity(&space.shape)));
        self.sinks.push(sink);
        self.sink_classes.push(class);
        self.parents.push(number);
        // A node kept or stored is evaluated for itself; the operand of a reduction only if it is not kept.
        self.evaluate(sink.value, context, number, sink.for_itself());
        if let Some(by) = sink.by {
            self.evaluate(by, context, number, false);
        }
    }

    /// Notes that `id` is evaluated, or loaded, in a context for a sink.
    fn evaluate(&mut self, id: NodeId, context: Context, sink: u32, for_itself: bool) {
        if matches!(self.graph.node(id).kind, Kind::Fill(_) | Kind::Coord(_)) {
            return;
        }
        if let Some(&(_, other)) = self.evaluated[id as usize].iter().find(|(c, _)| *c == context) {
            self.union(sink, other);
        } else if for_itself {
            self.evaluated[id as usize].insert(0, (context, sink));
        } else {
            self.evaluated[id as usize].push((context, sink));
        }
    }

    fn find(&mut self, mut sink: u32) -> u32 {
        while self.parents[sink as usize] != sink {
            let parent = self.parents[sink as usize];
            self.parents[sink as usize] = self.parents[parent as usize];
            sink = parent;
        }
        sink
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// Carries contexts from the sinks to the sources. Returns the nodes that should be kept as well.
    fn propagate(&mut self, costs: &[u32]) -> Vec<NodeId> {
        let mut more = Vec::new();
        for id in (0..self.graph.len() as NodeId).rev() {
            let node = self.graph.node(id);
            let mut here = std::mem::take(&mut self.evaluated[id as usize]);
            if here.is_empty() || node.inputs.is_empty() || node.kind.is_sink() {
                continue;
            }
            if self.kept[id as usize] {
                // Readers load it; only its own evaluation asks for the inputs.
                here.truncate(1);
            } else if self.should_keep(id, &here, costs) {
                more.push(id);
                // From now on it has one evaluation, in a class of its own.
                let class = u32::MAX - id;
                let own = self.contexts.intern(class, Arc::new(View::identity(&node.meta.shape)));
                here.truncate(1);
                here[0].0 = own;
            }
            for (context, sink) in here {
                self.visit_inputs(id, context, sink);
            }
        }
        more
    }

    fn should_keep(&self, id: NodeId, contexts: &[(Context, u32)], costs: &[u32]) -> bool {
        if !matches!(self.graph.node(id).kind, Kind::Elementwise(_)) {
            return false;
        }
        // A node kept a moment ago has a class of its own, which is beyond those of sinks.
        let reader = |class: Class| self.readers.get(class as usize).copied().unwrap_or(Reader::Units);
        let of = |context: Context| {
            let (class, view) = &self.contexts.all[context as usize];
            (reader(*class), view)
        };
        let repeats = |&(context, _): &(Context, u32)| {
            let (reader, view) = of(context);
            view.repeats() || reader == Reader::Operand { repeats: true }
        };
        let only_operands = contexts.iter().all(|&(c, _)| matches!(of(c).0, Reader::Operand { .. }));
        let limit = if only_operands { OPERAND_LIMIT } else { RECOMPUTE_LIMIT };
        contexts.len() > MAX_CONTEXTS
            || (costs[id as usize] > limit && (contexts.len() > 1 || contexts.iter().any(repeats)))
    }

    fn visit_inputs(&mut self, id: NodeId, context: Context, sink: u32) {
        let node = self.graph.node(id);
        let (class, view) = self.contexts.all[context as usize].clone();
        match &node.kind {
            Kind::Elementwise(_) => {
                for &input in &node.inputs {
                    let scalar = self.graph.node(input).meta.shape.is_empty() && !node.meta.shape.is_empty();
                    let context = if scalar {
                        if matches!(self.graph.node(input).kind, Kind::Fill(_)) {
                            continue;
                        }
                        self.contexts.intern(class, Arc::new(scalar_view(&view)))
                    } else {
                        context
                    };
                    self.evaluate(input, context, sink, false);
                }
            }
            Kind::View(inner) => {
                let context = self.contexts.intern(class, Arc::new(inner.then(&view)));
                self.evaluate(node.inputs[0], context, sink, false);
            }
            Kind::Rechunk => self.evaluate(node.inputs[0], context, sink, false),
            Kind::Concatenate { axis } => {
                let mut begin = 0;
                for &input in &node.inputs {
                    let len = self.graph.node(input).meta.shape[*axis];
                    if reaches_part(&view, *axis, begin, len) {
                        let context = self.contexts.intern(class, Arc::new(part_view(&view, *axis, begin)));
                        self.evaluate(input, context, sink, false);
                    }
                    begin += len;
                }
            }
            Kind::Reduce { .. }
            | Kind::Grouped { .. }
            | Kind::Selection(_)
            | Kind::Reshape
            | Kind::Contract { .. }
            | Kind::Scan { .. }
            | Kind::Order { .. }
            | Kind::Fill(_)
            | Kind::Coord(_)
            | Kind::Memory(_)
            | Kind::Persisted(_)
            | Kind::Region(_)
            | Kind::Blocks { .. }
            | Kind::Value { .. }
            | Kind::Call(_)
            | Kind::FromValues(_) => {}
        }
    }

    fn groups(mut self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut numbers: HashMap<u32, usize, BuildFast> = HashMap::default();
        for i in 0..self.sinks.len() {
            let head = self.find(i as u32);
            let (level, space) = &self.classes[self.sink_classes[i] as usize];
            let number = *numbers.entry(head).or_insert_with(|| {
                groups.push(Group { space: space.clone(), level: *level, sinks: Vec::new() });
                groups.len() - 1
            });
            groups[number].sinks.push(self.sinks[i]);
        }
        // Stable: groups of one level keep the order of their first sinks.
        groups.sort_by_key(|group| group.level);
        groups
    }
}

/// The view that repeats a 0-d array over the space of `view`.
pub(super) fn scalar_view(view: &View) -> View {
    View { shape: view.shape.clone(), source: SmallVec::new() }
}

/// The view of the part of a concatenation that begins at `begin`. Outside of the part it reaches beyond the
/// part's elements; it is only used inside.
pub(super) fn part_view(view: &View, axis: usize, begin: usize) -> View {
    let mut part = view.clone();
    part.source[axis].start = part.source[axis].start.wrapping_sub(begin);
    part
}

/// Whether a view of a concatenation may see anything of the part of this length that begins at `begin`.
///
/// Views of parts reach beyond them, and so may miss parts of what lies below altogether. Following them there
/// would ask for contexts that nobody is in, as many as there are paths through nested concatenations.
pub(super) fn reaches_part(view: &View, axis: usize, begin: usize, len: usize) -> bool {
    if view.shape.contains(&0) {
        return true;
    }
    let map = view.source[axis];
    let first = map.start as isize;
    let steps = map.axis.map_or(0, |i| view.shape[i] - 1) as isize;
    let last = first.wrapping_add(map.step.wrapping_mul(steps));
    first.min(last) < (begin + len) as isize && first.max(last) >= begin as isize
}
