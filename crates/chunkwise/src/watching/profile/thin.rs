//! Keeping what is drawn of a thread within bounds, however many tasks it runs.
//!
//! When a list is full, what lies within some time is merged, that time being doubled until half of the list is free.
//! So the newest part is always in full detail, and the whole is never coarser than a picture of some ten thousand
//! columns.

use super::record::{Point, Span};

/// Most spans of a lane.
pub(super) const MOST_SPANS: usize = 1 << 15;
/// Most points of a lane's memory curve.
pub(super) const MOST_POINTS: usize = 1 << 14;

/// A thinning begins with this many nanoseconds.
const FIRST: u64 = 1000;

/// Merges neighbours until there are at most `most`, and returns the resolution that took. Spans come in the order
/// of their ends, those inside others before these.
pub(super) fn thin_spans(spans: &mut Vec<Span>, mut resolution: u64, most: usize) -> u64 {
    while spans.len() > most {
        resolution = if resolution == 0 { FIRST } else { resolution.saturating_mul(2) };
        // What is inside another task, and too short to be seen, is part of it.
        spans.retain(|span| span.depth == 0 || span.end - span.start > resolution);
        // How much of the span that is being made the operation of its name took.
        let mut named = 0;
        spans.dedup_by(|next, last| {
            let close = next.end.saturating_sub(last.start) <= resolution;
            if !close || next.depth != last.depth {
                named = 0;
                return false;
            }
            let before = if named == 0 { last.busy } else { named };
            if next.op == last.op {
                named = before + next.busy;
            } else if next.busy > before {
                last.op = next.op;
                named = next.busy;
            } else {
                named = before;
            }
            last.start = last.start.min(next.start);
            last.end = last.end.max(next.end);
            last.busy += next.busy;
            last.bytes += next.bytes;
            last.tasks += next.tasks;
            last.failed |= next.failed;
            last.chunk = Box::default();
            true
        });
    }
    resolution
}

/// Keeps the highest and the last point of each stretch until there are at most `most`.
pub(super) fn thin_points(points: &mut Vec<Point>, mut resolution: u64, most: usize) -> u64 {
    while points.len() > most {
        resolution = if resolution == 0 { FIRST } else { resolution.saturating_mul(2) };
        let mut kept: Vec<Point> = Vec::with_capacity(points.len() / 2);
        for stretch in points.chunk_by(|a, b| a.run == b.run && a.at / resolution == b.at / resolution) {
            let (Some(highest), Some(last)) = (stretch.iter().max_by_key(|p| p.bytes), stretch.last()) else {
                continue;
            };
            kept.extend((highest.at < last.at).then_some(*highest));
            kept.push(*last);
        }
        // Runs that alternate without end leave nothing to merge: the older half goes.
        if resolution > u64::MAX / 4 {
            kept.drain(..kept.len().saturating_sub(most));
        }
        *points = kept;
    }
    resolution
}
