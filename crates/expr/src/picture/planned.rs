//! Pictures of a plan.

use std::collections::BTreeSet;

use chunkwise_core::{Grid, counted};
use chunkwise_plan::{CombineStage, Plan, Root, ScanRole, Sources, Stage, Storage, Task, for_parts};

use super::names::{chunks, file, stage_family, tuple};
use super::{Drawn, MOST_EDGES, MOST_NODES, OpFamily, PictureGraph, PictureNode, PictureStage, check};
use crate::ExprError;

/// A plan, and what it reads without a task: arrays in memory, blocks persisted before.
pub(super) struct Planned {
    plan: Plan,
    /// Numbers of the arrays that no task makes.
    arrays: Vec<usize>,
    /// Tasks of each stage.
    tasks: Vec<u64>,
    sources: Sources,
}

impl Planned {
    pub(super) fn new(plan: Plan, sources: Sources) -> Planned {
        let is_given =
            |&i: &usize| matches!(plan.arrays[i].storage, Storage::Memory(_) | Storage::Persisted(..));
        let arrays = (0..plan.arrays.len()).filter(is_given).collect();
        let mut tasks = vec![0; plan.stages.len()];
        for task in &plan.tasks {
            tasks[task.stage as usize] += 1;
        }
        Planned { plan, arrays, tasks, sources }
    }

    /// The box of an array that is there before the plan runs.
    fn array(&self, number: usize) -> PictureNode {
        let array = &self.plan.arrays[number];
        let name = match &array.storage {
            Storage::Persisted(..) => "persisted",
            Storage::Memory(_) | Storage::Computed { .. } | Storage::Outside { .. } => "array",
        };
        let mut details = vec![format!("{} {}", tuple(&array.shape), array.dtype)];
        if let Storage::Persisted(source, _) = &array.storage {
            let tiles = self.sources.tiles[*source as usize].tiles.len();
            details.push(counted(tiles, "tile", "tiles").to_string());
        }
        PictureNode {
            name: name.to_owned(),
            family: OpFamily::Data,
            is_source: true,
            is_root: false,
            details,
            notes: vec!["in memory".to_owned()],
        }
    }

    /// The box of a stage, without details.
    fn stage(&self, number: usize, is_root: bool) -> PictureNode {
        let stage = &self.plan.stages[number];
        let info = stage.info();
        let (name, note) = match stage {
            Stage::Read(read) if !read.closure => file(&info.label),
            Stage::Read(_)
            | Stage::Fused(_)
            | Stage::Combine(_)
            | Stage::Write(_)
            | Stage::Reshape(_)
            | Stage::Contract(_)
            | Stage::Scan(_)
            | Stage::Order(_)
            | Stage::Call(_) => (info.label.clone(), None),
        };
        let mut notes: Vec<String> = note.into_iter().collect();
        notes.push(format!("over {}", tuple(&info.chunks.shape())));
        notes.push(format!("built at {}", info.origin));
        let is_source = matches!(stage, Stage::Read(_));
        PictureNode { name, family: stage_family(stage), is_source, is_root, details: Vec::new(), notes }
    }

    /// Which tasks make parts of results.
    fn roots(&self) -> Vec<bool> {
        let mut roots = vec![false; self.plan.tasks.len()];
        for root in &self.plan.roots {
            let id = match *root {
                Root::Array(id) | Root::Tiles(id) | Root::Selected(id) | Root::Written(id) => id,
                Root::Value(task) => {
                    roots[task as usize] = true;
                    continue;
                }
                Root::Constant(_) => continue,
            };
            if let Storage::Computed { tasks, .. } = &self.plan.array(id).storage {
                for &task in tasks.iter().filter(|&&task| task != Storage::UNUSED) {
                    roots[task as usize] = true;
                }
            }
        }
        roots
    }

    /// The units of what a combine stage computes.
    fn result_grid(&self, combine: &CombineStage) -> Option<&Grid> {
        let Stage::Fused(fused) = &self.plan.stages[combine.stage as usize] else { return None };
        match &self.plan.array(fused.reductions[combine.reduction as usize].array).storage {
            Storage::Computed { grid, .. } => Some(grid),
            Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => None,
        }
    }

    /// What tells a task from others of its stage.
    fn task_detail(&self, task: Task) -> Option<String> {
        let unit = task.unit as usize;
        match &self.plan.stages[task.stage as usize] {
            Stage::Fused(fused) if fused.units.count() > 1 => {
                Some(format!("unit {}", tuple(&fused.units.coords(unit))))
            }
            Stage::Fused(fused) => {
                let count = fused.info.chunks.count();
                (count > 1).then(|| format!("all {count} chunks"))
            }
            Stage::Combine(combine) => {
                let node = combine.nodes[unit];
                let grid = self.result_grid(combine);
                let cell = grid.filter(|grid| grid.count() > 1).map(|g| tuple(&g.coords(node.cell as usize)));
                match (cell, node.finish) {
                    (Some(cell), true) => Some(format!("unit {cell}")),
                    (Some(cell), false) => Some(format!("unit {cell}, in part")),
                    (None, finish) => (!finish).then(|| "in part".to_owned()),
                }
            }
            Stage::Read(read) => Some(format!("from {}", tuple(&read.boxes[unit].1))),
            Stage::Reshape(reshape) => Some(format!("unit {}", tuple(&reshape.units.coords(unit)))),
            Stage::Order(order) => Some(format!("unit {}", tuple(&order.units.coords(unit)))),
            Stage::Contract(contract) => contract.place(unit).map(|place| format!("cell {}", place.cell)),
            Stage::Scan(scan) => scan.place(unit).map(|place| {
                let what = match place.role {
                    ScanRole::Scan => "unit",
                    ScanRole::Total => "total of",
                    ScanRole::Before => "before",
                };
                format!("{what} {}", tuple(&scan.cells.coords(place.cell)))
            }),
            Stage::Write(_) | Stage::Call(_) => None,
        }
    }

