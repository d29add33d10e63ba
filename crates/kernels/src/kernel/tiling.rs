//! How panels are cut into tiles.

use crate::args::Args;
use crate::reduce::{LEAF, TOGETHER};

/// Rows at least this long are worth a tile of their own, which needs no copy of contiguous inputs.
const LONG: usize = 128;

/// What decides the shape of tiles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    /// Rows and columns of the panel.
    pub(super) panel: [usize; 2],
    /// The most elements of a tile.
    pub(super) tile: usize,
    /// Whether memory is adjacent along the rows for some operand.
    pub(super) transposed: bool,
    /// Whether the program only copies, so that nothing but the copy itself wants to be in cache.
    pub(super) copies: bool,
    /// Whether it reduces.
    pub(super) reduces: bool,
    /// Whether a row begins in memory where the one before it ends, for every operand there.
    pub(super) adjoining: bool,
    /// Where all that is reduced has a state for each column: how many columns' states fit in cache.
    pub(super) strip: Option<usize>,
    /// Whether rows need not adjoin: nothing but reductions into columns reads the inputs, whose rows have no gaps.
    pub(super) apart: bool,
}

/// A tile: its first position in the panel, and its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tile {
    pub(super) row: usize,
    pub(super) col: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl Tile {
    /// Whether memory with these steps per row and column is laid out like a register.
    #[inline]
    pub(super) fn is_contiguous(self, [down, right]: [i64; 2]) -> bool {
        (self.cols == 1 || right == 1) && (self.rows == 1 || down == self.cols as i64)
    }

    /// Arguments of a tile of this shape, without operands.
    #[inline(always)]
    pub(super) fn args(self) -> Args<'static> {
        Args { len: self.rows * self.cols, rows: self.rows, cols: self.cols, ..Args::default() }
    }
}

/// How a panel is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    panel: [usize; 2],
    /// Rows and columns of tiles; those at the panel's ends may be smaller.
    tile: [usize; 2],
    /// Columns of the first tile of a row.
    first: usize,
    /// The most elements of a tile.
    limit: usize,
    /// Where the tile after another is.
    order: Order,
    /// Whether tiles have rows that do not adjoin.
    apart: bool,
    /// Whether each tile begins in memory where the one before it ends.
    sequential: bool,
}

/// How tiles follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    /// Along rows.
    Rows,
    /// Down a strip of columns, in parts of its rows, so that the states of its columns stay in cache.
    Strips,
    /// Down a strip of columns, in tiles of several rows, as many as fit.
    TallStrips,
}

impl Cut {
    pub(super) fn new(needs: Needs) -> Self {
        let Needs { panel: [rows, cols], tile, transposed, copies, reduces, adjoining, strip, apart } = needs;
        let strip =
            strip.map(|strip| strip.min(tile) / LEAF * LEAF).filter(|&strip| strip < cols && rows > 1);
        let shape = if rows == 1 {
            [1, cols.min(tile)]
        } else if transposed && copies {
            // Whole lines on the reading side, long rows on the writing side.
            [rows.min(32), cols.min((tile / 32).min(128))]
        } else if transposed {
            // Columns for whole lines of the other operands, as many rows as fit.
            let wide = cols.min(32);
            [rows.min(whole_leaves(tile, wide)), wide]
        } else if apart && (strip.is_some() || !adjoining) && cols >= LONG {
            let wide = strip.unwrap_or(cols).min(tile);
            [rows.min((tile / wide / TOGETHER * TOGETHER).max(1)), wide]
        } else if let Some(strip) = strip {
            [1, strip]
        } else if adjoining && cols <= tile {
            [
                rows.min(if cols < LEAF { whole_leaves(tile, cols) } else { several(tile / cols, reduces) }),
                cols,
            ]
        } else if cols >= LEAF || (cols >= LONG && !reduces) {
            [1, cols.min(tile)]
        } else {
            [rows.min(whole_leaves(tile, cols)), cols]
        };
        let order = match strip {
            _ if transposed => Order::TallStrips,
            Some(_) => Order::Strips,
            None => Order::Rows,
        };
        let apart = apart && order != Order::TallStrips && shape[0] > 1 && shape[1] >= LONG;
        let sequential = adjoining && order == Order::Rows && shape[1] == cols;
        Cut { panel: needs.panel, tile: shape, first: shape[1], limit: tile, order, apart, sequential }
    }

