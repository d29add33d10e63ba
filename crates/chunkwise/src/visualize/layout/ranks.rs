//! Ranks, and places for arrows to pass the ranks between their ends.

use super::Point;

/// A box, or a place where the arrows from one box pass a rank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vertex {
    /// Across and along.
    pub(super) size: Point,
    pub(super) rank: usize,
    pub(super) is_box: bool,
}

/// A graph whose arrows go from one rank to the next.
///
/// The first vertices are the boxes, in their order.
#[derive(Debug)]
pub(super) struct Layered {
    pub(super) vertices: Vec<Vertex>,
    /// The vertices of each rank, in order.
    pub(super) ranks: Vec<Vec<u32>>,
    /// For each vertex, those of the rank before that lead to it, each once.
    pub(super) above: Vec<Vec<u32>>,
    /// For each vertex, those of the rank after that it leads to, each once.
    pub(super) below: Vec<Vec<u32>>,
    /// For each arrow, the vertices that it visits.
    pub(super) paths: Vec<Vec<u32>>,
}

/// Makes the places for arrows to pass ranks, and orders every rank by the keys of its boxes. Arrows from one box share their places in the ranks that they pass, like a branching road,
/// which keeps pictures of much-read boxes clear and small.
pub(super) fn layer(sizes: &[Point], edges: &[(u32, u32)], ranks: &[usize], keys: &[f64]) -> Layered {
    let mut keys = keys.to_vec();
    let vertices =
        sizes.iter().zip(ranks).map(|(&size, &rank)| Vertex { size, rank, is_box: true }).collect();
    let mut layered = Layered {
        vertices,
        ranks: vec![Vec::new(); ranks.iter().max().map_or(0, |r| r + 1)],
        above: vec![Vec::new(); sizes.len()],
        below: vec![Vec::new(); sizes.len()],
        paths: Vec::with_capacity(edges.len()),
    };
    // For each box, the places of its arrows in the ranks after it.
    let mut roads: Vec<Vec<u32>> = vec![Vec::new(); sizes.len()];
    for &(from, to) in edges {
        let passed = ranks[to as usize] - ranks[from as usize] - 1;
        for i in roads[from as usize].len()..passed {
            let place = layered.vertices.len() as u32;
            let before = if i == 0 { from } else { roads[from as usize][i - 1] };
            let rank = ranks[from as usize] + 1 + i;
            layered.vertices.push(Vertex { size: (0.0, 0.0), rank, is_box: false });
            keys.push(keys[from as usize]);
            layered.above.push(vec![before]);
            layered.below.push(Vec::new());
            layered.below[before as usize].push(place);
            roads[from as usize].push(place);
        }
        let road = &roads[from as usize][..passed];
        let last = road.last().copied().unwrap_or(from);
        if !layered.below[last as usize].contains(&to) {
            layered.below[last as usize].push(to);
            layered.above[to as usize].push(last);
        }
        layered.paths.push(std::iter::once(from).chain(road.iter().copied()).chain([to]).collect());
    }
    for (number, vertex) in layered.vertices.iter().enumerate() {
        layered.ranks[vertex.rank].push(number as u32);
    }
    for rank in &mut layered.ranks {
        rank.sort_by(|&a, &b| keys[a as usize].total_cmp(&keys[b as usize]));
    }
    layered
}

/// A box comes after everything that it reads, and right before its first reader unless it reads more than it has
/// readers: arrows that lead to many share their way, those that come from many do not.
pub(super) fn ranks(count: usize, edges: &[(u32, u32)]) -> Vec<usize> {
    let (mut reads, mut readers) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for &(from, to) in edges {
        reads[to as usize].push(from);
        readers[from as usize].push(to);
    }
    let mut ranks = vec![0; count];
    for at in 0..count {
        ranks[at] = reads[at].iter().map(|&r| ranks[r as usize] + 1).max().unwrap_or(0);
    }
    for at in (0..count).rev() {
        if !readers[at].is_empty() && readers[at].len() >= reads[at].len() {
            let first = readers[at].iter().map(|&r| ranks[r as usize]).min().expect("it has readers");
            ranks[at] = first - 1;
        }
    }
    let first = ranks.iter().min().copied().unwrap_or(0);
    ranks.iter().map(|rank| rank - first).collect()
}
