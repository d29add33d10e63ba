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
}

/// Floats of this size are whole, so adding it rounds to a whole number, whose bits are those of the sum.
const WHOLE: f64 = (1u64 << 52) as f64;

impl Uniform {
    #[inline(always)]
    pub(super) fn new(lo: f64, hi: f64, count: f64) -> Self {
        let width = hi - lo;
        Uniform { lo, hi, count, width, step: width / count }
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

    #[inline(always)]
    fn bin(self, x: f64, edge: impl Fn(f64) -> f64) -> i64 {
        let scaled = (x - self.lo) / self.width * self.count;
        let nearest = (scaled + WHOLE) - WHOLE;
        let below = nearest - if nearest > scaled { 1.0 } else { 0.0 };
        let last = self.count - 1.0;
        let guess = if below > last { last } else { below };
        let down = guess - if x < edge(guess) { 1.0 } else { 0.0 };
        let next = down + 1.0;
        let bin = if (x >= edge(next)) & (down != last) { next } else { down };
        let number = (bin + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()) as i64;
        if (x >= self.lo) & (x <= self.hi) { number } else { -1 }
    }
}

/// The loop for bins that were checked.
pub(crate) fn code(bins: &Bins, isa: Isa) -> Code {
    match bins {
        Bins::Uniform { lo, hi, count } => {
            let uniform = Uniform::new(lo.get(), hi.get(), f64::from(*count));
            if uniform.step == 0.0 {
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
