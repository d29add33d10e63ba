//! What a computation would do, before and after optimising, without doing it.

use std::fmt;

use chunkwise_core::{DType, Grid, Shape, counted};
use chunkwise_plan::{ArrayId, Plan, Stage, StageKind, Storage, Variant};

use crate::graph::Graph;
use crate::lower::{OutsideLine, Want, Within, lower_to_explain};
use crate::node::Kind;
use crate::passes::{merge_only, optimise};
use crate::picture::tuple;
use crate::{Expr, ExprError};

/// One layer of an expression: all blocks of one node.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Layer {
    /// The operation.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Shape of the array.
    pub shape: Shape,
    /// Shape of its largest chunk.
    pub chunk_shape: Shape,
    /// Number of chunks: one logical task each.
    pub tasks: u64,
    /// Bytes of the array.
    pub bytes: u64,
    /// The layers that it reads, by position.
    pub inputs: Vec<usize>,
    /// Whether it is a delayed value instead of an array: then dtype and shape say nothing.
    pub value: bool,
}

/// One stage of a plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StageLine {
    /// What its tasks do.
    pub kind: StageKind,
    /// The operations it runs.
    pub label: String,
    /// Shape of what it iterates over.
    pub shape: Shape,
    /// Shape of the largest of the user's chunks.
    pub chunk_shape: Shape,
    /// Logical tasks: chunks for fused stages, merges for combining ones.
    pub tasks: u64,
    /// Work units that run: many small chunks, or a slice of a large one, each.
    pub units: u64,
    /// Instructions of the largest program.
    pub instructions: usize,
    /// Arrays that the programs read.
    pub inputs: usize,
    /// Arrays stored and reductions fed.
    pub outputs: usize,
    /// Bytes of what it leaves in memory for others.
    pub bytes: u64,
}

/// What a computation would do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The expression as built, equal nodes merged; numbers that arrays are combined with, and values that
    /// are there already, are left out.
    pub before: Vec<Layer>,
    /// The stages that would run.
    pub after: Vec<StageLine>,
    /// The arrays that are kept outside of memory to stay within a limit.
    pub outside: Vec<OutsideLine>,
    /// Bytes of the arrays that are returned.
    pub returned_bytes: u64,
    /// The most bytes held at once when one thread runs the plan in order, returned arrays included.
    pub projected_peak: u64,
}

impl Explanation {
    /// Logical tasks as built.
    pub fn tasks_before(&self) -> u64 {
        self.before.iter().map(|layer| layer.tasks).sum()
    }

    /// Logical tasks after optimising.
    pub fn tasks_after(&self) -> u64 {
        self.after.iter().map(|stage| stage.tasks).sum()
    }

    /// Work units that would run.
    pub fn units(&self) -> u64 {
        self.after.iter().map(|stage| stage.units).sum()
    }
}

/// Explains the computation of some expressions, each wanted in its form, within a limit if there is one.
///
/// # Errors
/// As for [`plan`](crate::plan).
pub fn explain(
    roots: &[Expr],
    wants: &[Want],
    within: Option<&Within<'_>>,
) -> Result<Explanation, ExprError> {
    let graph = merge_only(Graph::import(roots))?;
    let before = layers(&graph);
    let (plan, outside) = lower_to_explain(&optimise(graph)?, wants, within)?;
    Ok(Explanation {
        before,
        after: stages(&plan),
        outside,
        returned_bytes: plan.returned_bytes(),
        projected_peak: plan.projected_peak(),
    })
}

fn bytes(shape: &[usize], dtype: DType) -> u64 {
    shape.iter().map(|&n| n as u64).product::<u64>() * dtype.size() as u64
}

fn layers(graph: &Graph) -> Vec<Layer> {
    let mut positions = vec![None; graph.len()];
    let mut layers = Vec::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        let there = matches!(node.kind, Kind::Value { .. });
        if there || matches!(node.kind, Kind::Fill(_)) && node.meta.shape.is_empty() {
            continue;
        }
        positions[id] = Some(layers.len());
        layers.push(Layer {
            name: node.kind.name().to_owned(),
            dtype: node.dtype,
            shape: node.meta.shape.clone(),
            chunk_shape: node.meta.grid.largest(),
            tasks: node.meta.grid.count() as u64,
            bytes: match &node.kind {
                Kind::Call(function) => function.bytes(),
                _ => bytes(&node.meta.shape, node.dtype),
            },
            inputs: node.inputs.iter().filter_map(|&input| positions[input as usize]).collect(),
            value: node.kind.is_value(),
        });
    }
    layers
}

