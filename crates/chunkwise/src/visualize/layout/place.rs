//! Where vertices are across their ranks: each as near to what it is connected to as the order and the distances
//! between neighbours allow.
//!
//! For one rank, given the places of the ranks around it, that is a weighted least-squares problem with an order to
//! keep. Taking the distances out leaves isotonic regression, which the pool-adjacent-violators algorithm solves exactly
//! in linear time (Ayer, Brunk, Ewing, Reid and Silverman, 1955). Sweeping over the ranks down and up settles quickly.

use super::ranks::Layered;

/// Sweeps in each direction.
const ROUNDS: usize = 12;
/// Between two boxes, between a box and an arrow that passes, and between two such arrows.
pub(super) const BOX_GAP: f64 = 16.0;
const SIDE_GAP: f64 = 12.0;
pub(super) const ARROW_GAP: f64 = 7.0;

/// Centres of the vertices across their ranks; the least left edge is at zero.
pub(super) fn place(layered: &Layered) -> Vec<f64> {
    let mut centres = vec![0.0; layered.vertices.len()];
    let distances: Vec<Vec<f64>> = layered.ranks.iter().map(|rank| distances(layered, rank)).collect();
    for (rank, distances) in layered.ranks.iter().zip(&distances) {
        let width: f64 = distances.iter().sum();
        for (&vertex, &distance) in rank.iter().zip(distances) {
            centres[vertex as usize] = distance - width / 2.0;
        }
    }
    let count = layered.ranks.len();
    for round in 0..2 * ROUNDS {
        for i in 0..count {
            // Down looking up, then up looking down, and in the end both ways.
            let down = round % 2 == 0;
            let rank = if down { i } else { count - 1 - i };
            let last = round + 4 >= 2 * ROUNDS;
            settle(layered, rank, &distances[rank], (down || last, !down || last), &mut centres);
        }
    }
    let left = |(number, centre): (usize, &f64)| centre - layered.vertices[number].size.0 / 2.0;
    let least = centres.iter().enumerate().map(left).fold(f64::INFINITY, f64::min);
    centres.iter().map(|centre| centre - least).collect()
}

/// Where each vertex would be if the rank were packed: distances from the first.
fn distances(layered: &Layered, rank: &[u32]) -> Vec<f64> {
    let mut at = 0.0;
    let mut distances = Vec::with_capacity(rank.len());
    for (i, &vertex) in rank.iter().enumerate() {
        if i > 0 {
            let (left, right) = (&layered.vertices[rank[i - 1] as usize], &layered.vertices[vertex as usize]);
            let gap = match (left.is_box, right.is_box) {
                (true, true) => BOX_GAP,
                (true, false) | (false, true) => SIDE_GAP,
                (false, false) => ARROW_GAP,
            };
            at += (left.size.0 + right.size.0) / 2.0 + gap;
        }
        distances.push(at);
    }
    distances
}

/// Places one rank by the ranks above and below it, as asked.
fn settle(
    layered: &Layered,
    rank: usize,
    distances: &[f64],
    (above, below): (bool, bool),
    centres: &mut [f64],
) {
    // Runs of vertices that touch: sum of weighted wishes, sum of weights, number of vertices.
    let mut runs: Vec<(f64, f64, usize)> = Vec::new();
    for (&vertex, distance) in layered.ranks[rank].iter().zip(distances) {
        // A vertex without connections stays where it is unless it is in the way.
        let (mut sum, mut weight) = (centres[vertex as usize] * 1e-3, 1e-3);
        let near = [(above, &layered.above, &layered.below), (below, &layered.below, &layered.above)];
        for (_, near, back) in near.iter().filter(|(asked, ..)| *asked) {
            for &other in &near[vertex as usize] {
                let pull = pull(layered, vertex, other) / back[other as usize].len() as f64;
                sum += pull * centres[other as usize];
                weight += pull;
            }
        }
        let mut run = (sum - weight * distance, weight, 1);
        while let Some(before) = runs.last() {
            if before.0 / before.1 < run.0 / run.1 {
                break;
            }
            run = (before.0 + run.0, before.1 + run.1, before.2 + run.2);
            runs.pop();
        }
        runs.push(run);
    }
    let mut vertices = layered.ranks[rank].iter().zip(distances);
    for (sum, weight, len) in runs {
        for (&vertex, distance) in vertices.by_ref().take(len) {
            centres[vertex as usize] = sum / weight + distance;
        }
    }
}

/// How much two connected vertices want to be in line: arrows that pass ranks more than boxes. (What is connected to
/// many shares its pull among them, so that a reduction does not draw all its blocks together.)
fn pull(layered: &Layered, a: u32, b: u32) -> f64 {
    match (layered.vertices[a as usize].is_box, layered.vertices[b as usize].is_box) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 2.0,
        (false, false) => 8.0,
    }
}
