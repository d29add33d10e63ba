//! The k-th smallest of many.
//!
//! After Floyd and Rivest ("Expected time bounds for selection", CACM 18, 1975): a sorted sample gives two bounds that
//! very likely have the wanted element between them. One pass without branches keeps what lies between the bounds and
//! counts what lies below, and what is kept is treated likewise until it is short. So most elements are looked at once,
//! at about a nanosecond each. Where the bounds miss, or too much equals them, the standard library's selection takes
//! over, which is linear in the worst case. Samples are drawn by a fixed sequence: the outcome is exact whatever they
//! are.

use super::key::Key;

/// So few are left to the standard library.
const FEW: usize = 512;
/// The smallest and the largest sample. More elements are worth a larger one, as then fewer are kept.
const SAMPLE: (usize, usize) = (32, 1024);
/// One element of the sample stands for so many.
const STRIDE: usize = 80;
/// Half the distance of the bounds, in standard deviations of the rank of a sampled element.
const SPREAD: f64 = 2.5;

/// What a pass has found.
enum Pass<K> {
    /// So many are below those that were kept.
    Kept {
        below: usize,
        kept: usize,
    },
    /// The bounds are equal, and are what was sought.
    Found(K),
    Missed,
}

/// The elements of rank `k`, and of the one after it if `pair`, which must exist; else the first twice. `spare` has the
/// length of `keys`.
pub(super) fn select<K: Key>(keys: &[K], spare: &mut [K], k: usize, pair: bool) -> (K, K) {
    let mut rank = k;
    if keys.len() > FEW {
        match pass(keys, spare, rank, pair) {
            Pass::Found(key) => return (key, key),
            Pass::Kept { below, kept } => {
                rank -= below;
                let (mut now, mut next) = spare.split_at_mut(kept);
                while now.len() > FEW {
                    match pass(now, next, rank, pair) {
                        Pass::Found(key) => return (key, key),
                        Pass::Missed => break,
                        Pass::Kept { below, kept } => {
                            rank -= below;
                            // What was looked at is free for what comes after.
                            let (all, free) = (std::mem::take(&mut next), std::mem::take(&mut now));
                            (now, next) = (&mut all[..kept], free);
                        }
                    }
                }
                return few(now, rank, pair);
            }
            Pass::Missed => {}
        }
    }
    spare.copy_from_slice(keys);
    few(spare, rank, pair)
}

/// The same, in place.
fn few<K: Key>(keys: &mut [K], k: usize, pair: bool) -> (K, K) {
    let (_, &mut key, above) = keys.select_nth_unstable(k);
    let next = if pair { above.iter().copied().min().unwrap_or(key) } else { key };
    (key, next)
}

/// Keeps in `into`, which is no shorter than `keys`, what may have rank `k`: at most half of all.
fn pass<K: Key>(keys: &[K], into: &mut [K], k: usize, pair: bool) -> Pass<K> {
    let n = keys.len();
    let mut room = [K::default(); SAMPLE.1];
    let size = (n / STRIDE).clamp(SAMPLE.0, SAMPLE.1);
    let sample = &mut room[..size];
    // One of each stretch of equal length, so that ranks vary less than if all were drawn from everywhere.
    let mut state = n as u64;
    for (i, key) in sample.iter_mut().enumerate() {
        let (first, end) = (stretch(i, n, size), stretch(i + 1, n, size));
        let offset = (u128::from(draw(&mut state)) * (end - first) as u128) >> 64;
        *key = keys[first + offset as usize];
    }
    sample.sort_unstable();
    let expected = k as f64 / n as f64 * size as f64;
    let spread = SPREAD * 0.5 * (size as f64).sqrt();
    let (low, high) = (expected - spread, (expected + spread).ceil());
    let low = if low < 0.0 { K::MIN } else { sample[low as usize] };
    let high = if high < size as f64 { sample[high as usize] } else { K::MAX };
    let (below, kept) = keep(keys, into, low, high);
    if k < below || k + usize::from(pair) >= below + kept {
        Pass::Missed
    } else if low == high {
        Pass::Found(low)
    } else if kept > n / 2 {
        Pass::Missed
    } else {
        Pass::Kept { below, kept }
    }
}

/// Where stretch `i` of `size` begins.
fn stretch(i: usize, n: usize, size: usize) -> usize {
    (i as u128 * n as u128 / size as u128) as usize
}

/// Copies what lies between the bounds, which belong to it; returns how much is below them, and how much was copied.
fn keep<K: Key>(keys: &[K], into: &mut [K], low: K, high: K) -> (usize, usize) {
    let width = high.minus(low);
    let into = &mut into[..keys.len()];
    let (mut below, mut kept) = (0, 0);
    for &key in keys {
        into[kept] = key;
        kept += usize::from(key.within(low, width));
        below += usize::from(key < low);
    }
    (below, kept)
}

/// The next word of the sequence "splitmix64" (Steele, Lea and Flood, OOPSLA 2014).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
