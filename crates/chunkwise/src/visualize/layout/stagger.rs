//! Wide ranks in several rows.
//!
//! A reduction of a hundred blocks would be a picture a hundred boxes wide and two high. Boxes of such ranks are set in
//! rows of their own, neighbours one row apart, with room for the arrows of the others between them.

use super::place::{ARROW_GAP, BOX_GAP};
use super::ranks::Layered;

/// A picture may be this wide whatever its height.
const NARROW: f64 = 1500.0;
/// Beyond that, about this many times as wide as it is high.
const ASPECT: f64 = 1.6;
/// The most rows of a rank.
const MOST_ROWS: usize = 24;
/// About what a rank needs besides its boxes.
const RANK_GAP: f64 = 42.0;

/// New ranks for the boxes, and their order, if any rank is too wide.
pub(super) fn stagger(layered: &Layered) -> Option<(Vec<usize>, Vec<f64>)> {
    let ranks: Vec<Rank> = layered.ranks.iter().map(|rank| Rank::new(layered, rank)).collect();
    let mut limit = NARROW;
    let rows = loop {
        let mut rows: Vec<usize> = ranks.iter().map(|rank| rank.rows(limit)).collect();
        // Ranks of as many boxes are often the same blocks one operation later: these stay below one another.
        for (i, rank) in ranks.iter().enumerate() {
            let same = ranks.iter().zip(&rows).filter(|(other, _)| other.boxes == rank.boxes);
            rows[i] = same.map(|(_, &rows)| rows).max().unwrap_or(1);
        }
        let height: f64 = ranks.iter().zip(&rows).map(|(rank, &rows)| rank.depth * rows as f64).sum();
        if limit >= height * ASPECT || rows.iter().all(|&rows| rows == 1) {
            break rows;
        }
        limit *= 1.2;
    };
    if rows.iter().all(|&rows| rows == 1) {
        return None;
    }
    let mut staggered = vec![0; layered.vertices.len()];
    let mut keys = vec![0.0; layered.vertices.len()];
    let mut first = 0;
    for (rank, rows) in layered.ranks.iter().zip(rows) {
        let boxes = rank.iter().filter(|&&vertex| layered.vertices[vertex as usize].is_box);
        for (position, &vertex) in boxes.enumerate() {
            staggered[vertex as usize] = first + position % rows;
            keys[vertex as usize] = position as f64 / rank.len() as f64;
        }
        first += rows;
    }
    Some((staggered, keys))
}

/// What counts of a rank.
struct Rank {
    boxes: usize,
    breadth: f64,
    depth: f64,
}

impl Rank {
    fn new(layered: &Layered, rank: &[u32]) -> Rank {
        let sizes = || {
            rank.iter().map(|&v| &layered.vertices[v as usize]).filter(|vertex| vertex.is_box).map(|v| v.size)
        };
        Rank {
            boxes: sizes().count(),
            breadth: sizes().map(|size| size.0 + BOX_GAP).sum(),
            depth: sizes().map(|size| size.1).fold(0.0, f64::max) + RANK_GAP,
        }
    }

    /// The fewest rows in which the rank is no wider than `limit`, with an arrow beside each box in every other row.
    fn rows(&self, limit: f64) -> usize {
        let width = |rows: f64| self.breadth / rows + self.boxes as f64 * ARROW_GAP * (rows - 1.0) / rows;
        (1..MOST_ROWS).find(|&rows| width(rows as f64) <= limit).unwrap_or(MOST_ROWS)
    }
}
