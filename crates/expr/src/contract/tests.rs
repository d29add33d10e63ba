use chunkwise_core::DType;
use chunkwise_plan::{Contraction, Granularity};

use super::{Operand, Pieces, partials, repeats};

const MATRICES: Contraction = Contraction { batch: 0, rows: 1, summed: 1, cols: 1 };

fn pieces(left: [usize; 2], right: [usize; 2], operands: [Operand; 2]) -> [Vec<usize>; 2] {
    let pieces = Pieces::new(MATRICES, (&left, &right, DType::F64), operands, None, None);
    [pieces.cells.counts().to_vec(), pieces.panels.counts().to_vec()]
}

#[test]
fn cells_follow_from_shapes_and_from_what_is_computed_again() {
    use Operand::{Computed, Loaded, Matrix};
    let n = [5000, 5000];
    assert_eq!(pieces(n, n, [Matrix; 2]), [vec![5, 5], vec![1]]);
    assert_eq!(pieces(n, n, [Loaded; 2])[0], [5, 5]);
    let [cells, panels] = pieces(n, n, [Matrix, Computed]);
    assert!(cells[0] < cells[1] && panels[0] > 4, "computed columns: few rows of cells, not {cells:?}");
    let [cells, _] = pieces(n, n, [Computed, Matrix]);
    assert!(cells[0] > cells[1], "computed rows: few columns of cells, not {cells:?}");
    assert_eq!(pieces([5000, 5000], [5000, 1], [Matrix; 2])[0], [32, 1]);
    assert_eq!(pieces([60, 60], [60, 60], [Matrix; 2])[0], [1, 1]);
    assert_eq!(pieces([0, 60], [60, 0], [Matrix; 2])[0], [1, 1]);
}

#[test]
fn only_first_axes_are_cut() {
    let axes = Contraction { batch: 1, rows: 2, summed: 2, cols: 2 };
    let (left, right) = ([3, 4, 9, 5, 6], [3, 5, 6, 7, 8]);
    for elements in [1, 2, 5, 8, 20, 100, 10_000] {
        let pieces = Pieces::new(
            axes,
            (&left, &right, DType::F64),
            [Operand::Loaded; 2],
            None,
            Some(Granularity::Elements(elements)),
        );
        let (cells, panels) = (pieces.cells.axes(), pieces.panels.axes());
        for pair in [&cells[1..3], &cells[3..], panels] {
            assert!(pair[1].count() == 1 || pair[0].largest() == 1, "{elements}: {pair:?}");
        }
    }
}

#[test]
fn parts_where_the_result_is_small_and_the_sum_long() {
    let of = |m: usize, k: usize, n: usize| partials(MATRICES, &[m, k], &[k, n]);
    assert_eq!((of(10, 100, 10), of(1000, 100_000, 1000), of(0, 100_000, 5)), (None, None, None));
    assert!(of(10, 1_000_000, 10).is_some_and(|n| n > 16));
    assert!(of(1, 10_000_000, 1).is_some_and(|n| n > 16));
    assert_eq!(of(1, 10_000, 1), None, "not worth a second task");
}

#[test]
fn elements_repeat_where_several_cells_need_them() {
    let of = |left: [usize; 2], right: [usize; 2]| [0, 1].map(|i| repeats(MATRICES, [&left, &right], i));
    assert_eq!(of([5000, 5000], [5000, 5000]), [true, true]);
    assert_eq!(of([100_000, 50], [50, 10]), [false, true]);
    assert_eq!(of([10, 50], [50, 10]), [false, false]);
}
