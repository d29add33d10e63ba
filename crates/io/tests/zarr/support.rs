//! Blocks, whole arrays and values.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, Grid, RegionSink, RegionSource, Shape, row_major_strides};
use chunkwise_io::StoreError;

/// A row-major block that holds these bytes.
pub(crate) fn block_of(dtype: DType, shape: &[usize], bytes: &[u8]) -> Block {
    let buffer = Buffer::uninit(bytes.len());
    // SAFETY: all of a new buffer.
    unsafe { buffer.as_mut_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Block::row_major(Arc::new(buffer), dtype, shape)
}

/// The bytes of a row-major block, every element of which was written.
pub(crate) fn bytes_of(block: &Block) -> Vec<u8> {
    assert!(block.is_row_major());
    // SAFETY: the caller has written them.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }.to_vec()
}

/// A box of a source.
pub(crate) fn read(source: &dyn RegionSource, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let mut block = Block::uninit(source.dtype(), shape);
    source.read(start, &mut block).unwrap();
    bytes_of(&block)
}

/// All of a source.
pub(crate) fn read_all(source: &dyn RegionSource) -> Vec<u8> {
    read(source, &vec![0; source.shape().len()], source.shape())
}

/// The bytes of a box of a row-major array.
pub(crate) fn part(bytes: &[u8], size: usize, whole: &[usize], start: &[usize], shape: &[usize]) -> Vec<u8> {
    let strides = row_major_strides(whole);
    let mut result = Vec::new();
    for index in Grid::new(shape.iter().map(|&n| chunkwise_core::AxisGrid::regular(n, 1))).cells() {
        let at: usize = (0..whole.len()).map(|k| (start[k] + index[k]) * strides[k] as usize).sum();
        result.extend_from_slice(&bytes[at * size..(at + 1) * size]);
    }
    result
}

/// Every cell of a grid, by coordinates.
pub(crate) trait Cells {
    fn cells(&self) -> Vec<Shape>;
}

impl Cells for Grid {
    fn cells(&self) -> Vec<Shape> {
        match self.shape().contains(&0) {
            true => Vec::new(),
            false => (0..self.count()).map(|i| self.coords(i)).collect(),
        }
    }
}

/// Different bytes for each element, and for bools zeros and ones.
pub(crate) fn values(dtype: DType, len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len * dtype.size()).map(|_| if dtype.is_bool() { byte() & 1 } else { byte() }).collect()
}

/// Writes a row-major array cell by cell, from several threads.
pub(crate) fn write_all(sink: &dyn RegionSink, dtype: DType, shape: &[usize], bytes: &[u8]) {
    let grid = sink.grid().unwrap();
    let cells = grid.cells();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (grid, cells) = (&grid, &cells);
            scope.spawn(move || {
                for coords in cells.iter().skip(worker).step_by(4) {
                    write_cell(sink, grid, coords, dtype, shape, bytes);
                }
            });
        }
    });
}

pub(crate) fn write_cell(
    sink: &dyn RegionSink,
    grid: &Grid,
    coords: &[usize],
    dtype: DType,
    shape: &[usize],
    bytes: &[u8],
) {
    let (start, extent) = grid.block(coords);
    let block = block_of(dtype, &extent, &part(bytes, dtype.size(), shape, &start, &extent));
    sink.write(&start, &block).unwrap();
}

pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/zarr")
}

/// Every file and folder below a folder, by its path from there.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, root: &Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            names.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                walk(&path, root, names);
            }
        }
    }
    let mut names = Vec::new();
    walk(folder, folder, &mut names);
    names.sort();
    names
}

/// The store's error that a source or a sink returned.
pub(crate) fn store_error(error: &chunkwise_core::BoxError) -> &StoreError {
    error.downcast_ref().expect("an error of a store")
}
