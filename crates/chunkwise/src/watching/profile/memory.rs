//! The memory held, as a curve over time.

use std::fmt::Write;

use super::axis::{amount, ticks_of};
use super::chart::{COLUMNS, Frame, TEXT, text};
use super::snapshot::Snapshot;
use crate::visualize::svg::number;

/// Height of the curve.
pub(super) const HEIGHT: f64 = 120.0;

/// The highest number of the memory axis: room for the limit, unless that would flatten the curve.
pub(super) fn top_of(snapshot: &Snapshot) -> u64 {
    let peak = snapshot.peak();
    match snapshot.limit() {
        Some(limit) if limit / 3 <= peak => peak.max(limit),
        _ => peak,
    }
}

pub(super) fn draw(svg: &mut String, snapshot: &Snapshot, frame: &Frame) -> std::fmt::Result {
    let top = top_of(snapshot);
    let ticks = ticks_of(top);
    let highest = ticks.last().copied().unwrap_or(0).max(top).max(1);
    let bottom = frame.bottom();
    let y = |bytes: u64| bottom - (HEIGHT - 4.0) * bytes as f64 / highest as f64;
    let right = frame.left + COLUMNS;
    text(svg, "start", (frame.left + 6.0, frame.memory - 8.0), TEXT, "head", "bytes held")?;
    for &tick in &ticks {
        let (left, right, at) = (number(frame.left), number(right), number(y(tick)));
        writeln!(svg, r#"<path class="grid" d="M{left},{at}H{right}"/>"#)?;
        text(svg, "end", (frame.left - 6.0, y(tick) + TEXT * 0.36), TEXT, "", &amount(tick))?;
    }
    let mut curve = String::new();
    for (x, bytes) in columns(&snapshot.memory, frame.scale) {
        let x = frame.left + x;
        match curve.is_empty() {
            true => write!(curve, "M{x:.1},{:.1}", y(bytes))?,
            false => write!(curve, "H{x:.1}V{:.1}", y(bytes))?,
        }
    }
    if !curve.is_empty() {
        let (base, begin) = (number(bottom), frame.left);
        writeln!(svg, r#"<path class="area" d="{curve}V{base}H{begin:.1}Z"/>"#)?;
        writeln!(
            svg,
            r#"<path class="curve" d="{curve}"><title>at most {}</title></path>"#,
            amount(snapshot.peak())
        )?;
    }
    if let Some(limit) = snapshot.limit() {
        let label = format!("limit {}", amount(limit));
        if limit <= top {
            let (left, at) = (number(frame.left), number(y(limit)));
            writeln!(svg, r#"<path class="limit" d="M{left},{at}H{}"/>"#, number(right))?;
        }
        // In the line of the heading, where nothing else is.
        let note = if limit <= top { label } else { format!("{label}, beyond the picture") };
        text(svg, "end", (right, frame.memory - 8.0), TEXT, "of-limit", &note)?;
    }
    Ok(())
}

/// The points of a curve, of each column only the first, the highest and the last.
fn columns(memory: &[(u64, u64)], scale: f64) -> Vec<(f64, u64)> {
    let column = |at: u64| (at as f64 * scale) as u64;
    let mut shown = Vec::new();
    for group in memory.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let highest = group.iter().max_by_key(|point| point.1);
        let (first, last) = (group.first(), group.last());
        for point in [first, highest, last].into_iter().flatten() {
            let point = (point.0 as f64 * scale, point.1);
            if shown.last() != Some(&point) {
                shown.push(point);
            }
        }
    }
    shown
}
