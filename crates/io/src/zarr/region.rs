//! The part of an array that is written, chunk by chunk, wherever encoded chunks go.

use std::borrow::Cow;
use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chunkwise_core::{AxisGrid, Block, BoxError, DType, Grid, Shape, byte_len};
use zarrs::array::ArrayToBytesCodecTraits;

use super::array::{SLACK, ZarrArray, lengths, metadata};
use crate::StoreErrorKind;
use crate::cells::{Meeting, each_cell, write_part};
use crate::check::check_box;

/// What compressors keep while they compress: that of Zstandard at its usual levels is the largest.
const COMPRESSOR: u64 = 2 << 20;

/// Where an encoded chunk goes: the number of its cell, its key, and its bytes, or `None` if it is nothing but the fill
/// value.
pub(super) type Put<'a> = &'a dyn Fn(usize, &str, Option<&[u8]>) -> Result<(), BoxError>;

/// A box of an array, all of which is written.
#[derive(Debug)]
pub(super) struct Region {
    /// The array as it will be; it is read from where only parts of chunks are written.
    pub(super) array: ZarrArray,
    /// Where what is written begins in the array.
    pub(super) offset: Shape,
    /// What is written.
    pub(super) shape: Shape,
    /// The chunks of it, which begin in the middle of one if `offset` does.
    pub(super) grid: Grid,
    pub(super) chunk_shape: Vec<NonZeroU64>,
    done: Mutex<Cells>,
}

/// One bit for each cell of the grid.
#[derive(Debug)]
struct Cells(Vec<u64>);

impl Region {
    pub(super) fn new(array: ZarrArray, offset: Shape, shape: Shape) -> Result<Self, StoreErrorKind> {
        let origin = vec![0; shape.len()];
        let chunk_shape = array.chunk_shape(&origin).map_err(|error| metadata(error.to_string()))?;
        let axes = lengths(&chunk_shape);
        byte_len(&axes, array.dtype())?;
        let grid = Grid::new((0..shape.len()).map(|k| {
            let into = offset[k] % axes[k];
            if into == 0 || into + shape[k] <= axes[k] {
                return AxisGrid::regular(shape[k], axes[k]);
            }
            let inner = (axes[k] - into..shape[k]).step_by(axes[k]);
            AxisGrid::from_offsets(std::iter::once(0).chain(inner).chain([shape[k]]).collect())
        }));
        let mut region =
            Region { array, offset, shape, grid, chunk_shape, done: Mutex::new(Cells(Vec::new())) };
        region.done = Mutex::new(Cells(vec![0; region.cells().div_ceil(64)]));
        Ok(region)
    }

    /// How many chunks are written.
    pub(super) fn cells(&self) -> usize {
        if self.shape.contains(&0) { 0 } else { self.grid.count() }
    }

