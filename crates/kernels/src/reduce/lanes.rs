//! Fixed virtual lanes: how a leaf is folded by vectors of any width with the same result.

/// Lanes of a run; element `i` goes into lane `i % LANES`.
const LANES: usize = 32;

/// Lanes of what is left over.
const FEW: usize = 8;

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
        let mut lanes = [start; LANES];
        let (chunks, tail) = run.as_chunks::<LANES>();
        for chunk in chunks {
            // In the order of memory, which prefetchers follow; the lanes are local so that they stay in registers.
            for i in 0..LANES {
                lanes[i] = step(lanes[i], chunk[i]);
            }
        }
        total = tree(lanes, &join);
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
