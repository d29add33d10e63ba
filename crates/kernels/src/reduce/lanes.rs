//! Fixed virtual lanes: how a leaf is folded by vectors of any width with the same result.

/// Lanes of a run; element `i` goes into lane `i % LANES`.
const LANES: usize = 32;

/// Elements of each lane that one loop over the lanes takes in: as many as a leaf has, so that the lanes are
/// written and read again once a leaf, and a few for what is left.
const DEEP: usize = 16;
const SHALLOW: usize = 4;

/// Lanes of what is left over.
const FEW: usize = 8;

/// The lanes in memory, where no vector of them lies across two lines of cache.
#[repr(align(64))]
struct Lanes<W>([W; LANES]);

/// Folds a run in lanes, then joins the lanes in a fixed tree.
///
/// The order of all operations depends on the length of the run alone, not on the registers of the machine.
#[inline(always)]
pub(super) fn fold<A: Copy, W: Copy>(
    run: &[A],
    start: W,
    step: impl Fn(W, A) -> W,
    join: impl Fn(W, W) -> W,
) -> W {
    let mut total = start;
    let mut rest = run;
    if run.len() >= LANES {
        let mut lanes = Lanes([start; LANES]);
        let lanes = &mut lanes.0;
        let (deep, tail) = run.as_chunks::<{ DEEP * LANES }>();
        for block in deep {
            take_in::<DEEP, _, _>(lanes, block, &step);
        }
        let (shallow, tail) = tail.as_chunks::<{ SHALLOW * LANES }>();
        for block in shallow {
            take_in::<SHALLOW, _, _>(lanes, block, &step);
        }
        let (chunks, tail) = tail.as_chunks::<LANES>();
        for chunk in chunks {
            for i in 0..LANES {
                lanes[i] = step(lanes[i], chunk[i]);
            }
        }
        total = tree(*lanes, &join);
        rest = tail;
    }
    let (few, last) = rest.as_chunks::<FEW>();
    if !few.is_empty() {
        let mut lanes = [start; FEW];
        for chunk in few {
            for i in 0..FEW {
                lanes[i] = step(lanes[i], chunk[i]);
            }
        }
        total = join(total, tree(lanes, &join));
    }
    last.iter().fold(total, |total, &x| step(total, x))
}

/// Takes `DEPTH` elements into each lane; the compiler makes vectors of lanes before it thinks of unrolling.
#[inline(always)]
fn take_in<const DEPTH: usize, A: Copy, W: Copy>(
    lanes: &mut [W; LANES],
    block: &[A],
    step: &impl Fn(W, A) -> W,
) {
    for i in 0..LANES {
        let mut lane = lanes[i];
        for k in 0..DEPTH {
            lane = step(lane, block[k * LANES + i]);
        }
        lanes[i] = lane;
    }
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
