//! A profile as an HTML page that needs nothing from elsewhere.

use std::fmt::Write;

use chunkwise_core::counted;
use chunkwise_plan::StageKind;

use super::report::{OpReport, ProfileReport};
use super::snapshot::Snapshot;
use super::{axis, chart};
use crate::bytes::Amount;
use crate::visualize::page::SCHEME;
use crate::visualize::palette::{SERIES, SERIES_DARK};
use crate::visualize::text::escape;
use crate::watching::Seconds;

const STYLE: &str = "\
body { margin: 1.4rem auto; padding: 0 1.2rem; max-width: 1180px; background: var(--paper); color: var(--ink);
  font: 14px/1.45 Helvetica, Arial, 'DejaVu Sans', sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 0.9rem; }
h2 { font-size: 1.05rem; margin: 1.7rem 0 0.6rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.4rem, 1fr)); gap: 0.7rem; }
.cards div { background: var(--soft); border: 1px solid var(--rule); border-radius: 8px;
  padding: 0.55rem 0.7rem; }
.cards b { display: block; font-size: 1.3rem; font-weight: 600; white-space: nowrap; }
.cards span, .note, .place { color: var(--quiet); font-size: 0.88em; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.2rem; margin: 0 0 0.6rem; }
.legend span, td.op b { overflow-wrap: anywhere; }
i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.45em; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); }
svg text.on { fill: #ffffff; font-weight: bold; pointer-events: none; }
svg text.head { fill: var(--ink); }
svg text.of-limit { fill: var(--alarm); }
.lane { fill: var(--soft); }
.pause { fill: var(--rule); opacity: 0.6; }
.run { fill: var(--quiet); opacity: 0.55; }
.run.broken { fill: var(--alarm); opacity: 1; }
.run.cancelled { fill: #d59b1c; opacity: 1; }
.failed { stroke: var(--alarm); stroke-width: 2; }
.grid { stroke: var(--rule); stroke-width: 0.7; fill: none; }
.area { fill: var(--c0); opacity: 0.22; }
.curve { fill: none; stroke: var(--c0); stroke-width: 1.3; }
.limit { fill: none; stroke: var(--alarm); stroke-width: 1.2; stroke-dasharray: 6 4; }
rect:hover { stroke: var(--ink); stroke-width: 1.2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; vertical-align: middle; padding: 0.3rem 0 0.3rem 1rem; border-bottom: 1px solid var(--rule);
  white-space: nowrap; font-variant-numeric: tabular-nums; }
th { font-weight: 600; color: var(--quiet); font-size: 0.88em; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.op { white-space: normal; min-width: 16rem; }
td.op b { font-weight: 600; }
.place { display: block; overflow-wrap: anywhere; }
td.bar { width: 22%; min-width: 7rem; }
.track { display: flex; height: 0.75em; background: var(--soft); border-radius: 3px; overflow: hidden; }
.track span { display: block; }
.alarm { color: var(--alarm); }
";

/// Rows of a table that are shown.
const ROWS: usize = 200;
/// Characters of an operation's name that are shown.
const LABEL: usize = 160;

/// The page of a profile.
pub(super) fn page(snapshot: &Snapshot) -> String {
    let mut page = String::with_capacity(1 << 16);
    write(&mut page, snapshot).expect("writing to a string cannot fail");
    page
}

fn style() -> String {
    let list = |colours: &[&str]| -> String {
        colours.iter().enumerate().map(|(n, colour)| format!(" --c{n}: {colour};")).collect()
    };
    let classes: String = (0..SERIES.len())
        .map(|n| format!(".c{n} {{ fill: var(--c{n}); background: var(--c{n}); }}\n"))
        .collect();
    format!(
        "{SCHEME}:root {{ --quiet: #5d6874; --alarm: #c62828;{} }}\n@media (prefers-color-scheme: dark) {{\n  :root {{ \
         --quiet: #98a3ae; --alarm: #ff6b5e;{} }}\n}}\n{STYLE}{classes}",
        list(&SERIES),
        list(&SERIES_DARK)
    )
}

fn write(page: &mut String, snapshot: &Snapshot) -> std::fmt::Result {
    let report = ProfileReport::of(snapshot);
    writeln!(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width\"/>")?;
    writeln!(page, "<title>Profile</title>\n<style>\n{}</style>\n</head>\n<body>", style())?;
    writeln!(page, "<h1>{}</h1>", heading(&report))?;
    if report.runs == 0 {
        return writeln!(page, "<p>Nothing has run.</p>\n</body>\n</html>");
    }
    cards(page, &report)?;
    writeln!(page, "<h2>What each thread ran</h2>\n<div class=\"legend\">")?;
    let ranked = snapshot.ranked();
    let named = if ranked.len() > SERIES.len() { SERIES.len() - 1 } else { ranked.len() };
    for (colour, op) in report.ops.iter().take(named).enumerate() {
        writeln!(page, "<span><i class=\"c{colour}\"></i>{}</span>", escape(&shorten(&op.label, 60)))?;
    }
    if named < ranked.len() {
        let others = counted(ranked.len() - named, "other operation", "other operations");
        writeln!(page, "<span><i class=\"c{named}\"></i>{others}</span>")?;
    }
    writeln!(page, "</div>\n{}", chart::svg(snapshot))?;
    writeln!(
        page,
        "<p class=\"note\">Tasks too short to be told apart share a bar, in the colour of what took most of it, paler \
         where the thread waited between them.{}</p>",
        if chart::shows_pauses(snapshot) { " Nothing was being computed where it is grey." } else { "" }
    )?;
    if let Some(hidden @ 1..) = snapshot.lanes.len().checked_sub(chart::LANES) {
        writeln!(page, "<p class=\"note\">{hidden} more threads are not drawn.</p>")?;
    }
    writeln!(page, "<h2>Operations</h2>")?;
    operations(page, &report.ops)?;
    writeln!(page, "<h2>Threads</h2>")?;
    threads(page, &report)?;
    writeln!(page, "</body>\n</html>")
}

fn heading(report: &ProfileReport) -> String {
    let mut text = format!("Profile of {}", counted(report.runs, "computation", "computations"));
    for (count, what) in [(report.failed, "failed"), (report.cancelled, "cancelled")] {
        match (count, report.runs) {
            (0, _) => {}
            (1, 1) => text.push_str(&format!(", which <span class=\"alarm\">{what}</span>")),
            _ => text.push_str(&format!(", <span class=\"alarm\">{count} {what}</span>")),
        }
    }
    text
}

fn cards(page: &mut String, report: &ProfileReport) -> std::fmt::Result {
    let wall = report.wall.as_secs_f64();
    let busy: f64 = report.threads.iter().map(|thread| thread.busy.as_secs_f64()).sum();
    let rate = |count: f64| if wall > 0.0 { count / wall } else { 0.0 };
    let used = rate(busy) / report.most_threads.max(1) as f64;
    let of_limit = match report.memory_limit {
        Some(limit) => format!("peak, limit {}", axis::amount(limit)),
        None => "peak memory, no limit".to_owned(),
    };
    let per_second = |bytes: u64| format!("{}/s", Amount(rate(bytes as f64) as u64));
    let threads = if report.most_threads == 1 { "thread" } else { "threads" };
    let moved = |op: &&OpReport| matches!(op.kind, StageKind::Read | StageKind::Write | StageKind::Spill);
    let made = report.bytes - report.ops.iter().filter(moved).map(|op| op.bytes).sum::<u64>();
    let mut cards = vec![
        (Seconds(wall).to_string(), "wall time".to_owned()),
        (grouped(report.tasks), format!("tasks, {}/s", grouped(rate(report.tasks as f64) as u64))),
        (report.most_threads.to_string(), format!("{threads}, {:.0} % busy", (used * 100.0).min(100.0))),
        (Amount(report.peak_bytes).to_string(), of_limit),
        (Amount(made).to_string(), format!("computed, {}", per_second(made))),
    ];
    for (bytes, what) in
        [(report.bytes_read, "read"), (report.bytes_written, "written"), (report.bytes_spilled, "spilled")]
    {
        if bytes > 0 {
            cards.push((Amount(bytes).to_string(), format!("{what}, {}", per_second(bytes))));
        }
    }
    writeln!(page, "<div class=\"cards\">")?;
    for (figure, what) in cards {
        writeln!(page, "<div><b>{}</b><span>{}</span></div>", escape(&figure), escape(&what))?;
    }
    writeln!(page, "</div>")
}

fn operations(page: &mut String, ops: &[OpReport]) -> std::fmt::Result {
    writeln!(
        page,
        "<div class=\"wide\"><table>\n<tr><th>operation</th><th>time</th><th>share</th><th></th>"
    )?;
    writeln!(page, "<th>tasks</th><th>mean</th><th>longest</th><th>bytes</th></tr>")?;
    let most = ops.first().map_or(0.0, |op| op.share);
    for (rank, op) in ops.iter().enumerate().take(ROWS) {
        let colour = rank.min(SERIES.len() - 1);
        let length = if most > 0.0 { op.share / most * 100.0 } else { 0.0 };
        let failed = match op.failed {
            0 => String::new(),
            failed => format!(" <span class=\"alarm\">{failed} failed</span>"),
        };
        let place = if op.origin.line == 0 { String::new() } else { op.origin.to_string() };
        let kind = op.kind.word();
        writeln!(
            page,
            "<tr><td class=\"op\"><i class=\"c{colour}\"></i><b>{}</b>{failed}<span class=\"place\">{kind}, {}</span>\
             </td><td>{}</td><td>{:.1} %</td><td class=\"bar\"><div class=\"track\"><span class=\"c{colour}\" \
             style=\"width:{length:.1}%\"></span></div></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&shorten(&op.label, LABEL)),
            escape(&place),
            Seconds(op.time.as_secs_f64()),
            op.share * 100.0,
            grouped(op.tasks),
            Seconds(op.time.as_secs_f64() / op.tasks.max(1) as f64),
            Seconds(op.longest.as_secs_f64()),
            Amount(op.bytes),
        )?;
    }
    writeln!(page, "</table></div>")?;
    more(page, ops.len())
}

fn threads(page: &mut String, report: &ProfileReport) -> std::fmt::Result {
    writeln!(
        page,
        "<div class=\"wide\"><table>\n<tr><th>thread</th><th>tasks</th><th>busy</th><th>idle</th>"
    )?;
    writeln!(page, "<th>busy</th><th></th></tr>")?;
    for thread in report.threads.iter().take(ROWS) {
        let (busy, wall) = (thread.busy.as_secs_f64(), report.wall.as_secs_f64());
        let part = if wall > 0.0 { busy / wall * 100.0 } else { 0.0 };
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{part:.1} %</td><td class=\"bar\"><div \
             class=\"track\"><span class=\"c0\" style=\"width:{part:.1}%\"></span></div></td></tr>",
            escape(&thread.name),
            grouped(thread.tasks),
            Seconds(busy),
            Seconds(thread.idle.as_secs_f64()),
        )?;
    }
    writeln!(page, "</table></div>")?;
    more(page, report.threads.len())
}

fn more(page: &mut String, rows: usize) -> std::fmt::Result {
    match rows.saturating_sub(ROWS) {
        0 => Ok(()),
        hidden => writeln!(page, "<p class=\"note\">{hidden} more are not listed.</p>"),
    }
}

/// A number with its thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// Text with its middle left out where it is too long.
fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head = text.chars().take(most / 2);
    head.chain(['…']).chain(text.chars().skip(count - most / 2)).collect()
}
