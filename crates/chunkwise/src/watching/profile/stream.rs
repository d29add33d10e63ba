//! From the tasks of a thread to the bars that are drawn of them: as many as there are columns, however many tasks.

use super::record::Span;

/// Bars that lie within this many columns together are one.
const NARROW: f64 = 1.5;
/// Tasks of one operation are one bar where they are narrower than this, and the gaps between them than that.
const SHORT: f64 = 3.0;
const GAP: f64 = 0.5;

/// A bar: one task, or several.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    /// Columns.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Nanoseconds.
    pub(super) start: u64,
    pub(super) end: u64,
    /// Nanoseconds of it that are tasks.
    pub(super) busy: u64,
    pub(super) bytes: u64,
    pub(super) tasks: u64,
    pub(super) failed: bool,
    /// The operation that takes most of it.
    pub(super) op: u32,
    pub(super) chunk: Box<[usize]>,
    /// Whether all of it is that operation.
    pub(super) uniform: bool,
    /// Busy nanoseconds of each operation.
    ops: Vec<(u32, u64)>,
}

impl Bar {
    fn new(span: &Span, scale: f64) -> Bar {
        Bar {
            from: span.start as f64 * scale,
            to: span.end as f64 * scale,
            start: span.start,
            end: span.end,
            busy: span.busy,
            bytes: span.bytes,
            tasks: u64::from(span.tasks),
            failed: span.failed,
            op: span.op,
            chunk: span.chunk.clone(),
            uniform: true,
            ops: vec![(span.op, span.busy)],
        }
    }

    /// Takes another in if there is no room for both.
    fn absorb(&mut self, next: &Bar) -> bool {
        let narrow = next.to - self.from <= NARROW;
        let same = self.uniform && next.op == self.op && !next.failed && !self.failed;
        let short = |bar: &Bar| bar.to - bar.from < SHORT * bar.tasks as f64;
        let alike = same && next.from - self.to < GAP && short(self) && short(next);
        if !narrow && !alike {
            return false;
        }
        self.to = self.to.max(next.to);
        self.end = self.end.max(next.end);
        self.busy += next.busy;
        self.bytes += next.bytes;
        self.tasks += next.tasks;
        self.failed |= next.failed;
        self.uniform &= next.op == self.op;
        self.chunk = Box::default();
        for &(op, busy) in &next.ops {
            match self.ops.iter_mut().find(|(known, _)| *known == op) {
                Some((_, sum)) => *sum += busy,
                None => self.ops.push((op, busy)),
            }
        }
        if let Some(&(op, _)) = self.ops.iter().max_by_key(|(_, busy)| *busy) {
            self.op = op;
        }
        true
    }

    /// Which part of it is tasks.
    pub(super) fn density(&self) -> f64 {
        if self.end == self.start {
            1.0
        } else {
            (self.busy as f64 / (self.end - self.start) as f64).min(1.0)
        }
    }
}

/// The bars of the spans at one depth, at so many columns per nanosecond.
pub(super) fn bars(spans: &[Span], depth: u32, scale: f64) -> Vec<Bar> {
    let mut spans: Vec<&Span> = spans.iter().filter(|span| span.depth == depth).collect();
    spans.sort_by_key(|span| span.start);
    let mut bars: Vec<Bar> = Vec::new();
    for span in spans {
        let bar = Bar::new(span, scale);
        if !bars.last_mut().is_some_and(|last| last.absorb(&bar)) {
            bars.push(bar);
        }
    }
    bars
}
