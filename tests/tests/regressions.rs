//! What was once wrong, as small as it could be made.

use chunkwise::prelude::*;
use ndarray::{Axis, s};

type Outcome = Result<(), chunkwise::Error>;

/// Every step reads the end of what all steps before it made. The number of paths from the last concatenation to the
/// first array grows with the power of the steps; hardly any leads to an element, and only those may be followed.
#[test]
fn nested_concatenations_of_what_they_contain() -> Outcome {
    let steps = 300;
    let mut series = ChunkedArray::from_elem(1, 1i64)?;
    let mut twice = ChunkedArray::arange(0..2i32)?;
    for i in 0..steps {
        let next = series.slice(s![-1..])? * 3 + i;
        series = concatenate(Axis(0), &[&series, &next])?;
        twice = concatenate(Axis(0), &[&twice, &twice.slice(s![..1])?])?;
    }
    let mut expected = vec![1i64];
    for i in 0..steps {
        expected.push(expected[i as usize].wrapping_mul(3).wrapping_add(i));
    }
    assert_eq!(series.compute()?.to_vec(), expected);
    assert_eq!(twice.compute()?.to_vec()[..4], [0, 1, 0, 0]);
    assert_eq!(twice.sum().scalar()?, 1);
    Ok(())
}
