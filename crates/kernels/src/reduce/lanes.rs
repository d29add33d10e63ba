//! Fixed virtual lanes: how a leaf is folded by vectors of any width with the same result.

/// Lanes of a run; element `i` goes into lane `i % LANES`.
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
        let mut aligned = Aligned([start; LANES]);
        let lanes = &mut aligned.0;
        let (blocks, tail) = run.as_chunks::<{ DEPTH * LANES }>();
        for block in blocks {
            for i in 0..LANES {
                for k in 0..DEPTH {
                    lanes[i] = step(lanes[i], block[k * LANES + i]);
                }
            }
        }
        let (chunks, tail) = tail.as_chunks::<LANES>();
        for chunk in chunks {
            for i in 0..LANES {
                lanes[i] = step(lanes[i], chunk[i]);
            }
        }
        total = tree(aligned.0, &join);
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
