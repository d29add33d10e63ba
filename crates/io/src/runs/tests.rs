//! How boxes are cut. That the pieces hold the right elements is tested with the formats.

use chunkwise_core::{Strides, row_major_strides};

use super::{Layout, Limits, Runs};

/// Spans of the transfers, and for each piece how many there are and whether it is staged.
fn pieces(
    layout: Layout<'_>,
    start: &[usize],
    shape: &[usize],
    strides: &[isize],
) -> Vec<(usize, usize, bool)> {
    let mut pieces = Vec::new();
    let runs = Runs::new(layout, start, shape, strides);
    let counted: Result<(), ()> = runs.pieces(8, Limits::READ, |piece| {
        let mut transfers = 0;
        match piece.staged {
            None => transfers = 1,
            Some(staged) => {
                assert!(staged.room() * 8 <= Limits::READ.staging);
                staged.transfers(|_, _| {
                    transfers += 1;
                    Ok(())
                })?;
            }
        }
        pieces.push((piece.span, transfers, piece.staged.is_some()));
        Ok(())
    });
    assert_eq!(counted, Ok(()));
    pieces
}

fn row_major(shape: &[usize], start: &[usize], extent: &[usize]) -> Vec<(usize, usize, bool)> {
    pieces(Layout { shape, fortran: false }, start, extent, &row_major_strides(extent))
}

#[test]
fn everything_is_one_transfer_in_either_order() {
    let shape = [700, 1, 300, 5];
    assert_eq!(row_major(&shape, &[0; 4], &shape), [(1_050_000, 1, false)]);
    let columns = Strides::from_slice(&[1, 700, 700, 210_000]);
    let fortran = Layout { shape: &shape, fortran: true };
    assert_eq!(pieces(fortran, &[0; 4], &shape, &columns), [(1_050_000, 1, false)]);
}

#[test]
fn whole_rows_are_one_transfer() {
    assert_eq!(row_major(&[100, 1000], &[10, 0], &[50, 1000]), [(50_000, 1, false)]);
}

#[test]
fn long_rows_go_straight_to_memory() {
    assert_eq!(row_major(&[3, 10_000], &[0, 1], &[3, 9_000]), [(9_000, 1, false); 3]);
}

#[test]
fn short_rows_with_short_gaps_come_together() {
    // 32 of the rows and the gaps between them fill the staging area.
    let mut expected = vec![(31_780, 1, true); 3];
    expected.push((3_780, 1, true));
    assert_eq!(row_major(&[100, 1000], &[0, 0], &[100, 780]), expected);
}

#[test]
fn gaps_longer_than_a_page_are_skipped() {
    assert_eq!(row_major(&[100, 1000], &[0, 0], &[3, 480]), [(480, 1, false); 3]);
    assert_eq!(row_major(&[100, 1000], &[5, 7], &[3, 1]), [(1, 1, false); 3]);
}

#[test]
fn a_transposed_box_comes_in_tiles() {
    // Rows that lie side by side come in one transfer.
    let (shape, strides) = ([1000, 1000], row_major_strides(&[1000, 1000]));
    let fortran = Layout { shape: &shape, fortran: true };
    let mut expected = vec![(32_000, 1, true); 31];
    expected.push((8_000, 1, true));
    assert_eq!(pieces(fortran, &[0, 0], &shape, &strides), expected);
    // Rows that are far apart take a transfer each, and long ones are cut.
    let fortran = Layout { shape: &[9000, 1000], fortran: true };
    let pieces = pieces(fortran, &[0, 0], &[3000, 20], &row_major_strides(&[3000, 20]));
    assert_eq!(pieces, [(2_048, 15, true), (2_048, 5, true), (952, 15, true), (952, 5, true)]);
}
