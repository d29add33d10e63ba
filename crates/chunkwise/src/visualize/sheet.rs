//! A picture with all its text measured and every part in its place, ready to be written down.

use chunkwise_expr::{OpFamily, PictureGraph, PictureNode};

use super::layout::{Point, Rect, Route, layout};
use super::text::{bold_width, width, wrap};
use super::{Direction, caption};
use crate::visualize::palette::style;

/// Sizes of the text in boxes and around them.
pub(super) const NAME: f64 = 12.0;
pub(super) const DETAIL: f64 = 10.0;
pub(super) const CAPTION: f64 = 12.0;
pub(super) const LEGEND: f64 = 11.0;

/// Height of a line, in sizes of its text.
const LEADING: f64 = 1.25;
const PADDING: Point = (9.0, 6.0);
const LEAST_WIDTH: f64 = 42.0;
const MARGIN: f64 = 14.0;
/// A box is at most this wide for the sake of its arrows.
const MOST_WIDENED: f64 = 240.0;
/// Characters of a line in a box, and most lines of a name and of a detail.
const COLUMNS: usize = 26;
const LINES: usize = 3;

/// A line of text: its baseline's middle, and its size.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) at: Point,
    pub(super) size: f64,
    pub(super) is_name: bool,
}

impl Line {
    /// An upper bound of its width.
    #[cfg(test)]
    pub(super) fn width(&self) -> f64 {
        if self.is_name { bold_width(&self.text, self.size) } else { width(&self.text, self.size) }
    }
}

/// A box with its text.
#[derive(Clone, Debug)]
pub(super) struct Box {
    pub(super) rect: Rect,
    pub(super) lines: Vec<Line>,
    pub(super) family: OpFamily,
    pub(super) is_source: bool,
    pub(super) is_root: bool,
    /// What shows when the pointer rests on it.
    pub(super) tip: String,
}

/// An entry of the legend: a small box, and text that starts at a point.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) chip: Rect,
    pub(super) at: Point,
    pub(super) text: &'static str,
    /// `None` stands for results.
    pub(super) family: Option<OpFamily>,
}

/// Everything that is drawn.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) caption: String,
    /// Where the baseline of the caption starts.
    pub(super) caption_at: Point,
    pub(super) boxes: Vec<Box>,
    pub(super) routes: Vec<Route>,
    /// Whether arrows end going down, and not to the right.
    pub(super) is_down: bool,
    pub(super) legend: Vec<Entry>,
}

impl Sheet {
    pub(super) fn new(graph: &PictureGraph, direction: Direction) -> Sheet {
        let labels: Vec<Vec<(String, f64, bool)>> = graph.nodes.iter().map(label).collect();
        let mut ends = vec![(0, 0); graph.nodes.len()];
        for &(from, to) in &graph.edges {
            ends[from as usize].0 += 1;
            ends[to as usize].1 += 1;
        }
        let sizes: Vec<Point> = labels
            .iter()
            .zip(ends)
            .map(|(label, (out, into)): (_, (u32, u32))| {
                // Room for the ends of many arrows.
                let least = (f64::from(out.max(into)) * 4.0).min(MOST_WIDENED);
                let (width, height) = size(label);
                match direction {
                    Direction::TopToBottom => (width.max(least), height),
                    Direction::LeftToRight => (width, height.max(least)),
                }
            })
            .collect();
        let drawn = layout(&sizes, &graph.edges, direction);

        let caption = caption(graph);
        let least = width(&caption, CAPTION);
        let inner = drawn.width.max(least);
        let (left, top) = (MARGIN + (inner - drawn.width) / 2.0, MARGIN + CAPTION * LEADING + MARGIN);
        let boxes = graph.nodes.iter().zip(labels).zip(&drawn.boxes).map(|((node, label), rect)| {
            let rect = Rect { x: rect.x + left, y: rect.y + top, ..*rect };
            Box {
                rect,
                lines: lines(&label, &rect),
                family: node.family,
                is_source: node.is_source,
                is_root: node.is_root,
                tip: tip(node),
            }
        });
        let boxes = boxes.collect();
        let routes = drawn.routes.into_iter().map(|route| route.map(|(x, y)| (x + left, y + top))).collect();
        let (legend, bottom) = legend(graph, inner, top + drawn.height + MARGIN);
        Sheet {
            width: inner + 2.0 * MARGIN,
            height: bottom + MARGIN,
            caption,
            caption_at: (MARGIN, MARGIN + CAPTION),
            boxes,
            routes,
            is_down: direction == Direction::TopToBottom,
            legend,
        }
    }
}

/// The lines of a box: text, size, and whether it is the name.
pub(super) fn label(node: &PictureNode) -> Vec<(String, f64, bool)> {
    let name = wrap(&node.name, COLUMNS, LINES).into_iter().map(|line| (line, NAME, true));
    let details =
        node.details.iter().flat_map(|d| wrap(d, COLUMNS + 6, LINES)).map(|line| (line, DETAIL, false));
    name.chain(details).collect()
}

fn size(label: &[(String, f64, bool)]) -> Point {
    let widest = label
        .iter()
        .map(|(text, size, is_name)| if *is_name { bold_width(text, *size) } else { width(text, *size) })
        .fold(LEAST_WIDTH - 2.0 * PADDING.0, f64::max);
    let height: f64 = label.iter().map(|(_, size, _)| size * LEADING).sum();
    ((widest + 2.0 * PADDING.0).ceil(), (height + 2.0 * PADDING.1).ceil())
}

/// The lines of a label in their places.
fn lines(label: &[(String, f64, bool)], rect: &Rect) -> Vec<Line> {
    let text: f64 = label.iter().map(|(_, size, _)| size * LEADING).sum();
    let mut y = rect.y + (rect.height - text) / 2.0;
    let lines = label.iter().map(|(text, size, is_name)| {
        y += size * LEADING;
        // The baseline is a little above the bottom of the line.
        let at = (rect.x + rect.width / 2.0, y - size * 0.3);
        Line { text: text.clone(), at, size: *size, is_name: *is_name }
    });
    lines.collect()
}

fn tip(node: &PictureNode) -> String {
    std::iter::once(&node.name).chain(&node.notes).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The legend under a picture of this width, and where it ends.
fn legend(graph: &PictureGraph, inner: f64, top: f64) -> (Vec<Entry>, f64) {
    const CHIP: Point = (18.0, 12.0);
    const GAP: f64 = 6.0;
    let mut families: Vec<Option<OpFamily>> = graph.nodes.iter().map(|node| Some(node.family)).collect();
    families.sort_unstable();
    families.dedup();
    families.push(None);
    let (mut x, mut y) = (MARGIN, top);
    let mut legend = Vec::new();
    for family in families {
        let text = family.map_or("result", |family| style(family).meaning);
        let length = CHIP.0 + GAP + width(text, LEGEND);
        if x > MARGIN && x + length > MARGIN + inner {
            (x, y) = (MARGIN, y + LEGEND * 1.8);
        }
        let chip = Rect { x, y, width: CHIP.0, height: CHIP.1 };
        legend.push(Entry { chip, at: (x + CHIP.0 + GAP, y + 10.0), text, family });
        x += length + 3.0 * GAP;
    }
    (legend, y + CHIP.1)
}
