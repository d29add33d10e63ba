//! Reshapes that are views, and reshapes of views.

use smallvec::SmallVec;

use super::{groups, long};
use crate::{AxisMap, Shape, View};

/// The view that a reshape is which adds and removes axes of length one only.
///
/// ```
/// use chunkwise_core::unit_axes_view;
///
/// let view = unit_axes_view(&[3, 1, 4], &[1, 3, 4]).expect("the same lengths but for ones");
/// assert_eq!(view.shape[..], [1, 3, 4]);
/// assert!(unit_axes_view(&[3, 4], &[4, 3]).is_none());
/// ```
pub fn unit_axes_view(from: &[usize], to: &[usize]) -> Option<View> {
    if !long(from).eq(long(to)) {
        return None;
    }
    let mut places = (0..to.len()).filter(|&j| to[j] != 1);
    let source = from.iter().map(|&n| {
        let axis = if n == 1 { None } else { places.next() };
        AxisMap { axis, start: 0, step: 1 }
    });
    Some(View { shape: to.into(), source: source.collect() })
}

/// A reshape of a view as a view of a reshape.
#[derive(Clone, Debug, PartialEq)]
pub struct ReshapedView {
    /// What the source is reshaped to.
    pub source: Shape,
    /// The view of that.
    pub view: View,
}

/// The reshape to `to` of a view of a source of this shape, as a view of the source reshaped; `None` where axes that
/// are merged or split are not whole axes of the source beside each other, nor repeated.
pub fn reshaped_view(source: &[usize], view: &View, to: &[usize]) -> Option<ReshapedView> {
    if view.shape.contains(&0) || source.contains(&0) {
        return None;
    }
    // Which axis of the result each axis of the view becomes, where it stays one axis.
    let mut renamed: SmallVec<[Option<usize>; 6]> = SmallVec::from_elem(None, view.shape.len());
    // Where source axes begin that are reshaped together, how many they are, and the axes that they become.
    let mut replaced: SmallVec<[(usize, usize, std::ops::Range<usize>); 2]> = SmallVec::new();
    for (old, new) in groups(&view.shape, to) {
        let axes: SmallVec<[usize; 6]> = old.clone().filter(|&i| view.shape[i] != 1).collect();
        if long(&view.shape[old]).eq(long(&to[new.clone()])) {
            for (&i, j) in axes.iter().zip(new.filter(|&j| to[j] != 1)) {
                renamed[i] = Some(j);
            }
            continue;
        }
        if axes.iter().all(|&i| view.drivers(i).next().is_none()) {
            continue;
        }
        let mut whole: SmallVec<[usize; 4]> = SmallVec::new();
        for &i in &axes {
            let mut drivers = view.drivers(i);
            let (k, map) = drivers.next()?;
            if drivers.next().is_some() || (map.start, map.step) != (0, 1) || source[k] != view.shape[i] {
                return None;
            }
            whole.push(k);
        }
        if whole.windows(2).any(|w| w[1] != w[0] + 1) {
            return None;
        }
        replaced.push((whole[0], whole.len(), new));
    }
    let mut reshaped =
        ReshapedView { source: Shape::new(), view: View { shape: to.into(), source: SmallVec::new() } };
    let mut k = 0;
    while k < source.len() {
        if let Some((_, count, new)) = replaced.iter().find(|(first, ..)| *first == k) {
            reshaped.source.extend(new.clone().map(|j| to[j]));
            reshaped.view.source.extend(new.clone().map(|j| AxisMap { axis: Some(j), start: 0, step: 1 }));
            k += count;
            continue;
        }
        let map = view.source[k];
        reshaped.source.push(source[k]);
        // An axis of length one stands still.
        reshaped.view.source.push(AxisMap { axis: map.axis.and_then(|i| renamed[i]), ..map });
        k += 1;
    }
    Some(reshaped)
}
