//! The picture of a profile: what each thread ran, and the memory held below it, over the same time.

use std::fmt::Write;

use chunkwise_core::counted;
use chunkwise_exec::Outcome;

use super::axis::{amount, ticks_of, times};
use super::memory;
use super::record::RunRecord;
use super::snapshot::Snapshot;
use super::stream::{Bar, bars};
use crate::bytes::Amount;
use crate::visualize::palette::SERIES;
use crate::visualize::svg::number;
use crate::visualize::text::{FONTS, escape, width};
use crate::watching::Seconds;

/// Columns of the time axis.
pub(super) const COLUMNS: f64 = 1000.0;
/// Size of the text.
pub(super) const TEXT: f64 = 11.0;
const SMALL: f64 = 10.0;
const MARGIN: f64 = 8.0;
/// Most threads that are drawn.
pub(super) const LANES: usize = 128;
/// Bars at least this wide are drawn one by one, with what a pointer shows.
const POINTED: f64 = 5.0;
/// Tasks inside tasks are drawn so far down.
const DEEPEST: u32 = 2;

/// Whether there are pauses wide enough to be seen.
pub(super) fn shows_pauses(snapshot: &Snapshot) -> bool {
    let scale = COLUMNS / snapshot.end.max(1) as f64;
    snapshot.pauses.iter().any(|(from, to)| (to - from) as f64 * scale >= 3.0)
}

/// Which colour each operation has: the first ones one of their own, the others a common one.
pub(super) fn colours(snapshot: &Snapshot) -> Vec<usize> {
    let mut colours = vec![SERIES.len() - 1; snapshot.ops.len()];
    for (rank, op) in snapshot.ranked().into_iter().enumerate() {
        colours[op] = rank.min(SERIES.len() - 1);
    }
    colours
}

/// Where things are.
pub(super) struct Frame {
    /// The left end of the time axis.
    pub(super) left: f64,
    /// The top of the first lane, height of each and distance between them.
    lanes: f64,
    height: f64,
    step: f64,
    /// The top of the memory curve.
    pub(super) memory: f64,
    /// Columns per nanosecond.
    pub(super) scale: f64,
    /// Whether runs have a row of their own above the lanes.
    runs: bool,
}

const RUN_ROW: f64 = 10.0;

impl Frame {
    fn new(snapshot: &Snapshot) -> Frame {
        let shown = snapshot.lanes.len().clamp(1, LANES);
        let height = (420.0 / shown as f64 - 3.0).clamp(4.0, 22.0);
        let step = height + if height < 8.0 { 1.0 } else { 3.0 };
        let names = snapshot.names.iter().map(|name| width(name, TEXT));
        let left = names
            .chain(ticks_of(memory::top_of(snapshot)).into_iter().map(|tick| width(&amount(tick), TEXT)));
        let left = left.fold(width("memory", TEXT), f64::max).ceil() + MARGIN + 6.0;
        let runs =
            snapshot.runs.len() > 1 || snapshot.runs.iter().any(|run| run.outcome != Some(Outcome::Done));
        let lanes = MARGIN + if runs { RUN_ROW + 6.0 } else { 0.0 };
        let memory = lanes + shown as f64 * step + 24.0;
        Frame { left, lanes, height, step, memory, scale: COLUMNS / snapshot.end.max(1) as f64, runs }
    }

    fn x(&self, time: u64) -> f64 {
        self.left + time as f64 * self.scale
    }

    pub(super) fn bottom(&self) -> f64 {
        self.memory + memory::HEIGHT
    }
}

/// The SVG element. Its colours are those of the page's style sheet.
pub(super) fn svg(snapshot: &Snapshot) -> String {
    let mut svg = String::with_capacity(1 << 16);
    write(&mut svg, snapshot).expect("writing to a string cannot fail");
    svg
}