fn stages(plan: &Plan) -> Vec<StageLine> {
    let mut units = vec![0u64; plan.stages.len()];
    for task in &plan.tasks {
        units[task.stage as usize] += 1;
    }
    let stored = |array: &ArrayId| {
        let array = plan.array(*array);
        match array.storage {
            Storage::Computed { returned: false, .. } => bytes(&array.shape, array.dtype),
            _ => 0,
        }
    };
    let line = |stage: &Stage, kind: StageKind, units: u64| {
        let chunks: &Grid = &stage.info().chunks;
        let mut line = StageLine {
            kind,
            label: stage.info().label.clone(),
            shape: chunks.shape(),
            chunk_shape: chunks.largest(),
            tasks: units,
            units,
            instructions: 0,
            inputs: 0,
            outputs: 1,
            bytes: 0,
        };
        // The user's chunks, where the units that there are cover all of them.
        let chunks_in = |of: usize| {
            let chunks = chunks.count() as u64;
            if units >= of as u64 { chunks } else { units.min(chunks) }
        };
        match stage {
            Stage::Fused(fused) => {
                line.tasks = chunks_in(fused.units.count());
                (line.instructions, line.inputs) = largest(&fused.variants);
                line.outputs = fused.stores.len() + fused.reductions.len();
                let arrays = fused.stores.iter().chain(fused.reductions.iter().map(|r| &r.array));
                line.bytes = arrays.map(stored).sum();
            }
            Stage::Combine(_) | Stage::Write(_) => line.inputs = 1,
            Stage::Read(read) => line.bytes = stored(&read.array),
            Stage::Reshape(reshape) => {
                line.tasks = chunks_in(reshape.units.count());
                line.inputs = 1;
                line.bytes = stored(&reshape.array);
            }
            Stage::Contract(contract) => {
                let operands = contract.operands();
                let variants = || operands.iter().flat_map(|operand| &operand.variants);
                line.instructions = variants().map(|v| v.program.instrs.len()).max().unwrap_or(0);
                line.inputs = variants().map(|v| v.inputs.len()).sum();
                line.bytes = stored(&contract.array);
            }
            Stage::Scan(scan) => {
                line.tasks = chunks_in(scan.cells.count());
                (line.instructions, line.inputs) = largest(&scan.operand.variants);
                line.bytes = stored(&scan.array);
            }
            Stage::Order(order) => {
                (line.instructions, line.inputs) = largest(&order.elements.variants);
                line.bytes = stored(&order.array);
            }
            Stage::Call(_) => {}
        }
        line
    };
    plan.stages
        .iter()
        .zip(plan.stage_kinds())
        .zip(&units)
        .filter(|(_, units)| **units > 0)
        .map(|((stage, kind), &units)| line(stage, kind, units))
        .collect()
}

/// The most instructions, and the most inputs, that one of these programs has.
fn largest(variants: &[Variant]) -> (usize, usize) {
    let instructions = variants.iter().map(|v| v.program.instrs.len()).max();
    let inputs = variants.iter().map(|v| v.inputs.len()).max();
    (instructions.unwrap_or(0), inputs.unwrap_or(0))
}

/// Lines of each half that are shown.
const SHOWN: usize = 40;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = counted(self.before.len(), "layer", "layers");
        writeln!(f, "as built: {layers}, {}", counted(self.tasks_before(), "task", "tasks"))?;
        for (i, layer) in self.before.iter().enumerate().take(SHOWN) {
            let inputs: Vec<String> = layer.inputs.iter().map(|input| format!("#{input}")).collect();
            let call = format!("{} {}", layer.name, inputs.join(" "));
            if layer.value {
                writeln!(f, "  #{i:<3} {call:<22} a value")?;
                continue;
            }
            writeln!(
                f,
                "  #{i:<3} {call:<22} {} {}, chunks {}, {}, {}",
                layer.dtype,
                tuple(&layer.shape),
                tuple(&layer.chunk_shape),
                counted(layer.tasks, "task", "tasks"),
                Bytes(layer.bytes),
            )?;
        }
        more(f, self.before.len())?;
        writeln!(
            f,
            "optimised: {}, {} in {}",
            counted(self.after.len(), "stage", "stages"),
            counted(self.tasks_after(), "task", "tasks"),
            counted(self.units(), "work unit", "work units")
        )?;
        for stage in self.after.iter().take(SHOWN) {
            let kind = stage.kind.word();
            if stage.kind == StageKind::Call {
                writeln!(f, "  {kind:<5} [{}] {}", stage.label, counted(stage.tasks, "task", "tasks"))?;
                continue;
            }
            writeln!(
                f,
                "  {kind:<5} [{}] over {}, chunks {}, {}, {}, keeps {}",
                stage.label,
                tuple(&stage.shape),
                tuple(&stage.chunk_shape),
                counted(stage.tasks, "task", "tasks"),
                counted(stage.units, "unit", "units"),
                Bytes(stage.bytes),
            )?;
        }
        more(f, self.after.len())?;
        for line in &self.outside {
            match line.written {
                0 => writeln!(f, "  reads {} of [{}] where it is", Bytes(line.read), line.label)?,
                written => writeln!(
                    f,
                    "  spills [{}]: writes {} in one pass, reads {} of it",
                    line.label,
                    Bytes(written),
                    Bytes(line.read)
                )?,
            }
        }
        write!(f, "returns {}, projected peak {}", Bytes(self.returned_bytes), Bytes(self.projected_peak))
    }
}

fn more(f: &mut fmt::Formatter<'_>, len: usize) -> fmt::Result {
    if len > SHOWN { writeln!(f, "  .. {} more", len - SHOWN) } else { Ok(()) }
}

/// Bytes with a binary unit.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        if unit == 0 { write!(f, "{} B", self.0) } else { write!(f, "{value:.1} {}", UNITS[unit]) }
    }
}
