//! How many lanes a task owns.
//!
//! Enough that a panel of them fills a good part of a second-level cache, or more where lanes are strided, so that
//! memory is read in pieces of several cache lines; fewer where there would be too few tasks. It follows from shape,
//! dtype and strides only.

use chunkwise_core::{AxisGrid, DType, Grid, Shape, Strides};
use chunkwise_plan::Granularity;
use smallvec::SmallVec;

/// Bytes of a panel: half of what second-level caches hold, as selection needs a part of a lane besides.
const PANEL: usize = 1 << 20;

/// Elements that are worth a task.
const LEAST: usize = 1 << 15;

/// Tasks that there should be where there is work for them.
const TASKS: usize = 16;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Strided lanes are read in pieces of so many bytes, if panels of them have at most so many: shorter pieces took 1.7
/// times as long where each is on a page of its own.
const PIECE: (usize, usize) = (512, 4 << 20);

/// Panels of long lanes may have so many bytes to have whole cache lines at least.
const LARGEST: usize = 1 << 26;

/// The units of an iteration space whose lanes lie along `axes`. `operands` are the strides of what lies in memory, and
/// `outside` the bytes that a task may read of what does not.
pub(crate) fn units(
    shape: &[usize],
    axes: u64,
    dtype: DType,
    operands: &[Strides],
    granularity: Option<Granularity>,
    outside: Option<usize>,
) -> Grid {
    let kept = |k: &usize| axes & (1 << k) == 0;
    let product =
        |axes: &mut dyn Iterator<Item = usize>| axes.fold(1, |n: usize, k| n.saturating_mul(shape[k])).max(1);
    let lane = product(&mut (0..shape.len()).filter(|k| !kept(k)));
    let lanes = product(&mut (0..shape.len()).filter(kept));
    let open = inner_to_outer(shape, axes, operands);
    let line = LINE / dtype.size();
    let mut room = match granularity {
        Some(Granularity::Elements(elements)) => (elements / lane).max(1),
        _ => {
            let elements = (lane.saturating_mul(lanes) / TASKS).clamp(LEAST, PANEL / dtype.size());
            let least = if is_strided(shape, axes, operands) { strided_lanes(lane, dtype) } else { 1 };
            // What lies outside of memory is read in pieces that had better be long.
            let most = outside.map_or(0, |bytes| bytes / dtype.size() / lane);
            (elements / lane).max(least).max(most)
        }
    };
    let mut extent: Shape = shape.into();
    let mut cut = false;
    for axis in open {
        extent[axis] = if cut { 1 } else { part(shape[axis], room, line) };
        cut |= extent[axis] < shape[axis];
        room = (room / extent[axis].max(1)).max(1);
    }
    Grid::new(shape.iter().zip(&extent).map(|(&n, &extent)| AxisGrid::regular(n, extent)))
}

/// The lanes of this length that a panel should have where they are strided.
fn strided_lanes(lane: usize, dtype: DType) -> usize {
    let fits = |bytes: usize, most: usize| lane.saturating_mul(bytes) <= most;
    if fits(PIECE.0, PIECE.1) {
        PIECE.0 / dtype.size()
    } else if fits(LINE, LARGEST) {
        LINE / dtype.size()
    } else {
        1
    }
}

/// The axes that lanes do not lie along, from the innermost in memory of the first operand; row-major if there is none.
fn inner_to_outer(shape: &[usize], axes: u64, operands: &[Strides]) -> SmallVec<[usize; 6]> {
    let mut open: SmallVec<[usize; 6]> = (0..shape.len()).rev().filter(|k| axes & (1 << k) == 0).collect();
    if let Some(strides) = operands.first() {
        open.sort_by_key(|&k| match strides[k] {
            0 => usize::MAX,
            stride => stride.unsigned_abs(),
        });
    }
    open
}

/// Whether an operand lies closer in memory from lane to lane than along lanes.
fn is_strided(shape: &[usize], axes: u64, operands: &[Strides]) -> bool {
    let nearest = |strides: &Strides, lanes: bool| {
        (0..shape.len())
            .filter(|&k| (axes & (1 << k) != 0) == lanes && shape[k] > 1 && strides[k] != 0)
            .map(|k| strides[k].unsigned_abs())
            .min()
            .unwrap_or(usize::MAX)
    };
    operands.iter().any(|strides| nearest(strides, false) < nearest(strides, true))
}

/// The size of near-equal parts of an axis of at most `room` elements or little more, in whole cache lines.
fn part(len: usize, room: usize, line: usize) -> usize {
    if len <= room.saturating_add(room / 4) {
        return len;
    }
    let even = len.div_ceil(len.div_ceil(room));
    if room >= 2 * line { even.next_multiple_of(line).min(len) } else { even }
}
