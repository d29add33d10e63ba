//! Tasks with dense ids, their edges and their bytes: all that a scheduler needs to know.

/// A task of a plan: dense, from zero. Ids are priorities too: the order of ids is depth first, and a lower
/// id is the better one to run next.
pub type TaskId = u32;

/// The dependency structure of a plan.
///
/// Tasks are numbered in a depth-first order in which every task comes after its inputs, so that running them
/// by id frees results as early as possible.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TaskGraph {
    /// `inputs[input_starts[t]..input_starts[t + 1]]` are the inputs of task `t`.
    input_starts: Vec<u32>,
    inputs: Vec<TaskId>,
    output_bytes: Vec<u64>,
    scratch_bytes: Vec<u64>,
    kept: Vec<TaskId>,
    held_throughout: u64,
}

impl TaskGraph {
    /// A graph without tasks.
    pub fn new() -> Self {
        TaskGraph { input_starts: vec![0], ..TaskGraph::default() }
    }

    /// The number of edges.
    pub fn edges(&self) -> usize {
        self.inputs.len()
    }

    /// Adds a task that reads the results of `inputs`, each named once, all of them added before.
    ///
    /// `output_bytes` is held from the start of the task until its last reader has run, `scratch_bytes` while
    /// it runs.
    pub fn push(&mut self, inputs: &[TaskId], output_bytes: u64, scratch_bytes: u64) -> TaskId {
        let id = TaskId::try_from(self.len()).expect("fewer than 2^32 tasks");
        debug_assert!(inputs.iter().all(|&i| i < id));
        self.inputs.extend_from_slice(inputs);
        self.input_starts.push(u32::try_from(self.inputs.len()).expect("fewer than 2^32 edges"));
        self.output_bytes.push(output_bytes);
        self.scratch_bytes.push(scratch_bytes);
        id
    }

    /// Marks a task whose result the caller wants: it is kept to the end and handed back.
    pub fn keep(&mut self, task: TaskId) {
        self.kept.push(task);
    }

    /// Adds bytes that are held from the first task to the last, whatever runs: the arrays to return.
    pub fn hold(&mut self, bytes: u64) {
        self.held_throughout += bytes;
    }

    /// Bytes that are held from the first task to the last.
    pub fn held_throughout(&self) -> u64 {
        self.held_throughout
    }

    /// Number of tasks.
    pub fn len(&self) -> usize {
        self.output_bytes.len()
    }

    /// Whether there are no tasks.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tasks whose results a task reads.
    pub fn inputs(&self, task: TaskId) -> &[TaskId] {
        let t = task as usize;
        &self.inputs[self.input_starts[t] as usize..self.input_starts[t + 1] as usize]
    }

    /// Bytes of a task's result.
    pub fn output_bytes(&self, task: TaskId) -> u64 {
        self.output_bytes[task as usize]
    }

    /// Bytes that a task needs while it runs, besides its inputs and its result.
    pub fn scratch_bytes(&self, task: TaskId) -> u64 {
        self.scratch_bytes[task as usize]
    }

    /// The tasks whose results are handed back, in the order in which they were marked.
    pub fn kept(&self) -> &[TaskId] {
        &self.kept
    }

    /// The tasks that read each task, as offsets and readers: those of task `t` are
    /// `readers[starts[t]..starts[t + 1]]`.
    pub fn readers(&self) -> (Vec<u32>, Vec<TaskId>) {
        let mut starts = vec![0u32; self.len() + 1];
        for &input in &self.inputs {
            starts[input as usize + 1] += 1;
        }
        for t in 0..self.len() {
            starts[t + 1] += starts[t];
        }
        let mut next = starts.clone();
        let mut readers = vec![0; self.inputs.len()];
        for task in 0..self.len() as TaskId {
            for &input in self.inputs(task) {
                let slot = &mut next[input as usize];
                readers[*slot as usize] = task;
                *slot += 1;
            }
        }
        (starts, readers)
    }

    /// The most bytes held at once when one thread runs the tasks in order of their ids.
    pub fn projected_peak(&self) -> u64 {
        let mut last_reader = vec![None; self.len()];
        for task in 0..self.len() as TaskId {
            for &input in self.inputs(task) {
                last_reader[input as usize] = Some(task);
            }
        }
        for &task in &self.kept {
            last_reader[task as usize] = Some(TaskId::MAX);
        }
        let (mut held, mut peak) = (self.held_throughout, self.held_throughout);
        for task in 0..self.len() as TaskId {
            held += self.output_bytes(task);
            peak = peak.max(held + self.scratch_bytes(task));
            let freed = |t: TaskId| self.output_bytes(t);
            held -= self
                .inputs(task)
                .iter()
                .filter(|&&i| last_reader[i as usize] == Some(task))
                .map(|&i| freed(i))
                .sum::<u64>();
            if last_reader[task as usize].is_none() {
                held -= freed(task);
            }
        }
        peak
    }

    /// Checks what holds for a graph that was built by [`push`](Self::push), and may not for one that arrived.
    pub(crate) fn check(&self) -> Result<(), String> {
        let tasks = self.len();
        let starts_fit = (tasks == 0 && self.input_starts.is_empty())
            || (self.input_starts.len() == tasks + 1
                && self.input_starts[0] == 0
                && self.input_starts.is_sorted()
                && self.input_starts[tasks] as usize == self.inputs.len());
        if !starts_fit || self.scratch_bytes.len() != tasks || TaskId::try_from(tasks).is_err() {
            return Err(format!("the edges do not belong to {tasks} tasks"));
        }
        let mut named_by = vec![TaskId::MAX; tasks];
        for task in 0..tasks as TaskId {
            for &input in self.inputs(task) {
                if input >= task {
                    return Err(format!("task {task} reads task {input}, which does not come before it"));
                }
                if std::mem::replace(&mut named_by[input as usize], task) == task {
                    return Err(format!("task {task} names task {input} twice"));
                }
            }
        }
        if let Some(task) = self.kept.iter().find(|&&task| task as usize >= tasks) {
            return Err(format!("task {task} is to be kept, but there is none"));
        }
        let bytes = self.output_bytes.iter().chain(&self.scratch_bytes);
        match bytes.copied().try_fold(self.held_throughout, u64::checked_add) {
            Some(_) => Ok(()),
            None => Err("the tasks hold more bytes than can be counted".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
