//! How a view passes through a reduction, a contraction, a concatenation and a reshape.

use chunkwise_core::{AxisMap, View};
use chunkwise_plan::Contraction;
use smallvec::SmallVec;

/// The view of a reduction's operand, and the axes of that view to reduce, that give `view` of the result.
///
/// `None` when nothing would be saved: the view leaves no element out, or repeats some.
pub(super) fn reduce_view(
    operand: &[usize],
    result: &[usize],
    axes: u64,
    view: &View,
) -> Option<(View, u64)> {
    let elements = |shape: &[usize]| shape.iter().product::<usize>();
    if view.repeats() || elements(&view.shape) >= elements(result) {
        return None;
    }
    let keep = operand.len() == result.len();
    let reduced = |k: usize| axes & (1 << k) != 0;
    // The axes of the new view: those of `view` in their order, and each reduced axis after the axis that its
    // predecessors among the operand's axes move along, so that elements stay in an order close to memory's.
    let mut order: SmallVec<[Result<usize, usize>; 6]> = (0..view.shape.len()).map(Ok).collect();
    let mut after = 0;
    let mut m = 0;
    for k in 0..operand.len() {
        if reduced(k) {
            order.insert(after, Err(k));
            after += 1;
            m += usize::from(keep);
            continue;
        }
        if let Some(axis) = view.source[m].axis {
            let at =
                order.iter().position(|&entry| entry == Ok(axis)).expect("every axis of the view is there");
            after = after.max(at + 1);
        }
        m += 1;
    }
    let place = |entry: Result<usize, usize>| order.iter().position(|&e| e == entry);
    let mut bits = 0;
    let mut m = 0;
    let source = (0..operand.len())
        .map(|k| {
            if reduced(k) {
                let axis = place(Err(k)).expect("inserted above");
                bits |= 1 << axis;
                m += usize::from(keep);
                return AxisMap { axis: Some(axis), start: 0, step: 1 };
            }
            let map = view.source[m];
            m += 1;
            AxisMap { axis: map.axis.and_then(|axis| place(Ok(axis))), ..map }
        })
        .collect();
    let shape = order
        .iter()
        .map(|entry| match *entry {
            Ok(axis) => view.shape[axis],
            Err(k) => operand[k],
        })
        .collect();
    Some((View { shape, source }, bits))
}

/// A contraction that gives a view of another one.
pub(super) struct ContractViews {
    pub(super) axes: Contraction,
    /// Which input each operand is, and what is seen of it; the left operand first.
    pub(super) operands: [(usize, View); 2],
}

/// The contraction of views of the operands that gives `view` of the result.
///
/// `None` for views that repeat elements, take a diagonal, or order axes in a way that no product gives: batches
/// come first, then rows and columns, or columns and rows, which is the product of the transposes.
pub(super) fn contract_views(
    axes: Contraction,
    (left, right): (&[usize], &[usize]),
    view: &View,
) -> Option<ContractViews> {
    // For each axis of the view, the one axis of the result that moves along it: batch, row or column.
    let kind = |k: usize| usize::from(k >= axes.batch) + usize::from(k >= axes.batch + axes.rows);
    let mut kinds: SmallVec<[usize; 6]> = SmallVec::new();
    for i in 0..view.shape.len() {
        let mut drivers = view.drivers(i);
        let (Some((k, _)), None) = (drivers.next(), drivers.next()) else { return None };
        kinds.push(kind(k));
    }
    let count = |of: usize| kinds.iter().filter(|&&k| k == of).count();
    let (batch, rows, cols) = (count(0), count(1), count(2));
    let ordered = kinds.is_sorted();
    let swapped = !ordered
        && kinds[..batch].iter().all(|&k| k == 0)
        && kinds[batch..batch + cols].iter().all(|&k| k == 2);
    if !ordered && !swapped {
        return None;
    }
    let summed = axes.summed;
    // Axes of the view before those of rows, and before those of columns.
    let (rows_at, cols_at) = if swapped { (batch + cols, batch) } else { (batch, batch + rows) };
    let of = |side: usize, result_axes: SmallVec<[usize; 6]>| {
        let (operand, own, own_at, first) =
            [(left, rows, rows_at, !swapped), (right, cols, cols_at, swapped)][side];
        // A left operand has its own axes before those summed over, a right one after.
        let (own_place, summed_place) = if first { (batch, batch + own) } else { (batch + summed, batch) };
        let placed = |axis: usize| if axis < batch { axis } else { axis - own_at + own_place };
        let summed_axes = if side == 0 { axes.left_summed() } else { axes.right_summed() };
        let mut shape: chunkwise_core::Shape = SmallVec::from_elem(0, batch + own + summed);
        let mut result_axes = result_axes.into_iter();
        let source = (0..operand.len())
            .map(|k| {
                if summed_axes.contains(&k) {
                    let axis = summed_place + k - summed_axes.start;
                    shape[axis] = operand[k];
                    return AxisMap { axis: Some(axis), start: 0, step: 1 };
                }
                let map = view.source[result_axes.next().expect("the result has every other axis")];
                let axis = map.axis.map(placed);
                if let (Some(axis), Some(from)) = (axis, map.axis) {
                    shape[axis] = view.shape[from];
                }
                AxisMap { axis, ..map }
            })
            .collect();
        (side, View { shape, source })
    };
    let left_view = of(0, (0..axes.batch + axes.rows).collect());
    let result = axes.batch + axes.rows..axes.result_ndim();
    let right_view = of(1, (0..axes.batch).chain(result).collect());
    Some(if swapped {
        let axes = Contraction { batch, rows: cols, summed, cols: rows };
        ContractViews { axes, operands: [right_view, left_view] }
    } else {
        ContractViews { axes: Contraction { batch, rows, summed, cols }, operands: [left_view, right_view] }
    })
}

