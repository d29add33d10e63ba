//! The ways of arrows.
//!
//! Every rank is a band as deep as its deepest box. In a band an arrow runs straight along, at a box that it begins or
//! ends at or in a place of its own; between bands it bends. A cubic curve whose control points lie at its ends' places
//! across stays between the bands, so that no arrow meets a box that is not its own.

use super::ranks::Layered;
use super::{Layout, Point, Rect, Route, Segment};

/// Between bands: at least and at most, and how much of the widest bend is added.
const GAP: f64 = 30.0;
const MOST_GAP: f64 = 120.0;
const SLOPE: f64 = 0.07;
/// The last part of an arrow is straight, so that its head points where it comes from.
const HEAD: f64 = 9.0;
/// Ends of arrows at a box are at most this far apart, and use this part of its side.
const PORT_GAP: f64 = 11.0;
const PORT_SHARE: f64 = 0.7;

/// Boxes and arrows of a graph whose vertices have these centres across.
pub(super) fn route(layered: &Layered, centres: &[f64], edges: usize) -> Layout {
    let bands = bands(layered, centres);
    let out = ports(layered, centres, &layered.below);
    let into = ports(layered, centres, &layered.above);
    let mut width = 0.0f64;
    let mut boxes = Vec::new();
    for (vertex, &centre) in layered.vertices.iter().zip(centres) {
        width = width.max(centre + vertex.size.0 / 2.0);
        if vertex.is_box {
            let (top, bottom) = bands[vertex.rank];
            let (breadth, depth) = vertex.size;
            let y = top + (bottom - top - depth) / 2.0;
            boxes.push(Rect { x: centre - breadth / 2.0, y, width: breadth, height: depth });
        }
    }
    let mut routes = Vec::with_capacity(edges);
    // How far the road that the arrows of a box share is drawn already: an arrow begins where it leaves that.
    let mut drawn = vec![0; boxes.len()];
    for path in &layered.paths {
        let source = path[0] as usize;
        let shared = drawn[source].min(path.len() - 2);
        drawn[source] = drawn[source].max(path.len() - 2);
        let first = boxes[source];
        let mut at: Point = match shared {
            0 => (port(layered, &out, &layered.below, path[0], path[1]), first.y + first.height),
            _ => {
                let place = path[shared] as usize;
                (centres[place], bands[layered.vertices[place].rank].1)
            }
        };
        let mut route = Route { start: at, segments: Vec::new() };
        for pair in path[shared..].windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let is_last = layered.vertices[to as usize].is_box;
            let end_x = match is_last {
                true => port(layered, &into, &layered.above, to, from),
                false => centres[to as usize],
            };
            let head = if is_last { HEAD } else { 0.0 };
            let leave = bands[layered.vertices[from as usize].rank].1;
            let arrive = bands[layered.vertices[to as usize].rank].0 - head;
            let start_x = at.0;
            go(&mut route, &mut at, (start_x, leave));
            let middle = (leave + arrive) / 2.0;
            if (start_x - end_x).abs() < 0.05 {
                go(&mut route, &mut at, (end_x, arrive));
            } else {
                route.segments.push(Segment::Curve((start_x, middle), (end_x, middle), (end_x, arrive)));
                at = (end_x, arrive);
            }
        }
        let last = boxes[path[path.len() - 1] as usize];
        let end = (at.0, last.y);
        go(&mut route, &mut at, end);
        routes.push(route);
    }
    let height = bands.last().map_or(0.0, |band| band.1);
    Layout { boxes, routes, width, height }
}

/// A straight piece, unless it has no length; pieces in line become one.
fn go(route: &mut Route, at: &mut Point, to: Point) {
    if (to.1 - at.1).abs() < 1e-9 && (to.0 - at.0).abs() < 0.05 {
        return;
    }
    *at = to;
    match route.segments.last_mut() {
        Some(Segment::Line(last)) if (last.0 - to.0).abs() < 1e-9 => *last = to,
        _ => route.segments.push(Segment::Line(to)),
    }
}

/// Where each band begins and ends. The wider the bends between two bands, the further they are apart.
fn bands(layered: &Layered, centres: &[f64]) -> Vec<(f64, f64)> {
    let mut bands: Vec<(f64, f64)> = Vec::with_capacity(layered.ranks.len());
    let mut top = 0.0;
    for rank in &layered.ranks {
        let depth = rank.iter().map(|&v| layered.vertices[v as usize].size.1).fold(0.0, f64::max);
        bands.push((top, top + depth));
        let bends = rank.iter().flat_map(|&from| {
            layered.below[from as usize]
                .iter()
                .map(move |&to| (centres[from as usize] - centres[to as usize]).abs())
        });
        let widest = bends.fold(0.0, f64::max);
        top += depth + (GAP + SLOPE * widest).min(MOST_GAP);
    }
    bands
}

/// For each vertex, the places of its arrows on one side, in the order of `near`.
fn ports(layered: &Layered, centres: &[f64], near: &[Vec<u32>]) -> Vec<Vec<f64>> {
    near.iter()
        .enumerate()
        .map(|(vertex, near)| {
            let centre = centres[vertex];
            if !layered.vertices[vertex].is_box || near.len() == 1 {
                return vec![centre; near.len()];
            }
            let mut order: Vec<usize> = (0..near.len()).collect();
            order.sort_by(|&a, &b| centres[near[a] as usize].total_cmp(&centres[near[b] as usize]));
            let step = PORT_GAP.min(layered.vertices[vertex].size.0 * PORT_SHARE / near.len() as f64);
            let mut ports = vec![0.0; near.len()];
            for (place, &i) in order.iter().enumerate() {
                ports[i] = centre + (place as f64 - (near.len() - 1) as f64 / 2.0) * step;
            }
            ports
        })
        .collect()
}

fn port(layered: &Layered, ports: &[Vec<f64>], near: &[Vec<u32>], vertex: u32, other: u32) -> f64 {
    debug_assert!(layered.vertices[vertex as usize].is_box);
    let at = near[vertex as usize].iter().position(|&n| n == other).expect("they are connected");
    ports[vertex as usize][at]
}
