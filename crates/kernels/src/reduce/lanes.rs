//! Fixed virtual lanes: how a leaf is folded by vectors of any width with the same result.

use super::items::Items;

/// Lanes of what is folded; element `i` goes into lane `i % LANES`.
const LANES: usize = 32;

/// Elements of each lane that one loop over the lanes takes in. Two are enough for the lanes to stay in registers, and
/// so few that memory is read in order, which its prefetchers want: sums of memory took half the time again with sixteen.
const DEPTH: usize = 2;

/// Lanes of what is left over.
const FEW: usize = 8;

/// Lanes that loops may leave in memory: a vector of them lies in one cache line. (Where one lay across two, the mean of
/// random integers took 264 instead of 192 ms.)
#[repr(align(64))]
struct Aligned<T>(T);

/// Folds items in lanes, then joins the lanes in a fixed tree.
///
/// The order of all operations depends on the number of items alone, not on the registers of the machine.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "items are found by number, as lanes are")]
pub(super) fn fold<A: Copy, W: Copy>(
    items: impl Items<Item = A>,
    start: W,
    step: impl Fn(W, A) -> W,
    join: impl Fn(W, W) -> W,
) -> W {
    let (mut total, mut at) = (start, 0);
    if items.len() >= LANES {
        let mut aligned = Aligned([start; LANES]);
        let lanes = &mut aligned.0;
        while items.len() - at >= DEPTH * LANES {
            let block = items.part(at, DEPTH * LANES);
            for i in 0..LANES {
                for k in 0..DEPTH {
                    lanes[i] = step(lanes[i], block.at(k * LANES + i));
                }
            }
            at += DEPTH * LANES;
        }
        if items.len() - at >= LANES {
            let block = items.part(at, LANES);
            for i in 0..LANES {
                lanes[i] = step(lanes[i], block.at(i));
            }
            at += LANES;
        }
        total = tree(aligned.0, &join);
    }
    if items.len() - at >= FEW {
        let mut lanes = [start; FEW];
        while items.len() - at >= FEW {
            let few = items.part(at, FEW);
            for i in 0..FEW {
                lanes[i] = step(lanes[i], few.at(i));
            }
            at += FEW;
        }
        total = join(total, tree(lanes, &join));
    }
    let rest = items.part(at, items.len() - at);
    for i in 0..rest.len() {
        total = step(total, rest.at(i));
    }
    total
}

/// Joins lanes, of which there must be a power of two, in a fixed tree.
#[inline(always)]
fn tree<const N: usize, W: Copy>(mut lanes: [W; N], join: impl Fn(W, W) -> W) -> W {
    let mut width = N / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}