    /// The region that makes an array longer along `axis`.
    pub(super) fn after(
        array: ZarrArray,
        axis: usize,
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreErrorKind> {
        let old: Shape = array.shape().into();
        let fits = old.len() == shape.len()
            && axis < old.len()
            && (0..old.len()).all(|k| k == axis || old[k] == shape[k]);
        if !fits {
            let why = format!("shape {shape:?} cannot be appended to shape {old:?} along axis {axis}");
            return Err(StoreErrorKind::Mismatch { why });
        }
        let mut offset: Shape = old.iter().map(|_| 0).collect();
        offset[axis] = old[axis];
        let mut new = old;
        new[axis] = new[axis].saturating_add(shape[axis]);
        byte_len(&new, dtype)?;
        writable(&array, dtype)?;
        Self::new(array, offset, shape.into())
    }

    /// A region within an array.
    pub(super) fn within(
        array: ZarrArray,
        start: &[usize],
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreErrorKind> {
        let whole = array.shape();
        let fits = whole.len() == start.len()
            && whole.len() == shape.len()
            && (0..whole.len()).all(|k| start[k] <= whole[k] && shape[k] <= whole[k] - start[k]);
        if !fits {
            let why =
                format!("the box of shape {shape:?} at {start:?} is not within the array of shape {whole:?}");
            return Err(StoreErrorKind::Mismatch { why });
        }
        writable(&array, dtype)?;
        Self::new(array, start.into(), shape.into())
    }

    fn done(&self) -> MutexGuard<'_, Cells> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn dtype(&self) -> DType {
        self.array.dtype()
    }

    /// Where what is written ends along an axis.
    pub(super) fn end(&self, axis: usize) -> usize {
        self.offset[axis] + self.shape[axis]
    }

    /// The key of the chunk of a cell.
    pub(super) fn key(&self, coords: &[usize]) -> String {
        self.array.array().chunk_key(&self.indices(coords)).as_str().to_owned()
    }

    /// Coordinates of a chunk in the array's grid, from those of a cell.
    fn indices(&self, coords: &[usize]) -> Vec<u64> {
        let first = |k: usize| self.offset[k] as u64 / self.chunk_shape[k].get();
        coords.iter().enumerate().map(|(k, &i)| first(k) + i as u64).collect()
    }

    /// Encodes the chunks of a block, each by itself, and gives them to `put`.
    ///
    /// # Safety
    /// Every element of the block must have been written, and nobody may write to it meanwhile.
    pub(super) unsafe fn write(
        &self,
        start: &[usize],
        block: &Block,
        put: Put<'_>,
    ) -> Result<(), StoreErrorKind> {
        check_box("writing a region", (self.dtype(), &self.shape), start, block)?;
        let shape: Shape = block.shape().into();
        each_cell(&self.grid, start, &shape, |cell| {
            if cell.shape[..] != self.grid.block(&cell.coords).1[..] {
                let why = format!(
                    "the block of shape {shape:?} at {start:?} holds only a part of the chunk at {:?}",
                    cell.coords
                );
                return Err(StoreErrorKind::Mismatch { why });
            }
            // SAFETY: the caller's contract.
            unsafe { self.write_cell(cell, block, put) }
                .map_err(|cause| self.array.chunk_error(self.indices(&cell.coords), cause))?;
            self.set_done(self.grid.index(&cell.coords));
            Ok(())
        })
    }

    /// # Safety
    /// As [`write`](Self::write).
    unsafe fn write_cell(&self, cell: &Meeting, block: &Block, put: Put<'_>) -> Result<(), BoxError> {
        let chunk = lengths(&self.chunk_shape);
        let bytes = chunk.iter().product::<usize>() * self.dtype().size();
        let part = block.region(&cell.in_box, &cell.shape);
        let elements = if part.shape() == &chunk[..] && part.is_row_major() {
            // SAFETY: the part is all of the chunk, dense, and written, by the caller's contract.
            Cow::Borrowed(unsafe { std::slice::from_raw_parts(part.as_ptr(), bytes) })
        } else {
            let (start, _) = self.grid.block(&cell.coords);
            let in_array: Shape = start.iter().zip(&self.offset).map(|(a, b)| a + b).collect();
            let in_chunk: Shape = in_array.iter().zip(&chunk).map(|(at, size)| at % size).collect();
            let mut elements = match self.is_whole(&in_chunk, &in_array, &cell.shape, &chunk) {
                true => None,
                // What the chunk holds beside, which belongs to this thread until it is written.
                false => self.array.decoded(&self.indices(&cell.coords))?,
            }
            .unwrap_or_else(|| self.array.fill_value().repeat(chunk.iter().product()));
            assert_eq!(elements.len(), bytes);
            let memory = elements.as_mut_ptr();
            // SAFETY: the caller's contract; the elements are those of a chunk, by the assertion.
            unsafe { write_part(block, &cell.in_box, &cell.shape, memory, &chunk, &in_chunk) };
            Cow::Owned(elements)
        };
        let encoded = self.array.encoded(&elements, &self.chunk_shape)?;
        put(self.grid.index(&cell.coords), &self.key(&cell.coords), encoded.as_deref())
    }

    /// Whether a cell is all that its chunk holds of the array.
    fn is_whole(&self, in_chunk: &[usize], in_array: &[usize], shape: &[usize], chunk: &[usize]) -> bool {
        (0..shape.len()).all(|k| {
            let end = self.array.shape()[k].max(self.end(k));
            in_chunk[k] == 0 && (shape[k] == chunk[k] || in_array[k] + shape[k] == end)
        })
    }

    pub(super) fn set_done(&self, cell: usize) {
        self.done().0[cell / 64] |= 1 << (cell % 64);
    }

    pub(super) fn is_done(&self, cell: usize) -> bool {
        self.done().0[cell / 64] >> (cell % 64) & 1 == 1
    }

    /// An error unless every cell was written.
    pub(super) fn check_complete(&self) -> Result<(), StoreErrorKind> {
        let expected = self.cells() as u64;
        let written = self.done().0.iter().map(|bits| u64::from(bits.count_ones())).sum();
        if written < expected {
            return Err(StoreErrorKind::Incomplete { what: "chunks", written, expected });
        }
        Ok(())
    }

    /// One chunk at a time: its elements in order, those in the order of the codecs, and the encoded ones.
    pub(super) fn scratch_bytes(&self) -> u64 {
        let elements: u64 = self.chunk_shape.iter().map(|n| n.get()).product();
        let decoded = elements * self.dtype().size() as u64;
        let array = self.array.array();
        let encoded = array
            .codecs()
            .encoded_representation(&self.chunk_shape, array.data_type(), array.fill_value())
            .ok()
            .and_then(|representation| representation.size())
            .unwrap_or(decoded + decoded / 8);
        2 * decoded + encoded.max(decoded) + COMPRESSOR + SLACK
    }
}

fn writable(array: &ZarrArray, dtype: DType) -> Result<(), StoreErrorKind> {
    if array.dtype() != dtype {
        let why = format!("elements of {dtype} do not go into an array of {}", array.dtype());
        return Err(StoreErrorKind::Mismatch { why });
    }
    if array.storage_grid().axes().iter().any(|axis| matches!(axis, AxisGrid::Explicit(_))) {
        return Err(metadata("only arrays whose chunks all have the same shape can be written to"));
    }
    Ok(())
}