    /// The most elements of a tile.
    pub(super) fn len(&self) -> usize {
        match self.order {
            Order::TallStrips => self.limit.min(self.panel[0] * self.panel[1]),
            _ => self.tile[0] * self.tile[1],
        }
    }

    /// The rows of tiles in a strip of this width.
    fn strip_rows(&self, cols: usize) -> usize {
        let refit = self.order == Order::TallStrips && cols != self.tile[1];
        let rows = if refit { whole_leaves(self.limit, cols) } else { self.tile[0] };
        rows.min(self.panel[0])
    }

    /// Whether tiles are parts of rows that need not adjoin.
    pub(super) fn is_rows(&self) -> bool {
        (self.tile[0] == 1 || self.apart) && self.order != Order::TallStrips
    }

    /// Whether tiles have rows that do not adjoin.
    pub(super) fn is_apart(&self) -> bool {
        self.apart
    }

    /// Whether there are many tiles; those that follow each other in memory only count if that is asked for.
    pub(super) fn is_large(&self, in_sequence: bool) -> bool {
        let [down, right] = [0, 1].map(|k| self.panel[k] > self.tile[k]);
        let many = (down && !self.sequential) || (in_sequence && (down || right));
        many && self.panel[0] * self.panel[1] >= 8192
    }

    /// Shortens the first tile of each row to end where a line of memory does that began `excess` elements
    /// before the row, where rows have several tiles.
    pub(super) fn align(&mut self, excess: usize) {
        let wide = self.tile[1];
        if self.panel[1] > wide && wide >= LEAF {
            self.first = wide - excess;
        }
    }

    pub(super) fn first(&self) -> Tile {
        Tile { row: 0, col: 0, rows: self.tile[0], cols: self.first }
    }

    /// The tile after another.
    #[inline]
    pub(super) fn after(&self, Tile { row, col, rows, cols }: Tile) -> Option<Tile> {
        let (down, right) = (row + rows, col + cols);
        let [high, wide] = self.panel;
        if self.order != Order::Rows {
            if down < high {
                Some(Tile { row: down, col, rows: self.strip_rows(cols).min(high - down), cols })
            } else if right < wide {
                let cols = self.tile[1].min(wide - right);
                Some(Tile { row: 0, col: right, rows: self.strip_rows(cols), cols })
            } else {
                None
            }
        } else if right < wide {
            Some(Tile { row, col: right, rows, cols: self.tile[1].min(wide - right) })
        } else if down < high {
            Some(Tile { row: down, col: 0, rows: self.tile[0].min(high - down), cols: self.first })
        } else {
            None
        }
    }
}

/// So many rows, or fewer where that lets reductions take all of them [together](TOGETHER).
fn several(rows: usize, reduces: bool) -> usize {
    if reduces && rows > TOGETHER { rows / TOGETHER * TOGETHER } else { rows }
}

