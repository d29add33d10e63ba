//! How a view passes through an order statistic.

use chunkwise_core::View;

use super::view_rules::reduce_view;

/// The lanes that give a view of their results: the view of the operand, the axes of that view that they lie along, and
/// the axis of the results of a lane.
pub(super) struct OrderView {
    pub(super) operand: View,
    pub(super) axes: u64,
    pub(super) place: Option<u32>,
}

/// What gives `view` of the results of lanes along `axes` of `operand`, with an axis for them at `place`.
///
/// `None` if no lane would be saved, or the view changes which results of a lane there are, or their order.
pub(super) fn order_view(
    operand: &[usize],
    result: &[usize],
    (axes, place): (u64, Option<u32>),
    view: &View,
) -> Option<OrderView> {
    let Some(place) = place else {
        let (operand, axes) = reduce_view(operand, result, axes, view)?;
        return Some(OrderView { operand, axes, place: None });
    };
    let place = place as usize;
    let map = view.source[place];
    let along = map.axis?;
    let whole = map.start == 0 && map.step == 1 && view.shape[along] == result[place];
    if !whole || view.drivers(along).count() != 1 {
        return None;
    }
    // The same without the axis.
    let mut kept = view.clone();
    kept.shape.remove(along);
    kept.source.remove(place);
    for map in &mut kept.source {
        map.axis = map.axis.map(|axis| axis - usize::from(axis > along));
    }
    let mut lanes: chunkwise_core::Shape = result.into();
    lanes.remove(place);
    let (operand, axes) = reduce_view(operand, &lanes, axes, &kept)?;
    Some(OrderView { operand, axes, place: Some(along as u32) })
}
