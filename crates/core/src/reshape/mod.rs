//! Which axes of two shapes of one size line up, and what a reshape in row-major order is where they do.

mod block;
mod grid;
mod ranges;
#[cfg(test)]
mod tests;
mod view;

use std::ops::Range;

use smallvec::SmallVec;

pub use grid::reshaped_grid;
pub use ranges::for_flat_boxes;
pub use view::{ReshapedView, reshaped_view, unit_axes_view};

/// Neighbouring axes of one shape, and those of another that hold the same elements.
type Group = (Range<usize>, Range<usize>);

/// The shapes as the most groups whose lengths multiply to the same. Both have the same number of elements, which is
/// not zero.
fn groups(from: &[usize], to: &[usize]) -> SmallVec<[Group; 6]> {
    debug_assert_eq!(from.iter().product::<usize>(), to.iter().product::<usize>());
    let mut groups = SmallVec::new();
    let (mut i, mut j) = (0, 0);
    while i < from.len() || j < to.len() {
        let (first, second) = (i, j);
        let (mut p, mut q) = (1, 1);
        let next = |lens: &[usize], at: &mut usize| {
            *at += 1;
            lens.get(*at - 1).copied()
        };
        if i < from.len() {
            p = next(from, &mut i).unwrap_or(1);
        }
        if j < to.len() {
            q = next(to, &mut j).unwrap_or(1);
        }
        // The sizes are equal, so the smaller product has axes left.
        while p != q {
            let (product, more) =
                if p < q { (&mut p, next(from, &mut i)) } else { (&mut q, next(to, &mut j)) };
            let Some(more) = more else { break };
            *product *= more;
        }
        groups.push((first..i, second..j));
    }
    groups
}

/// The lengths other than one.
fn long(lens: &[usize]) -> impl Iterator<Item = usize> + '_ {
    lens.iter().copied().filter(|&n| n != 1)
}