/// The rows of a tile of `cols` columns, a multiple of those of a leaf.
fn whole_leaves(tile: usize, cols: usize) -> usize {
    let leaf = LEAF / cols;
    tile / cols / leaf * leaf
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs = Needs {
        panel: [1, 1],
        tile: 1536,
        transposed: false,
        copies: false,
        reduces: true,
        adjoining: false,
        strip: None,
        apart: false,
    };

    fn cut(panel: [usize; 2], transposed: bool, reduces: bool) -> Cut {
        Cut::new(Needs { panel, transposed, reduces, ..NEEDS })
    }

    #[test]
    fn tiles_are_rows_or_whole_leaves() {
        let shape = |panel, transposed, reduces| cut(panel, transposed, reduces).tile;
        assert_eq!(shape([1, 1_000_000], false, true), [1, 1536]);
        assert_eq!(shape([1000, 1000], false, true), [1, 1000]);
        assert_eq!(shape([1000, 200], false, false), [1, 200]);
        assert_eq!(shape([1000, 200], false, true), [6, 200]);
        assert_eq!(shape([1000, 3], false, true), [510, 3]);
        assert_eq!(shape([4, 3], false, true), [4, 3]);
        assert_eq!(shape([1000, 1000], true, true), [48, 32]);
        assert_eq!(shape([1000, 5], true, true), [306, 5]);
        assert_eq!(shape([1, 1], false, true), [1, 1]);
    }

    #[test]
    fn states_of_columns_are_taken_in_strips() {
        let strip = |panel, strip| Cut::new(Needs { panel, strip: Some(strip), adjoining: true, ..NEEDS });
        let shape = |panel, wide| (strip(panel, wide).tile, strip(panel, wide).order);
        assert_eq!(shape([52, 5000], 700), ([1, 512], Order::Strips));
        assert_eq!(shape([52, 5000], 5000), ([1, 1536], Order::Strips), "no longer than a tile");
        assert_eq!(shape([52, 512], 700), ([3, 512], Order::Rows), "all of them fit");
        assert_eq!(shape([1, 5000], 700), ([1, 1536], Order::Rows), "each is taken once");
        let cut = strip([2, 1200], 700);
        let tiles = std::iter::successors(Some(cut.first()), |&tile| cut.after(tile));
        let tiles: Vec<_> = tiles.map(|tile| (tile.row, tile.col, tile.rows, tile.cols)).collect();
        let strips = [(0, 512), (512, 512), (1024, 176)];
        assert_eq!(tiles, strips.map(|(col, cols)| [(0, col, 1, cols), (1, col, 1, cols)]).concat());
    }

    #[test]
    fn rows_that_do_not_adjoin_are_taken_together_where_they_are_only_reduced() {
        let cut = |panel| Cut::new(Needs { panel, tile: 4096, strip: Some(700), apart: true, ..NEEDS });
        assert_eq!(cut([52, 5000]).tile, [8, 512]);
        assert_eq!(cut([52, 500]).tile, [8, 500]);
        assert_eq!(cut([3, 500]).tile, [3, 500]);
        assert_eq!(cut([52, 100]).tile, [40, 100], "short rows are copied");
        assert!(cut([52, 500]).is_apart() && !cut([52, 100]).is_apart());
        let short = Cut::new(Needs { tile: 1536, panel: [52, 5000], strip: Some(700), apart: true, ..NEEDS });
        assert_eq!(short.tile, [1, 512], "fewer rows fit than are taken together");
    }

    #[test]
    fn whole_rows_are_as_many_as_are_taken_together() {
        let rows = |tile, reduces| {
            Cut::new(Needs { panel: [52, 600], tile, reduces, adjoining: true, ..NEEDS }).tile[0]
        };
        assert_eq!((rows(4096, true), rows(4096, false)), (4, 6));
        assert_eq!((rows(2048, true), rows(600, true)), (3, 1));
    }

    #[test]
    fn memory_is_asked_for_where_rows_do_not_follow_each_other() {
        let is_large = |panel, adjoining| {
            let cut = Cut::new(Needs { panel, adjoining, ..NEEDS });
            [cut.is_large(false), cut.is_large(true)]
        };
        assert_eq!(is_large([52, 600], true), [false, true]);
        assert_eq!(is_large([52, 600], false), [true, true]);
        assert_eq!(is_large([52, 2000], true), [true, true], "tiles are parts of rows");
        assert_eq!(is_large([1, 100_000], true), [false, true]);
        assert_eq!(is_large([10, 600], false), [false, false], "too small");
    }

    #[test]
    fn tiles_cover_the_panel_once() {
        for (panel, transposed, excess) in [
            ([1, 1], false, 0),
            ([3, 5000], false, 7),
            ([1000, 3], false, 0),
            ([100, 70], true, 0),
            ([2, 1536], false, 3),
        ] {
            let mut cut = cut(panel, transposed, false);
            cut.align(excess);
            let mut seen = vec![0; panel[0] * panel[1]];
            let mut next = Some(cut.first());
            while let Some(tile) = next {
                assert!(tile.rows * tile.cols <= cut.len().min(1536));
                let leaf = LEAF / tile.cols.min(LEAF);
                assert!(tile.rows % leaf.max(1) == 0 || tile.row + tile.rows == panel[0]);
                for r in tile.row..tile.row + tile.rows {
                    for c in tile.col..tile.col + tile.cols {
                        seen[r * panel[1] + c] += 1;
                    }
                }
                next = cut.after(tile);
            }
            assert!(seen.iter().all(|&n| n == 1), "{panel:?}");
        }
    }
}
