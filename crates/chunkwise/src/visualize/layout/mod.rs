//! Where boxes go and how arrows run: a layered drawing after Sugiyama, Tagawa and Toda ("Methods for visual
//! understanding of hierarchical system structures", 1981).
//!
//! Boxes get ranks, so that arrows point one way ([`ranks`]); an order within each rank that crosses few arrows
//! ([`order`]); wide ranks become several rows ([`stagger`]); and places near what they are connected to ([`place`]). Every rank is a band, arrows bend only between
//! bands, and pass a band where nothing else is: hence no arrow runs through a box ([`route`]). Parts of the graph that
//! are not connected are laid out apart and set in rows. The same graph always gives the same drawing.

mod order;
mod place;
mod ranks;
mod route;
mod stagger;
#[cfg(test)]
mod tests;

use super::Direction;

/// A position or a size: across and down.
pub(super) type Point = (f64, f64);

/// A box, or the whole drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    /// Left edge.
    pub(super) x: f64,
    /// Top edge.
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A piece of an arrow, from where the last one ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Segment {
    /// Straight to a point.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Curve(Point, Point, Point),
}

/// The way of an arrow. Arrows from one box that pass the same ranks share their way there, which belongs to the first
/// of them: the others begin where they leave it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    pub(super) start: Point,
    pub(super) segments: Vec<Segment>,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// One per box given.
    pub(super) boxes: Vec<Rect>,
    /// One per arrow given.
    pub(super) routes: Vec<Route>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Between parts that are not connected.
const PART_GAP: f64 = 28.0;
/// Parts are set in rows about this many times as wide as all rows are high.
const ASPECT: f64 = 1.8;

/// Lays out boxes of these sizes. Arrows go from the first box to the second; boxes must be numbered so that the first
/// is the lower number.
pub(super) fn layout(sizes: &[Point], edges: &[(u32, u32)], direction: Direction) -> Layout {
    debug_assert!(edges.iter().all(|&(a, b)| a < b && (b as usize) < sizes.len()));
    let mut layout = Layout {
        boxes: vec![Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }; sizes.len()],
        routes: vec![Route { start: (0.0, 0.0), segments: Vec::new() }; edges.len()],
        width: 0.0,
        height: 0.0,
    };
    let parts: Vec<(Part, Layout)> = parts(sizes.len(), edges)
        .into_iter()
        .map(|part| {
            let drawn = part.layout(sizes, edges, direction);
            (part, drawn)
        })
        .collect();
    let area: f64 = parts.iter().map(|(_, p)| (p.width + PART_GAP) * (p.height + PART_GAP)).sum();
    let widest = parts.iter().map(|(_, p)| p.width).fold(0.0, f64::max);
    let limit = widest.max((area * ASPECT).sqrt());
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0f64);
    for (part, drawn) in parts {
        if x > 0.0 && x + drawn.width > limit {
            (x, y, row) = (0.0, y + row + PART_GAP, 0.0);
        }
        for (&number, rect) in part.boxes.iter().zip(drawn.boxes) {
            layout.boxes[number as usize] = Rect { x: rect.x + x, y: rect.y + y, ..rect };
        }
        for (&number, route) in part.edges.iter().zip(drawn.routes) {
            layout.routes[number as usize] = route.map(|(px, py)| (px + x, py + y));
        }
        layout.width = layout.width.max(x + drawn.width);
        layout.height = layout.height.max(y + drawn.height);
        x += drawn.width + PART_GAP;
        row = row.max(drawn.height);
    }
    layout
}

impl Route {
    pub(super) fn map(self, f: impl Fn(Point) -> Point) -> Route {
        let segments = self.segments.into_iter().map(|segment| match segment {
            Segment::Line(to) => Segment::Line(f(to)),
            Segment::Curve(a, b, to) => Segment::Curve(f(a), f(b), f(to)),
        });
        Route { start: f(self.start), segments: segments.collect() }
    }
}

/// Boxes that are connected, and the arrows between them, by number.
struct Part {
    boxes: Vec<u32>,
    edges: Vec<u32>,
}

impl Part {
    /// Lays out the part from the top down, or with across and down exchanged.
    fn layout(&self, sizes: &[Point], edges: &[(u32, u32)], direction: Direction) -> Layout {
        let turn = |(x, y): Point| match direction {
            Direction::TopToBottom => (x, y),
            Direction::LeftToRight => (y, x),
        };
        let sizes: Vec<Point> = self.boxes.iter().map(|&b| turn(sizes[b as usize])).collect();
        let local = |b: u32| self.boxes.binary_search(&b).expect("an arrow's ends are in its part") as u32;
        let edges: Vec<(u32, u32)> =
            self.edges.iter().map(|&e| edges[e as usize]).map(|(a, b)| (local(a), local(b))).collect();
        let ranks = ranks::ranks(sizes.len(), &edges);
        let keys: Vec<f64> = (0..sizes.len()).map(|i| i as f64).collect();
        let mut layered = ranks::layer(&sizes, &edges, &ranks, &keys);
        order::order(&mut layered);
        if let Some((ranks, keys)) = stagger::stagger(&layered) {
            layered = ranks::layer(&sizes, &edges, &ranks, &keys);
            order::order(&mut layered);
        }
        let across = place::place(&layered);
        let drawn = route::route(&layered, &across, edges.len());
        let (width, height) = turn((drawn.width, drawn.height));
        let boxes = drawn.boxes.into_iter().map(|rect| {
            let ((x, y), (width, height)) = (turn((rect.x, rect.y)), turn((rect.width, rect.height)));
            Rect { x, y, width, height }
        });
        let routes = drawn.routes.into_iter().map(|route| route.map(turn));
        Layout { boxes: boxes.collect(), routes: routes.collect(), width, height }
    }
}

/// The connected parts of a graph, in the order of their first boxes.
fn parts(count: usize, edges: &[(u32, u32)]) -> Vec<Part> {
    let mut leader: Vec<u32> = (0..count as u32).collect();
    fn find(leader: &mut [u32], mut at: u32) -> u32 {
        while leader[at as usize] != at {
            leader[at as usize] = leader[leader[at as usize] as usize];
            at = leader[at as usize];
        }
        at
    }
    for &(a, b) in edges {
        let (a, b) = (find(&mut leader, a), find(&mut leader, b));
        leader[a.max(b) as usize] = a.min(b);
    }
    let mut number = vec![usize::MAX; count];
    let mut parts: Vec<Part> = Vec::new();
    for at in 0..count as u32 {
        let first = find(&mut leader, at) as usize;
        if number[first] == usize::MAX {
            number[first] = parts.len();
            parts.push(Part { boxes: Vec::new(), edges: Vec::new() });
        }
        parts[number[first]].boxes.push(at);
    }
    for (i, &(a, _)) in edges.iter().enumerate() {
        let first = find(&mut leader, a) as usize;
        parts[number[first]].edges.push(i as u32);
    }
    parts
}
