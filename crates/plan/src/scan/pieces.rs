//! Cells in pieces that are scanned as soon as they are computed.

use chunkwise_core::{DType, Shape};

use super::ScanPlace;

/// Elements that are computed before they are scanned: they stay in the second-level cache.
const PIECE: usize = 1 << 14;

impl ScanPlace {
    /// Bytes that the unit may need besides its outputs, for a piece that is not computed to where results go.
    pub fn piece_bytes(&self, axis: usize, dtype: DType) -> u64 {
        (largest_piece(&self.shape, axis).iter().product::<usize>() * dtype.size()) as u64
    }
}

/// The shape of the pieces of a cell of this shape, but the last ones.
fn largest_piece(shape: &[usize], axis: usize) -> Shape {
    let mut room = (PIECE / shape[axis + 1..].iter().product::<usize>().max(1)).max(1);
    let mut extent: Shape = shape.into();
    // Runs of a lane are taken in by eights.
    extent[axis] = if shape[axis] <= room { shape[axis] } else { room.next_multiple_of(8).min(shape[axis]) };
    for k in (0..axis).rev() {
        room = if extent[k + 1] < shape[k + 1] { 1 } else { (room / shape[k + 1].max(1)).max(1) };
        extent[k] = shape[k].min(room);
    }
    extent
}

/// Calls `f` with offset and shape of the pieces of a cell of this shape, those along the axis in order; the axes after
/// it are whole. The first piece is as large as any.
pub(super) fn for_pieces(shape: &[usize], axis: usize, mut f: impl FnMut(&[usize], &[usize])) {
    if shape.contains(&0) {
        return;
    }
    let extent = largest_piece(shape, axis);
    let mut at: Shape = shape.iter().map(|_| 0).collect();
    loop {
        let piece: Shape = (0..shape.len()).map(|k| extent[k].min(shape[k] - at[k])).collect();
        f(&at, &piece);
        let mut k = shape.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            at[k] += extent[k];
            if at[k] < shape[k] {
                break;
            }
            at[k] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, for_pieces};

    #[test]
    fn pieces_cover_a_cell_in_order() {
        for (shape, axis) in [
            (&[100_000][..], 0),
            (&[3, 50_000], 1),
            (&[3, 50_000], 0),
            (&[700, 300], 0),
            (&[5, 6, 7], 1),
            (&[200, 4, 500], 1),
            (&[40, 3, 2, 400], 2),
            (&[4, 0], 0),
        ] {
            let len: usize = shape.iter().product();
            let mut taken = vec![0usize; len];
            let (mut pieces, mut largest) = (0, None);
            for_pieces(shape, axis, |offset, piece| {
                pieces += 1;
                let elements = piece.iter().product::<usize>();
                assert!(elements <= *largest.get_or_insert(elements));
                assert!(piece[axis + 1..] == shape[axis + 1..]);
                assert!(elements <= PIECE + 8 * piece[axis + 1..].iter().product::<usize>());
                for i in 0..elements {
                    let (mut rest, mut flat, mut step) = (i, 0, 1);
                    let mut along = 0;
                    for k in (0..shape.len()).rev() {
                        let at = offset[k] + rest % piece[k];
                        rest /= piece[k];
                        along = if k == axis { at } else { along };
                        flat += at * step;
                        step *= shape[k];
                    }
                    taken[flat] += 1;
                    let before: usize = shape[axis + 1..].iter().product();
                    assert!(along == 0 || taken[flat - before] == 1, "lanes come in order");
                }
            });
            assert!(taken.iter().all(|&n| n == 1), "{shape:?}");
            assert!(pieces <= 1 + 4 * len / PIECE, "{pieces} pieces of {shape:?}");
        }
    }
}
