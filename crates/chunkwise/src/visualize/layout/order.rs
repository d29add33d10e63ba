//! The order within each rank: barycentres, swept down and up, keeping the best order seen, and then exchanging
//! neighbours as long as that helps (Eades and Wormald, "Edge crossings in drawings of bipartite graphs", 1994).

use super::ranks::Layered;

/// Sweeps tried from each beginning, half of them in each direction.
const SWEEPS: usize = 24;
/// Fewer sweeps in large graphs: about this many vertices are visited, but the order is improved a few times at least.
const VISITS: usize = 100_000;
const FEWEST_SWEEPS: usize = 4;
/// Rounds of exchanging neighbours.
const EXCHANGES: usize = 8;

/// Orders every rank so that few arrows cross.
pub(super) fn order(layered: &mut Layered) {
    let mut positions = vec![0u32; layered.vertices.len()];
    let given = layered.ranks.clone();
    let sweeps = (VISITS / layered.vertices.len().max(1)).clamp(FEWEST_SWEEPS, SWEEPS);
    let mut best: Option<(u64, Vec<Vec<u32>>)> = None;
    for (from_top, mirrored) in [(true, false), (false, false), (true, true), (false, true)] {
        layered.ranks.clone_from(&given);
        if mirrored {
            layered.ranks.iter_mut().for_each(|rank| rank.reverse());
        }
        number(&layered.ranks, &mut positions);
        for i in 0..sweeps {
            if best.as_ref().is_some_and(|(least, _)| *least == 0) {
                break;
            }
            sweep(layered, &mut positions, (i % 2 == 0) == from_top);
            let crossings = crossings(layered, &positions);
            if best.as_ref().is_none_or(|(least, _)| crossings < *least) {
                best = Some((crossings, layered.ranks.clone()));
            }
        }
    }
    if let Some((_, ranks)) = best {
        layered.ranks = ranks;
    }
    number(&layered.ranks, &mut positions);
    for _ in 0..EXCHANGES {
        if !exchange(layered, &mut positions) {
            break;
        }
    }
}

fn number(ranks: &[Vec<u32>], positions: &mut [u32]) {
    for rank in ranks {
        for (position, &vertex) in rank.iter().enumerate() {
            positions[vertex as usize] = position as u32;
        }
    }
}

/// Sorts each rank by the mean position of what its vertices are connected to in the rank just sorted. Vertices that
/// are connected to nothing there stay between their neighbours.
fn sweep(layered: &mut Layered, positions: &mut [u32], down: bool) {
    let count = layered.ranks.len();
    for i in 1..count {
        let rank = if down { i } else { count - 1 - i };
        let neighbours = if down { &layered.above } else { &layered.below };
        let mut last = 0.0;
        let mut keyed: Vec<(f64, u32)> = layered.ranks[rank]
            .iter()
            .map(|&vertex| {
                let near = &neighbours[vertex as usize];
                if !near.is_empty() {
                    let sum: f64 = near.iter().map(|&n| f64::from(positions[n as usize])).sum();
                    last = sum / near.len() as f64;
                }
                (last, vertex)
            })
            .collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (position, (_, vertex)) in keyed.iter().enumerate() {
            positions[*vertex as usize] = position as u32;
        }
        layered.ranks[rank] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
    }
}

/// Pairs of arrows that cross, counted rank by rank as inversions with a tree of partial sums (Barth, Jünger and
/// Mutzel, "Simple and efficient bilayer cross counting", 2002).
pub(super) fn crossings(layered: &Layered, positions: &[u32]) -> u64 {
    let mut crossings = 0;
    for (rank, next) in layered.ranks.iter().zip(layered.ranks.iter().skip(1)) {
        let mut tree = vec![0u64; next.len() + 1];
        let mut seen = 0;
        for &vertex in rank {
            let mut ends: Vec<usize> =
                layered.below[vertex as usize].iter().map(|&b| positions[b as usize] as usize).collect();
            ends.sort_unstable();
            for &end in &ends {
                let (mut at, mut before) = (end + 1, 0);
                while at > 0 {
                    before += tree[at];
                    at &= at - 1;
                }
                crossings += seen - before;
            }
            for &end in &ends {
                let mut at = end + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
            seen += ends.len() as u64;
        }
    }
    crossings
}

/// Exchanges neighbours where that removes crossings; says whether it did anywhere.
fn exchange(layered: &mut Layered, positions: &mut [u32]) -> bool {
    let mut changed = false;
    for rank in 0..layered.ranks.len() {
        for i in 1..layered.ranks[rank].len() {
            let (left, right) = (layered.ranks[rank][i - 1], layered.ranks[rank][i]);
            let mut gain = 0i64;
            for near in [&layered.above, &layered.below] {
                gain += gain_of_exchange(&near[left as usize], &near[right as usize], positions);
            }
            if gain > 0 {
                layered.ranks[rank].swap(i - 1, i);
                positions.swap(left as usize, right as usize);
                changed = true;
            }
        }
    }
    changed
}

/// Crossings between the arrows of two neighbours, less those if they changed places.
fn gain_of_exchange(left: &[u32], right: &[u32], positions: &[u32]) -> i64 {
    const MOST_PAIRS: usize = 10_000;
    if left.len().saturating_mul(right.len()) > MOST_PAIRS {
        return 0;
    }
    let mut gain = 0;
    for &a in left {
        for &b in right {
            gain += (i64::from(positions[a as usize]) - i64::from(positions[b as usize])).signum();
        }
    }
    gain
}
