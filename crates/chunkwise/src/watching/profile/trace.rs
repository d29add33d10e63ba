//! A profile in the format of Chrome's traces ("Trace Event Format", which Perfetto reads).

use std::io::{self, Write};

use chunkwise_exec::Outcome;

use super::snapshot::Snapshot;

/// Writes every span as a complete event of its thread, the bytes held as a counter, and the runs as a row of their own.
pub(super) fn write(out: &mut impl Write, snapshot: &Snapshot) -> io::Result<()> {
    writeln!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    write!(out, "{{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{{\"name\":\"chunkwise\"}}}}")?;
    let name = |out: &mut dyn Write, thread: usize, name: &str| {
        write!(
            out,
            ",\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{thread},\"args\":{{\"name\":{}}}}},\n\
             {{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":{thread},\"args\":{{\"sort_index\":{thread}}}}}",
            quoted(name)
        )
    };
    name(out, 0, "computations")?;
    for (lane, label) in snapshot.names.iter().enumerate() {
        name(out, lane + 1, label)?;
    }
    for (number, run) in snapshot.runs.iter().enumerate() {
        let outcome = match run.outcome {
            Some(Outcome::Done) => "done",
            Some(Outcome::Failed) => "failed",
            Some(Outcome::Cancelled) => "cancelled",
            None => "under way",
        };
        let (begun, ended) = (run.begun, run.ended.unwrap_or(run.begun));
        // Runs may overlap, which complete events of one row must not.
        for (phase, at) in [("b", begun), ("e", ended)] {
            write!(
                out,
                ",\n{{\"name\":\"computation {number}\",\"cat\":\"run\",\"ph\":\"{phase}\",\"id\":{number},\"pid\":1,\
                 \"tid\":0,\"ts\":{},\"args\":{{\"tasks\":{},\"outcome\":\"{outcome}\"}}}}",
                Micros(at),
                run.stats.tasks
            )?;
        }
    }
    for (lane, spans) in snapshot.lanes.iter().map(|lane| &lane.spans).enumerate() {
        // Outer tasks come before those inside them.
        let mut order: Vec<_> = spans.iter().collect();
        order.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.depth));
        for span in order {
            let op = &snapshot.ops[span.op as usize];
            write!(
                out,
                ",\n{{\"name\":{},\"cat\":\"{}\",\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{},\"dur\":{},\"args\":{{\
                 \"run\":{},\"task\":{},\"bytes\":{}",
                quoted(&op.label),
                op.kind.word(),
                lane + 1,
                Micros(span.start),
                Micros(span.end - span.start),
                span.run,
                span.task,
                span.bytes,
            )?;
            if !span.chunk.is_empty() {
                write!(out, ",\"block\":\"{:?}\"", span.chunk)?;
            }
            if span.tasks > 1 {
                write!(out, ",\"tasks\":{},\"busy_us\":{}", span.tasks, Micros(span.busy))?;
            }
            if span.failed {
                write!(out, ",\"failed\":true")?;
            }
            write!(out, ",\"origin\":{}}}}}", quoted(&op.origin.to_string()))?;
        }
    }
    for &(at, bytes) in &snapshot.memory {
        write!(
            out,
            ",\n{{\"name\":\"bytes held\",\"ph\":\"C\",\"pid\":1,\"ts\":{},\"args\":{{\"bytes\":{bytes}}}}}",
            Micros(at)
        )?;
    }
    writeln!(out, "\n]}}")
}

/// Nanoseconds as microseconds, without rounding.
struct Micros(u64);

impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// Text as a JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