fn write(svg: &mut String, snapshot: &Snapshot) -> std::fmt::Result {
    let frame = Frame::new(snapshot);
    let ticks = times(snapshot.end);
    // The last label may reach over the end of the axis.
    let over = ticks
        .last()
        .map_or(0.0, |(at, label)| frame.x(*at) + width(label, TEXT) / 2.0 - frame.left - COLUMNS);
    let (wide, high) = (frame.left + COLUMNS + MARGIN.max(over + 2.0), frame.bottom() + 24.0);
    let (wide, high) = (number(wide.ceil()), number(high.ceil()));
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" font-family="{}">"#,
        escape(FONTS)
    )?;
    writeln!(svg, "<title>What each thread ran, and the bytes held</title>")?;
    for (at, label) in &ticks {
        let x = number(frame.x(*at));
        let (top, bottom) = (number(frame.lanes - 2.0), number(frame.bottom()));
        writeln!(svg, r#"<path class="grid" d="M{x},{top}V{bottom}"/>"#)?;
        text(svg, "middle", (frame.x(*at), frame.bottom() + 16.0), TEXT, "", label)?;
    }
    if frame.runs {
        runs(svg, snapshot, &frame)?;
    }
    lanes(svg, snapshot, &frame)?;
    for &(from, to) in &snapshot.pauses {
        let (x, w) = (frame.x(from), (to - from) as f64 * frame.scale);
        rect(svg, "pause", (x, frame.lanes, w, frame.bottom() - frame.lanes))?;
        writeln!(svg, "/>")?;
    }
    memory::draw(svg, snapshot, &frame)?;
    writeln!(svg, "</svg>")
}

/// The begin of a rectangle.
fn rect(svg: &mut String, class: &str, (x, y, w, h): (f64, f64, f64, f64)) -> std::fmt::Result {
    let fine = |v: f64| format!("{v:.2}");
    write!(
        svg,
        r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}""#,
        fine(x),
        number(y),
        fine(w.max(0.3)),
        number(h)
    )
}

/// A line of text.
pub(super) fn text(
    svg: &mut String,
    anchor: &str,
    (x, y): (f64, f64),
    size: f64,
    class: &str,
    what: &str,
) -> std::fmt::Result {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    writeln!(
        svg,
        r#"<text{class} x="{}" y="{}" font-size="{size}" text-anchor="{anchor}">{}</text>"#,
        number(x),
        number(y),
        escape(what)
    )
}

/// A bar for each run; those that are too narrow to be told apart share one.
fn runs(svg: &mut String, snapshot: &Snapshot, frame: &Frame) -> std::fmt::Result {
    text(svg, "end", (frame.left - 6.0, MARGIN + RUN_ROW / 2.0 + TEXT * 0.36), TEXT, "", "runs")?;
    let mut order: Vec<&RunRecord> = snapshot.runs.iter().collect();
    order.sort_by_key(|run| run.begun);
    // Left end, right end, how many, and the worst outcome.
    let mut shown: Vec<(f64, f64, usize, u8, u64)> = Vec::new();
    for run in order {
        let (from, to) = (frame.x(run.begun), frame.x(run.ended.unwrap_or(run.begun)));
        let worst = match run.outcome {
            Some(Outcome::Failed) => 2,
            Some(Outcome::Cancelled) => 1,
            Some(Outcome::Done) | None => 0,
        };
        let time = run.ended.unwrap_or(run.begun) - run.begun;
        match shown.last_mut() {
            // Those at the same time, or next to each other.
            Some(last) if from < last.1 || to - last.0 <= 2.0 => {
                last.1 = last.1.max(to);
                last.2 += 1;
                last.3 = last.3.max(worst);
                last.4 += time;
            }
            _ => shown.push((from, to, 1, worst, time)),
        }
    }
    for (from, to, count, worst, time) in shown {
        let class = ["run", "run cancelled", "run broken"][usize::from(worst)];
        rect(svg, class, (from, MARGIN, (to - from - 1.0).max(0.7), RUN_ROW))?;
        let end = ["", ", cancelled", ", failed"][usize::from(worst)];
        let runs = counted(count, "computation", "computations");
        writeln!(svg, "><title>{runs}, {}{end}</title></rect>", Seconds(time as f64 / 1e9))?;
    }
    Ok(())
}