/// A part of a concatenation, by number, and what is seen of it.
pub(super) type PartView = (usize, View);

/// The parts of a concatenation along `axis` that `view` reads, each with its view; and the axis along which
/// they are joined, or `None` when one part is all.
pub(super) fn concatenate_view(
    axis: usize,
    lengths: impl Iterator<Item = usize>,
    view: &View,
) -> Option<(Option<usize>, Vec<PartView>)> {
    let map = view.source[axis];
    let mut begin = 0usize;
    let bounds: Vec<(usize, usize)> = lengths
        .map(|n| {
            begin += n;
            (begin - n, begin)
        })
        .collect();
    let Some(moving) = map.axis else {
        let part = bounds.iter().position(|&(begin, end)| (begin..end).contains(&map.start))?;
        let mut inner = view.clone();
        inner.source[axis].start -= bounds[part].0;
        return Some((None, vec![(part, inner)]));
    };
    if view.drivers(moving).count() != 1 {
        return None;
    }
    let len = view.shape[moving] as isize;
    let (start, step) = (map.start as isize, map.step);
    // The first position of the view at or past a boundary, in the direction of its step.
    let first = |boundary: usize| {
        let boundary = boundary as isize;
        let position = if step > 0 {
            (boundary - start + step - 1).div_euclid(step)
        } else {
            (start - boundary).div_euclid(-step) + 1
        };
        position.clamp(0, len)
    };
    let mut parts: Vec<(usize, View)> = Vec::new();
    for (part, &(begin, end)) in bounds.iter().enumerate() {
        let (low, high) = if step > 0 { (first(begin), first(end)) } else { (first(end), first(begin)) };
        if low < high {
            let mut inner = view.clone();
            inner.shape[moving] = (high - low) as usize;
            inner.source[axis].start = (start + step * low - begin as isize) as usize;
            parts.push((part, inner));
        }
    }
    if step < 0 {
        parts.reverse();
    }
    match parts.len() {
        0 => {
            let mut inner = view.clone();
            inner.source[axis].start = 0;
            Some((None, vec![(0, inner)]))
        }
        1 => Some((None, parts)),
        _ => Some((Some(moving), parts)),
    }
}

/// The view of a reshape's operand that gives `view` of the result, another reshape of what is left of it.
///
/// Only what stays in order and in its place passes: slices of the first axes, where both shapes have them.
pub(super) fn reshape_view(operand: &[usize], result: &[usize], view: &View) -> Option<View> {
    let common = operand.iter().zip(result).take_while(|(a, b)| a == b).count();
    let whole = View::identity(result);
    let passes = view.shape.len() == result.len()
        && view.source.iter().enumerate().all(|(k, map)| {
            if k < common {
                map.axis == Some(k)
            } else {
                *map == whole.source[k] && view.shape[k] == result[k]
            }
        });
    if !passes || view.shape.contains(&0) {
        return None;
    }
    let mut inner = View::identity(operand);
    inner.shape[..common].copy_from_slice(&view.shape[..common]);
    inner.source[..common].copy_from_slice(&view.source[..common]);
    Some(inner)
}

/// The axis along which a view of a scan's operand is scanned to give the same view of the scan.
///
/// `None` for views that repeat elements, take a diagonal, or see anything of the scanned axis but its first positions,
/// in order.
pub(super) fn scan_view(axis: usize, view: &View) -> Option<usize> {
    let map = view.source[axis];
    let along = map.axis.filter(|_| map.start == 0 && map.step == 1)?;
    let one_each = (0..view.shape.len()).all(|i| view.drivers(i).count() <= 1);
    (one_each && !view.repeats()).then_some(along)
}
