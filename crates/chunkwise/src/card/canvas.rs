//! Shapes of a drawing, and how much room they take.

use crate::visualize::svg::number;
use crate::visualize::text::{FONTS, escape, width};

/// Size of the text.
pub(super) const TEXT: f64 = 11.0;
const MARGIN: f64 = 4.0;
const INK: &str = "#717b87";

pub(super) type Point = (f64, f64);

/// Which part of a text is at its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG element in the making.
pub(super) struct Canvas {
    body: String,
    low: Point,
    high: Point,
}

impl Canvas {
    pub(super) fn new() -> Canvas {
        Canvas {
            body: String::new(),
            low: (f64::INFINITY, f64::INFINITY),
            high: (f64::NEG_INFINITY, f64::NEG_INFINITY),
        }
    }

    /// The right end of what there is.
    pub(super) fn right(&self) -> f64 {
        if self.high.0.is_finite() { self.high.0 } else { 0.0 }
    }

    fn include(&mut self, (x, y): Point) {
        self.low = (self.low.0.min(x), self.low.1.min(y));
        self.high = (self.high.0.max(x), self.high.1.max(y));
    }

    /// A filled face with an outline, which is dashed if there is nothing in it.
    pub(super) fn face(&mut self, corners: &[Point], fill: &str, stroke: &str, is_empty: bool) {
        corners.iter().for_each(|&corner| self.include(corner));
        let points: Vec<String> =
            corners.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        self.body.push_str(&format!(
            "<polygon points=\"{}\" fill=\"{}\" stroke=\"{stroke}\" stroke-width=\"1.5\"{}/>\n",
            points.join(" "),
            if is_empty { "none" } else { fill },
            if is_empty { " stroke-dasharray=\"4 3\"" } else { "" },
        ));
    }

    /// Thin lines, each between two points.
    pub(super) fn lines(&mut self, lines: impl Iterator<Item = (Point, Point)>, stroke: &str) {
        let line = |((x, y), (u, v)): (Point, Point)| {
            format!("M{},{}L{},{}", number(x), number(y), number(u), number(v))
        };
        let data: String = lines.map(line).collect();
        if !data.is_empty() {
            self.body.push_str(&format!("<path d=\"{data}\" fill=\"none\" stroke=\"{stroke}\"/>\n"));
        }
    }

    /// A line of text at its baseline.
    pub(super) fn text(&mut self, (x, y): Point, anchor: Anchor, text: &str) {
        let wide = width(text, TEXT);
        let (left, name) = match anchor {
            Anchor::Start => (x, "start"),
            Anchor::Middle => (x - wide / 2.0, "middle"),
            Anchor::End => (x - wide, "end"),
        };
        self.include((left, y - TEXT));
        self.include((left + wide, y + TEXT * 0.3));
        self.body.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{name}\">{}</text>\n",
            number(x),
            number(y),
            escape(text)
        ));
    }

    /// The element, with a title.
    pub(super) fn finish(self, title: &str) -> String {
        let (x, y) = (self.low.0 - MARGIN, self.low.1 - MARGIN);
        let (width, height) = (self.high.0 - x + MARGIN, self.high.1 - y + MARGIN);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2}\" height=\"{3}\" viewBox=\"{0} {1} {2} {3}\" \
             role=\"img\" font-family=\"{4}\" font-size=\"{TEXT}\" fill=\"{INK}\">\n<title>{5}</title>\n{6}</svg>\n",
            number(x),
            number(y),
            number(width.ceil()),
            number(height.ceil()),
            escape(FONTS),
            escape(title),
            self.body,
        )
    }
}