fn lanes(svg: &mut String, snapshot: &Snapshot, frame: &Frame) -> std::fmt::Result {
    let colours = colours(snapshot);
    // Every so many lanes have names where all would not fit.
    let every = (TEXT * 1.25 / frame.step).ceil().max(1.0) as usize;
    for (number, lane) in snapshot.lanes.iter().enumerate().take(LANES) {
        let top = frame.lanes + number as f64 * frame.step;
        if number % every == 0 {
            let middle = top + frame.height / 2.0 + TEXT * 0.36;
            text(svg, "end", (frame.left - 6.0, middle), TEXT, "", &snapshot.names[number])?;
        }
        rect(svg, "lane", (frame.left, top, COLUMNS, frame.height))?;
        writeln!(svg, "/>")?;
        let deepest = if frame.height < 10.0 { 0 } else { DEEPEST };
        let mut shown = bars(&lane.spans, 0, frame.scale);
        for depth in 0..=deepest {
            let inset = f64::from(depth) * 4.0;
            let inside = if depth < deepest { bars(&lane.spans, depth + 1, frame.scale) } else { Vec::new() };
            let place = (frame.left, top + inset, frame.height - inset);
            draw(svg, snapshot, &colours, &shown, &inside, place)?;
            shown = inside;
        }
    }
    Ok(())
}

/// Wide bars one by one, narrow ones of one colour and density together. `inside` is what will be drawn over them.
fn draw(
    svg: &mut String,
    snapshot: &Snapshot,
    colours: &[usize],
    bars: &[Bar],
    inside: &[Bar],
    (left, top, height): (f64, f64, f64),
) -> std::fmt::Result {
    const DENSITIES: usize = 4;
    let mut narrow = vec![String::new(); SERIES.len() * DENSITIES];
    let mut wide: Vec<&Bar> = Vec::new();
    for bar in bars {
        if bar.to - bar.from >= POINTED || bar.failed {
            wide.push(bar);
            continue;
        }
        let density = ((bar.density() * DENSITIES as f64).ceil() as usize).clamp(1, DENSITIES);
        let path = &mut narrow[colours[bar.op as usize] * DENSITIES + density - 1];
        let w = (bar.to - bar.from).max(0.3);
        let gap = if w > 3.0 { 0.5 } else { 0.0 };
        let (x, y, h) = (left + bar.from, number(top), number(height));
        write!(path, "M{x:.2},{y}h{:.2}v{h}h-{:.2}z", w - gap, w - gap)?;
    }
    for (place, path) in narrow.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let density = (place % DENSITIES + 1) as f64 / DENSITIES as f64;
        writeln!(svg, r#"<path class="c{}" opacity="{density}" d="{path}"/>"#, place / DENSITIES)?;
    }
    for bar in wide {
        let op = &snapshot.ops[bar.op as usize];
        let failed = if bar.failed { " failed" } else { "" };
        let w = bar.to - bar.from;
        let class = format!("c{}{failed}", colours[bar.op as usize]);
        rect(svg, &class, (left + bar.from, top, w - if w > 3.0 { 0.5 } else { 0.0 }, height))?;
        if bar.density() < 0.95 {
            write!(svg, r#" opacity="{:.2}""#, 0.3 + 0.7 * bar.density())?;
        }
        let tasks = match bar.tasks {
            1 if bar.chunk.is_empty() => String::new(),
            1 => format!("\nblock {:?}", bar.chunk),
            tasks if bar.uniform => format!("\n{tasks} tasks"),
            tasks => format!("\n{tasks} tasks, most of the time this"),
        };
        let time = Seconds((bar.end - bar.start) as f64 / 1e9);
        let end = if bar.failed { "\nfailed" } else { "" };
        let tip = format!("{}{tasks}\n{time}, {}{end}", op.label, Amount(bar.bytes));
        writeln!(svg, "><title>{}</title></rect>", escape(&tip))?;
        let label = width(&op.label, SMALL) + 8.0;
        let middle = bar.from + w / 2.0;
        let covers = |over: &Bar| over.from < middle + label / 2.0 && over.to > middle - label / 2.0;
        if bar.uniform && height >= 14.0 && label <= w && !inside.iter().any(covers) {
            let middle = top + height / 2.0 + SMALL * 0.36;
            text(svg, "middle", (left + bar.from + w / 2.0, middle), SMALL, "on", &op.label)?;
        }
    }
    Ok(())
}
