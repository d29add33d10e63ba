//! The loops that number bins.

use std::sync::Arc;

use super::Bins;
use crate::elementwise::map::{Map3, map1_with, scalar1_with};
use crate::isa::{Code, Isa};

/// Bins of equal width.
///
/// The number is a guess from the distance to the lower edge, which may be off by one next to an edge, and is then
/// moved by one where the edges say so, as `numpy.histogram` does it. Everything stays a float until the end and
/// nothing branches, so that the loop vectorises.
#[derive(Clone, Copy)]
pub(super) struct Uniform {
    lo: f64,
    hi: f64,
    count: f64,
    width: f64,
    step: f64,
    /// Bins per unit of length.
    density: f64,
}

/// Floats of this size are whole, so adding it rounds to a whole number, whose bits are those of the sum.
const WHOLE: f64 = (1u64 << 52) as f64;

impl Uniform {
    #[inline(always)]
    pub(super) fn new(lo: f64, hi: f64, count: f64) -> Self {
        let width = hi - lo;
        Uniform { lo, hi, count, width, step: width / count, density: count / width }
    }

    /// Lower edge of bin `i`, by the arithmetic of `numpy.linspace`.
    #[inline(always)]
    pub(super) fn edge(self, i: f64) -> f64 {
        if self.step == 0.0 { self.edge_of_tiny(i) } else { i * self.step + self.lo }
    }

    /// The same where the width of a bin underflows.
    #[inline(always)]
    fn edge_of_tiny(self, i: f64) -> f64 {
        i / self.count * self.width + self.lo
    }

    /// Whether bins are so wide that their edges increase strictly, by far more than roundings, and that no product
    /// underflows or overflows.
    fn is_regular(self) -> bool {
        const FINE: f64 = 1.0 / (1u64 << 40) as f64;
        self.step >= FINE * self.lo.abs().max(self.hi.abs()) && self.step > 1e-290 && self.density.is_finite()
    }

    /// The bin that edges which increase strictly leave no doubt about, whatever the guess: of the edge nearest to `x`
    /// by the same arithmetic up to roundings, without a quotient, either the bin above or the one below.
    #[inline(always)]
    fn regular_bin(self, x: f64) -> i64 {
        let nearest = ((x - self.lo) * self.density + WHOLE) - WHOLE;
        let bin = nearest - if x < nearest * self.step + self.lo { 1.0 } else { 0.0 };
        let last = self.count - 1.0;
        self.number(x, if bin > last { last } else { bin })
    }

    #[inline(always)]
    fn bin(self, x: f64, edge: impl Fn(f64) -> f64) -> i64 {
        let scaled = (x - self.lo) / self.width * self.count;
        let nearest = (scaled + WHOLE) - WHOLE;
        let below = nearest - if nearest > scaled { 1.0 } else { 0.0 };
        let last = self.count - 1.0;
        let guess = if below > last { last } else { below };
        let down = guess - if x < edge(guess) { 1.0 } else { 0.0 };
        let next = down + 1.0;
        self.number(x, if (x >= edge(next)) & (down != last) { next } else { down })
    }

    /// The number of a bin, or -1 for what lies outside.
    #[inline(always)]
    fn number(self, x: f64, bin: f64) -> i64 {
        let number = (bin + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()) as i64;
        if (x >= self.lo) & (x <= self.hi) { number } else { -1 }
    }
}

/// The loop for bins that were checked.
pub(crate) fn code(bins: &Bins, isa: Isa) -> Code {
    match bins {
        Bins::Uniform { lo, hi, count } => {
            let uniform = Uniform::new(lo.get(), hi.get(), f64::from(*count));
            if uniform.is_regular() {
                map1_with(isa, move |x: f64| uniform.regular_bin(x))
            } else if uniform.step == 0.0 {
                map1_with(isa, move |x: f64| uniform.bin(x, |i| uniform.edge_of_tiny(i)))
            } else {
                map1_with(isa, move |x: f64| uniform.bin(x, |i| i * uniform.step + uniform.lo))
            }
        }
        Bins::Edges(edges) => {
            let edges: Arc<[f64]> = edges.iter().map(|edge| edge.get()).collect();
            scalar1_with(isa, move |x: f64| number(&edges, x))
        }
    }
}

/// The number of the bin of `x` between sorted edges.
fn number(edges: &[f64], x: f64) -> i64 {
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else { return -1 };
    let inside = x >= first && x <= last;
    if !inside {
        return -1;
    }
    let below = if x == last { edges.len() - 1 } else { edges.partition_point(|&edge| edge <= x) };
    below as i64 - 1
}

/// The loop for `count` bins of equal width between two operands.
pub(crate) fn between(count: u32, isa: Isa) -> Code {
    let count = f64::from(count);
    let bin = move |x: f64, lo: f64, hi: f64| {
        let uniform = Uniform::new(lo, hi, count);
        let number = uniform.bin(x, |i| uniform.edge(i));
        if (uniform.width > 0.0) & (uniform.width < f64::INFINITY) { number } else { -1 }
    };
    Code::new(Map3::new(bin), isa)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bin by NumPy's arithmetic, and the one without a quotient, on both sides of edges.
    #[test]
    fn regular_bins_are_those_of_the_guess_and_its_corrections() {
        let mut state = 88_172_645_463_325_252_u64;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut regular = 0;
        for case in 0..3000 {
            // Of either sign, from 2^-30 to 2^30.
            let mut end =
                || f64::from_bits((word() & 0x800F_FFFF_FFFF_FFFF) | ((1023 - 30 + word() % 60) << 52));
            let (a, b) = (end(), end());
            let count = [1, 2, 3, 7, 10, 100, 1000, 12_345, 1 << 20, 1u32 << 31][case % 10];
            let bins = Uniform::new(a.min(b), a.max(b), f64::from(count));
            if !bins.is_regular() {
                continue;
            }
            regular += 1;
            let check = |x: f64| {
                let expected = bins.bin(x, |i| i * bins.step + bins.lo);
                assert_eq!(bins.regular_bin(x), expected, "{x} in {count} bins from {a} to {b}");
            };
            for _ in 0..20 {
                let edge = bins.edge((word() % (u64::from(count) + 1)) as f64);
                let around = [edge.next_down().next_down(), edge.next_down(), edge, edge.next_up()];
                around.into_iter().for_each(check);
                check(bins.lo + bins.width * (word() >> 11) as f64 / (1u64 << 53) as f64);
            }
            for end in [bins.lo, bins.hi] {
                [end.next_down(), end, end.next_up()].into_iter().for_each(check);
            }
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(check);
        }
        assert!(regular > 1000, "{regular}");
    }

    #[test]
    fn narrow_bins_are_not_regular() {
        let regular = |lo, hi, count| Uniform::new(lo, hi, count).is_regular();
        assert!(regular(-9.0, 11.0, 100.0) && regular(0.0, 1e-200, 10.0) && regular(-1e300, 1e300, 3.0));
        assert!(!regular(1e16, 1e16 + 8.0, 8.0) && !regular(0.0, 5e-324, 2.0) && !regular(0.0, 1e-280, 2e20));
    }
}
