//! Which bytes of a file hold a box, and in how few reads they come.
//!
//! A file holds a row-major array (a Fortran-ordered one has its axes reversed to look like that). A box of
//! it is a set of runs. The cheapest transfer is a run that is contiguous in memory too: one call, no copy.
//! Where runs are short or memory is strided, neighbouring runs and the gaps between them come in one read
//! into a staging area, from which the elements are scattered. Where memory has the axes in another order,
//! several reads fill the staging area, so that what is scattered is a tile and fills whole cache lines.

use chunkwise_core::{Shape, Strides, row_major_strides};
use smallvec::SmallVec;

/// When it pays to read more than was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of the staging area. It is copied from right after it was filled, so it should fit in the
    /// second-level cache.
    pub(crate) staging: usize,
    /// Bytes between two runs that are read along rather than skipped. To copy a page out of the page cache
    /// costs about what a system call does, and a device reads no less than a page.
    pub(crate) gap: usize,
    /// Runs of this many bytes go straight to or from memory; `None` when nothing may.
    pub(crate) direct: Option<usize>,
}

impl Limits {
    /// For reading.
    pub(crate) const READ: Limits = Limits { staging: 256 << 10, gap: 4 << 10, direct: Some(32 << 10) };
    /// For writing: never over a gap, which belongs to someone else.
    pub(crate) const WRITE: Limits = Limits { gap: 0, ..Limits::READ };
}

/// One axis of a box, outermost first in the file; steps in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) len: usize,
    pub(crate) file: usize,
    pub(crate) memory: isize,
}

/// A box of a file and the strided memory that belongs to it.
#[derive(Debug)]
pub(crate) struct Runs {
    /// Position of the box's first element in the file, in elements.
    first: usize,
    /// Axes of more than one element; neighbours that are one axis both in the file and in memory are merged.
    axes: SmallVec<[Axis; 6]>,
}

/// What is moved at once: by one transfer from or to memory, or by several through a staging area.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// Position of the first transfer in the file, in elements from the start of the array.
    pub(crate) file: usize,
    /// Position in memory, in elements from the box's first.
    pub(crate) memory: isize,
    /// Elements of each transfer, gaps included.
    pub(crate) span: usize,
    /// `None` if the piece is contiguous in memory and has no gaps, so that nothing needs to be copied.
    pub(crate) staged: Option<Staged<'a>>,
}

/// A piece that goes through the staging area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staged<'a> {
    /// The axes of the piece.
    axes: &'a [Axis],
    /// How many of them, from the outermost, take a transfer for each position.
    walked: usize,
    /// Elements from one transfer to the next in the staging area.
    pitch: usize,
}

impl Staged<'_> {
    /// Elements of the staging area that the piece needs.
    pub(crate) fn room(&self) -> usize {
        self.axes[..self.walked].iter().map(|axis| axis.len).product::<usize>() * self.pitch
    }

    /// The axes of the piece: length, step in the staging area, step in memory.
    pub(crate) fn axes(&self) -> SmallVec<[(usize, isize, isize); 6]> {
        let mut pitch = self.pitch;
        let mut axes: SmallVec<_> = self
            .axes
            .iter()
            .enumerate()
            .rev()
            .map(|(k, axis)| {
                let step = if k < self.walked { pitch } else { axis.file };
                if k < self.walked {
                    pitch *= axis.len;
                }
                (axis.len, step as isize, axis.memory)
            })
            .collect();
        axes.reverse();
        axes
    }

    /// Calls `each` with the position of every transfer in the file, from the first one's, and in the staging
    /// area.
    ///
    /// # Errors
    /// The first one of `each`.
    pub(crate) fn transfers<E>(&self, mut each: impl FnMut(usize, usize) -> Result<(), E>) -> Result<(), E> {
        let mut at = 0;
        each_offset(&self.axes[..self.walked], 0, 0, &mut |file, _| {
            each(file, at)?;
            at += self.pitch;
            Ok(())
        })
    }
}

/// The shape of an array and how its file orders it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) shape: &'a [usize],
    /// First axis fastest.
    pub(crate) fortran: bool,
}

impl Runs {
    /// The box at `start` with `shape`, to memory with `strides`. The box must lie within the array and have
    /// at least one element.
    pub(crate) fn new(layout: Layout<'_>, start: &[usize], shape: &[usize], strides: &[isize]) -> Self {
        let order: Shape =
            if layout.fortran { (0..shape.len()).rev().collect() } else { (0..shape.len()).collect() };
        let in_file_order: Shape = order.iter().map(|&k| layout.shape[k]).collect();
        let steps: Strides = row_major_strides(&in_file_order);
        let mut first = 0;
        let mut axes: SmallVec<[Axis; 6]> = SmallVec::new();
        for (&k, &step) in order.iter().zip(&steps) {
            let axis = Axis { len: shape[k], file: step as usize, memory: strides[k] };
            first += start[k] * axis.file;
            if axis.len == 1 {
                continue;
            }
            match axes.last_mut() {
                Some(outer)
                    if outer.file == axis.file * axis.len
                        && outer.memory == axis.memory.wrapping_mul(axis.len as isize) =>
                {
                    *outer = Axis { len: outer.len * axis.len, ..axis };
                }
                _ => axes.push(axis),
            }
        }
        Runs { first, axes }
    }