    /// Calls `f` with every array that is there before and that a unit of a stage reads.
    fn for_given(&self, stage: &Stage, unit: usize, mut f: impl FnMut(usize)) {
        let (units, parts, variants) = match stage {
            Stage::Fused(fused) => (&fused.units, &fused.parts, &fused.variants),
            Stage::Order(order) => (&order.units, &order.elements.parts, &order.elements.variants),
            _ => return,
        };
        let (start, shape) = units.block(&units.coords(unit));
        for_parts(parts, &start, &shape, |part, _, _| {
            for input in &variants[part].inputs {
                if let Ok(position) = self.arrays.binary_search(&(input.array.0 as usize)) {
                    f(position);
                }
            }
        });
    }

    fn picture(&self, nodes: Vec<PictureNode>, edges: Vec<(u32, u32)>, blocks: bool) -> PictureGraph {
        let layers = self.tasks.iter().filter(|&&tasks| tasks > 0).count() as u64;
        let tasks = self.plan.tasks.len() as u64;
        PictureGraph { nodes, edges, stage: PictureStage::Planned, blocks, layers, tasks }
    }
}

impl Drawn for Planned {
    fn blocks(&self, most_nodes: usize, most_edges: usize) -> Result<PictureGraph, ExprError> {
        check("tasks", (self.arrays.len() + self.plan.tasks.len()) as u64, most_nodes)?;
        let mut nodes: Vec<PictureNode> = self.arrays.iter().map(|&array| self.array(array)).collect();
        let mut edges = Vec::new();
        let first = nodes.len() as u32;
        let roots = self.roots();
        for (id, &task) in self.plan.tasks.iter().enumerate() {
            let number = task.stage as usize;
            let at = nodes.len() as u32;
            let mut reads: BTreeSet<u32> =
                self.plan.graph.inputs(id as u32).iter().map(|input| first + input).collect();
            self.for_given(&self.plan.stages[number], task.unit as usize, |array| {
                reads.insert(array as u32);
            });
            edges.extend(reads.into_iter().map(|read| (read, at)));
            check("arrows", edges.len() as u64, most_edges)?;
            let mut node = self.stage(number, roots[id]);
            node.details.extend(self.task_detail(task));
            nodes.push(node);
        }
        Ok(self.picture(nodes, edges, true))
    }

    fn layers(&self) -> Result<PictureGraph, ExprError> {
        check("layers", (self.arrays.len() + self.plan.stages.len()) as u64, MOST_NODES)?;
        let given = self.arrays.len() as u32;
        let mut numbers = vec![u32::MAX; self.plan.stages.len()];
        let mut nodes: Vec<PictureNode> = self.arrays.iter().map(|&array| self.array(array)).collect();
        let mut is_root = vec![false; self.plan.stages.len()];
        for (task, root) in self.plan.tasks.iter().zip(self.roots()) {
            is_root[task.stage as usize] |= root;
        }
        for (number, stage) in self.plan.stages.iter().enumerate().filter(|(i, _)| self.tasks[*i] > 0) {
            numbers[number] = nodes.len() as u32;
            let mut node = self.stage(number, is_root[number]);
            let grid = &stage.info().chunks;
            let tasks = counted(self.tasks[number], "task", "tasks").to_string();
            node.details = match stage {
                Stage::Fused(_) | Stage::Order(_) => vec![
                    format!("over {}", tuple(&grid.shape())),
                    chunks(grid.count() as u64, &grid.largest()),
                    tasks,
                ],
                Stage::Read(_) => vec![tuple(&grid.shape()), tasks],
                Stage::Combine(_)
                | Stage::Write(_)
                | Stage::Reshape(_)
                | Stage::Contract(_)
                | Stage::Scan(_) => {
                    vec![format!("to {}", tuple(&grid.shape())), tasks]
                }
                Stage::Call(_) => vec![tasks],
            };
            nodes.push(node);
        }
        let mut edges: BTreeSet<(u32, u32)> = BTreeSet::new();
        for (id, task) in self.plan.tasks.iter().enumerate() {
            let to = numbers[task.stage as usize];
            for &input in self.plan.graph.inputs(id as u32) {
                let from = numbers[self.plan.tasks[input as usize].stage as usize];
                if from != to {
                    edges.insert((to, from));
                }
            }
            self.for_given(&self.plan.stages[task.stage as usize], task.unit as usize, |array| {
                debug_assert!((array as u32) < given);
                edges.insert((to, array as u32));
            });
        }
        check("arrows", edges.len() as u64, MOST_EDGES)?;
        Ok(self.picture(nodes, edges.into_iter().map(|(to, from)| (from, to)).collect(), false))
    }
}
