//! The chunks of an array as a bar, a rectangle, a box in oblique projection, or several of these.

use chunkwise_core::{AxisGrid, Grid};

use super::canvas::{Anchor, Canvas, Point, TEXT};

/// The longest side.
const SIDE: f64 = 140.0;
/// Sides differ at most by this factor.
const MOST_RATIO: f64 = 6.5;
/// Ratios up to this are drawn as they are.
const TRUE_RATIO: f64 = 3.0;
/// Lines drawn per axis.
const MOST_LINES: usize = 40;
/// Height of the bar that stands for an array of one axis, and of the square for one of none.
const BAR: f64 = 26.0;
/// Between drawings side by side.
const GAP: f64 = 26.0;
/// Axes of one drawing.
const AXES: usize = 3;
/// What a step into depth is across and up.
const DEPTH: Point = (0.62, -0.42);

const STROKE: &str = "#3f7cc4";
const LINE: &str = "#7aa9de";

/// The drawing of a grid, with a title that says it in words.
pub(super) fn draw(grid: &Grid, title: &str) -> String {
    let mut canvas = Canvas::new();
    let axes = grid.axes();
    if axes.is_empty() {
        canvas.face(&rectangle((0.0, 0.0), BAR, BAR), Fill::of(false).front, STROKE, false);
        return canvas.finish(title);
    }
    // The first drawing takes what is left over when the others have three axes each.
    let first = match axes.len() % AXES {
        0 => AXES,
        rest => rest,
    };
    let (mut from, mut to) = (0, first);
    let is_one = axes.len() <= AXES;
    while from < axes.len() {
        let left = if from == 0 { 0.0 } else { canvas.right() + GAP };
        let name = match (is_one, to - from) {
            (true, _) => None,
            (false, 1) => Some(format!("axis {from}")),
            (false, _) => Some(format!("axes {from} to {}", to - 1)),
        };
        draw_axes(&mut canvas, left, &axes[from..to], name);
        (from, to) = (to, to + AXES);
    }
    canvas.finish(title)
}

/// The colours of the faces: darker where not every chunk has its lines.
struct Fill {
    front: &'static str,
    top: &'static str,
    side: &'static str,
}

impl Fill {
    fn of(is_thinned: bool) -> Fill {
        match is_thinned {
            false => Fill { front: "#d9e9fc", top: "#e8f2fd", side: "#c6dcf6" },
            true => Fill { front: "#9fc5ef", top: "#b4d2f3", side: "#8ab5e4" },
        }
    }
}

/// An axis as it is drawn.
struct Axis {
    length: usize,
    side: f64,
    /// Where chunks end, from the beginning of the side.
    lines: Vec<f64>,
    /// Whether there are more chunks than lines.
    is_thinned: bool,
}

impl Axis {
    fn new(axis: &AxisGrid, longest: usize) -> Axis {
        let (length, side) = (axis.len(), side(axis.len(), longest));
        let is_thinned = axis.count() > MOST_LINES;
        let count = axis.count();
        let steps = count.min(MOST_LINES);
        // In u128, as an axis may have as many chunks as there are numbers.
        let boundary = |i: usize| axis.bounds((i as u128 * count as u128 / steps as u128) as usize).start;
        let mut lines: Vec<f64> = (1..steps)
            .map(|i| boundary(i) as f64 / length.max(1) as f64 * side)
            .filter(|&at| at > 0.0 && at < side)
            .collect();
        lines.dedup();
        Axis { length, side, lines, is_thinned }
    }

    fn label(&self) -> String {
        self.length.to_string()
    }
}

/// The length at which an axis is drawn beside a longest one.
fn side(length: usize, longest: usize) -> f64 {
    let ratio = longest as f64 / length.max(1) as f64;
    let softened = if ratio <= TRUE_RATIO { ratio.max(1.0) } else { TRUE_RATIO + (ratio / TRUE_RATIO).ln() };
    SIDE / softened.min(MOST_RATIO)
}

/// One to three axes, from `left` on.
fn draw_axes(canvas: &mut Canvas, left: f64, axes: &[AxisGrid], name: Option<String>) {
    let longest = axes.iter().map(AxisGrid::len).max().unwrap_or(1);
    let axes: Vec<Axis> = axes.iter().map(|axis| Axis::new(axis, longest)).collect();
    let is_empty = axes.iter().any(|axis| axis.length == 0);
    let fill = Fill::of(axes.iter().any(|axis| axis.is_thinned));
    let bar = Axis { length: 1, side: BAR, lines: Vec::new(), is_thinned: false };
    let (depth, down, across) = match &axes[..] {
        [across] => (None, &bar, across),
        [down, across] => (None, down, across),
        [depth, down, across, ..] => (Some(depth), down, across),
        [] => return,
    };
    let label = depth.map_or(0.0, |depth| crate::visualize::text::width(&depth.label(), TEXT) + 6.0);
    let into = |at: f64| (at * DEPTH.0, at * DEPTH.1);
    // The front's upper left corner; its lower edge is at the same height in all drawings.
    let corner = (left + label, -down.side);
    let at = |x: f64, y: f64, z: f64| (corner.0 + x + into(z).0, corner.1 + y + into(z).1);
    canvas.face(&rectangle(corner, across.side, down.side), fill.front, STROKE, is_empty);
    let far = depth.map_or(0.0, |depth| depth.side);
    let (w, h) = (across.side, down.side);
    if let Some(depth) = depth {
        let top = [at(0.0, 0.0, 0.0), at(w, 0.0, 0.0), at(w, 0.0, far), at(0.0, 0.0, far)];
        canvas.face(&top, fill.top, STROKE, is_empty);
        let side = [at(w, 0.0, 0.0), at(w, 0.0, far), at(w, h, far), at(w, h, 0.0)];
        canvas.face(&side, fill.side, STROKE, is_empty);
        canvas.lines(depth.lines.iter().map(|&z| (at(0.0, 0.0, z), at(w, 0.0, z))), LINE);
        canvas.lines(depth.lines.iter().map(|&z| (at(w, 0.0, z), at(w, h, z))), LINE);
        canvas.lines(across.lines.iter().map(|&x| (at(x, 0.0, 0.0), at(x, 0.0, far))), LINE);
        canvas.lines(down.lines.iter().map(|&y| (at(w, y, 0.0), at(w, y, far))), LINE);
        let (x, y) = at(0.0, 0.0, far / 2.0);
        canvas.text((x - 5.0, y), Anchor::End, &depth.label());
    }
    canvas.lines(across.lines.iter().map(|&x| (at(x, 0.0, 0.0), at(x, h, 0.0))), LINE);
    canvas.lines(down.lines.iter().map(|&y| (at(0.0, y, 0.0), at(w, y, 0.0))), LINE);
    let (x, y) = at(w / 2.0, h, 0.0);
    canvas.text((x, y + TEXT + 4.0), Anchor::Middle, &across.label());
    if axes.len() > 1 {
        let (x, y) = at(w, h / 2.0, far);
        canvas.text((x + 6.0, y + TEXT * 0.35), Anchor::Start, &down.label());
    }
    if let Some(name) = name {
        let (x, y) = at(w / 2.0, h, 0.0);
        canvas.text((x, y + 2.0 * TEXT + 10.0), Anchor::Middle, &name);
    }
}

fn rectangle((x, y): Point, width: f64, height: f64) -> [Point; 4] {
    [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}