    /// Calls `each` for pieces that together hold every element of the box once.
    ///
    /// `size` is that of an element in bytes. A staged piece takes at most `limits.staging` bytes of the
    /// staging area (or one element).
    ///
    /// # Errors
    /// The first one of `each`.
    pub(crate) fn pieces<E>(
        &self,
        size: usize,
        limits: Limits,
        mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let cut = self.cut(size, limits);
        let (outer, inner) = self.axes.split_at(cut.outer);
        let mut inner: SmallVec<[Axis; 6]> = inner.into();
        let walked = cut.transfer - cut.outer;
        // The first axis of the piece, and the first of its transfers, are taken in steps.
        let slow = if walked > 0 { inner[0].len } else { 1 };
        let fast = inner.get(walked).map_or(1, |axis| axis.len);
        let whole: SmallVec<[Axis; 6]> = inner.clone();
        each_offset(outer, self.first, 0, &mut |file, memory| {
            for (i, j) in steps(fast, cut.step).flat_map(|j| steps(slow, cut.walk).map(move |i| (i, j))) {
                let mut piece = Piece { file, memory, span: 1, staged: None };
                let mut narrow = |axis: usize, at: usize, step: usize| {
                    inner[axis].len = step.min(whole[axis].len - at);
                    piece.file += at * inner[axis].file;
                    piece.memory += at as isize * inner[axis].memory;
                };
                if walked > 0 {
                    narrow(0, i, cut.walk);
                }
                if walked < whole.len() {
                    narrow(walked, j, cut.step);
                }
                piece.span = span(&inner[walked..]);
                piece.staged =
                    (!cut.direct).then_some(Staged { axes: &inner, walked, pitch: piece.span + cut.padding });
                each(piece)?;
            }
            Ok(())
        })
    }

    /// Decides which axes are walked and which come in one piece.
    fn cut(&self, size: usize, limits: Limits) -> Cut {
        let ndim = self.axes.len();
        // What needs no copy: the last axis, if it is contiguous on both sides, or else single elements.
        let run =
            self.axes.last().filter(|axis| axis.file == 1 && axis.memory == 1).map_or(1, |axis| axis.len);
        let first = if run > 1 { ndim - 1 } else { ndim };
        let direct = Cut { outer: first, walk: 1, transfer: first, step: run, padding: 0, direct: true };
        if limits.direct.is_some_and(|least| run * size >= least) {
            return direct;
        }
        // Else as many axes as have neighbours close enough to be read together and fit in the staging area.
        // Where an outer axis is the faster one in memory, the inner ones leave it room for a tile.
        let inner = self.axes.last().map_or(0, |axis| axis.memory.unsigned_abs());
        let faster = |axis: &Axis| axis.memory.unsigned_abs() < inner;
        let transposed = self.axes.iter().any(faster);
        let most = limits.staging / size;
        let mut longest = if transposed { most / TILE } else { most };
        let (mut transfer, mut step, mut covered) = (ndim, 1, 1);
        while let Some(axis) = self.axes[..transfer].last() {
            if (axis.file - covered).saturating_mul(size) > limits.gap {
                break;
            }
            if faster(axis) {
                longest = most;
            }
            transfer -= 1;
            step = (longest.saturating_sub(covered) / axis.file + 1).min(axis.len);
            covered += (step - 1) * axis.file;
            if step < axis.len {
                break;
            }
        }
        // A piece that is no more than one run would be copied for nothing.
        if limits.direct.is_some() && transfer >= direct.transfer {
            return direct;
        }
        let mut cut = Cut { outer: transfer, walk: 1, transfer, step, padding: 0, direct: false };
        if transposed {
            // Off the powers of two, which would crowd a few sets of the cache.
            cut.padding = LINE.div_ceil(size);
            let mut room = most / (covered + cut.padding);
            while room > 1 && cut.outer > 0 {
                let axis = self.axes[cut.outer - 1];
                cut.outer -= 1;
                cut.walk = room.min(axis.len);
                if cut.walk < axis.len {
                    break;
                }
                room /= axis.len;
            }
        }
        cut
    }
}

/// Runs that a staging area has room for, at least, when memory has the axes in another order.
const TILE: usize = 16;

/// Bytes of a cache line.
const LINE: usize = 64;

/// How a box is cut: `outer` axes take a piece for each position. Of the rest, those before `transfer` take a
/// transfer for each position, the first of them `walk` positions a piece; the others come in one transfer,
/// the first of them in steps of `step`.
#[derive(Debug)]
struct Cut {
    outer: usize,
    walk: usize,
    transfer: usize,
    step: usize,
    /// Elements left free after each transfer in the staging area.
    padding: usize,
    direct: bool,
}

fn steps(len: usize, step: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(step)
}

/// Elements from the first to the last that the axes reach in the file.
fn span(axes: &[Axis]) -> usize {
    axes.iter().map(|axis| (axis.len - 1) * axis.file).sum::<usize>() + 1
}

fn each_offset<E>(
    axes: &[Axis],
    file: usize,
    memory: isize,
    each: &mut impl FnMut(usize, isize) -> Result<(), E>,
) -> Result<(), E> {
    let Some((axis, inner)) = axes.split_first() else { return each(file, memory) };
    for i in 0..axis.len {
        each_offset(inner, file + i * axis.file, memory + i as isize * axis.memory, each)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
