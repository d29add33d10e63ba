use chunkwise_core::{DType, Grid, Strides, row_major_strides};
use chunkwise_plan::Granularity;

use super::units;

/// The sizes of the units along each axis of an array in row-major memory, or in the opposite order.
fn sizes(shape: &[usize], axes: u64, dtype: DType, reversed: bool) -> Vec<usize> {
    let mut strides: Strides = row_major_strides(shape);
    if reversed {
        let turned: Vec<usize> = shape.iter().rev().copied().collect();
        strides = row_major_strides(&turned).into_iter().rev().collect();
    }
    units(shape, axes, dtype, &[strides], None, None).largest().to_vec()
}

#[test]
fn lanes_are_whole_and_panels_fit_a_cache() {
    assert_eq!(sizes(&[5000, 5000], 0b01, DType::F64, false), [5000, 64]);
    assert_eq!(sizes(&[5000, 5000], 0b10, DType::F64, false), [32, 5000]);
    assert_eq!(sizes(&[5000, 5000], 0b10, DType::F64, true), [64, 5000]);
    // The axis that is dense in memory first.
    assert_eq!(sizes(&[400, 300, 200], 0b001, DType::F64, false), [400, 1, 200]);
    assert_eq!(sizes(&[400, 300, 200], 0b010, DType::F64, true), [400, 300, 1]);
    assert_eq!(sizes(&[400, 300, 200], 0b101, DType::F32, false), [400, 3, 200]);
}

#[test]
fn long_lanes_are_few_and_short_ones_many() {
    assert_eq!(sizes(&[100_000, 40], 0b01, DType::F64, false), [100_000, 8]);
    assert_eq!(sizes(&[10_000_000, 40], 0b01, DType::F64, false), [10_000_000, 1]);
    assert_eq!(sizes(&[10, 10], 0b11, DType::F64, false), [10, 10]);
    assert_eq!(sizes(&[3, 1_000_000], 0b01, DType::F64, false)[0], 3);
    let many = units(&[3, 1_000_000], 0b01, DType::F64, &[], None, None);
    assert!((16..40).contains(&many.count()), "{many:?}");
    // Little work is one task.
    assert_eq!(sizes(&[100, 200], 0b01, DType::U8, false), [100, 200]);
}

#[test]
fn nothing_and_no_axes() {
    assert_eq!(units(&[], 0, DType::F64, &[], None, None), Grid::whole(&[]));
    assert_eq!(units(&[0, 5], 0b01, DType::F64, &[], None, None).shape()[..], [0, 5]);
    assert_eq!(units(&[5, 0], 0b01, DType::F64, &[], None, None).shape()[..], [5, 0]);
    let elements = Some(Granularity::Elements(10));
    assert_eq!(units(&[4, 6, 5], 0b100, DType::F64, &[], elements, None).largest()[..], [1, 2, 5]);
    assert_eq!(units(&[4, 6, 5], 0, DType::F64, &[], elements, None).largest()[..], [1, 2, 5]);
}
