//! Chunk specs: what the user may say about chunks.

use chunkwise_core::{AxisChunks, Error};
use ndarray::{Dim, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::bytes::Bytes;
use crate::shape::AxisSpecs;

/// Chunks chosen from shape and element type, aiming at blocks that suit the processor's caches.
///
/// The choice never depends on the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auto;

/// One chunk that covers the whole axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Full;

/// How one axis is cut into chunks: a size, a list of sizes, [`Auto`], [`Full`] or [`bytes`](crate::bytes).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how to chunk an axis",
    note = "an axis takes a size (usize), a list of sizes ([usize; N], Vec<usize>, &[usize]), Auto, Full or \
            bytes(\"16 MiB\")"
)]
pub trait AxisSpec {
    #[doc(hidden)]
    fn axis(self) -> Result<AxisChunks, Error>;
}

macro_rules! axis_specs {
    ($($T:ty: $self:ident => $chunks:expr;)*) => {$(
        impl AxisSpec for $T {
            fn axis($self) -> Result<AxisChunks, Error> {
                Ok($chunks)
            }
        }
    )*};
}

axis_specs! {
    AxisChunks: self => self;
    // No other integer type, so that literals need no suffix.
    usize: self => AxisChunks::Size(self);
    Auto: self => AxisChunks::Auto;
    Full: self => AxisChunks::Full;
    Bytes: self => AxisChunks::Bytes(self.count()?);
    Vec<usize>: self => AxisChunks::Sizes(self);
    &[usize]: self => AxisChunks::Sizes(self.to_vec());
}

impl<const N: usize> AxisSpec for [usize; N] {
    fn axis(self) -> Result<AxisChunks, Error> {
        Ok(AxisChunks::Sizes(self.to_vec()))
    }
}

/// How an array of dimension `D` is cut into chunks.
///
/// One of `usize`, [`Auto`], [`Full`] and [`bytes`](crate::bytes) holds for all axes. A tuple or an array has
/// one [entry](AxisSpec) per axis, and the compiler counts them; a `Vec` of entries is counted at run time.
///
/// | spec | chunks of a (100, 100) array |
/// |---|---|
/// | `40` | sizes 40, 40, 20 along both axes |
/// | `(40, Full)` | sizes 40, 40, 20 along axis 0, whole rows |
/// | `([30, 70], Auto)` | sizes 30, 70 along axis 0, an automatic size along axis 1 |
/// | `bytes("16 KiB")` | square blocks of about 16 KiB |
/// | `vec![vec![30, 70], vec![100]]` | as [`ChunkedArray::chunks`](crate::ChunkedArray::chunks) returns them |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a chunk spec for an array of dimension `{D}`",
    label = "one entry per axis, or one value for all axes",
    note = "a spec is a tuple or array with one entry per axis, or one of usize, Auto, Full, bytes(\"..\") for \
            all axes",
    note = "an entry is a size, a list of sizes, Auto, Full or bytes(\"..\")"
)]
pub trait ChunkSpec<D: Dimension> {
    #[doc(hidden)]
    fn axes(self, ndim: usize) -> AxisSpecs;
}

macro_rules! spec_for_all_axes {
    ($($T:ty),*) => {$(
        impl<D: Dimension> ChunkSpec<D> for $T {
            fn axes(self, ndim: usize) -> AxisSpecs {
                Ok(vec![self.axis()?; ndim])
            }
        }
    )*};
}

spec_for_all_axes!(usize, Auto, Full, Bytes);

macro_rules! spec_per_axis {
    ($($D:ty: $($T:ident $i:tt),*;)*) => {$(
        impl<$($T: AxisSpec),*> ChunkSpec<$D> for ($($T,)*) {
            fn axes(self, _: usize) -> AxisSpecs {
                Ok(vec![$(self.$i.axis()?),*])
            }
        }
        impl<$($T: AxisSpec),*> ChunkSpec<IxDyn> for ($($T,)*) {
            fn axes(self, ndim: usize) -> AxisSpecs {
                counted([$(self.$i.axis()),*], ndim)
            }
        }
    )*};
}

spec_per_axis! {
    Ix1: A 0;
    Ix2: A 0, B 1;
    Ix3: A 0, B 1, C 2;
    Ix4: A 0, B 1, C 2, E 3;
    Ix5: A 0, B 1, C 2, E 3, F 4;
    Ix6: A 0, B 1, C 2, E 3, F 4, G 5;
}

impl ChunkSpec<Ix0> for () {
    fn axes(self, _: usize) -> AxisSpecs {
        Ok(vec![])
    }
}

impl<T: AxisSpec, const N: usize> ChunkSpec<Dim<[usize; N]>> for [T; N]
where
    Dim<[usize; N]>: Dimension,
{
    fn axes(self, ndim: usize) -> AxisSpecs {
        counted(self.map(T::axis), ndim)
    }
}

impl<T: AxisSpec, const N: usize> ChunkSpec<IxDyn> for [T; N] {
    fn axes(self, ndim: usize) -> AxisSpecs {
        counted(self.map(T::axis), ndim)
    }
}

/// For code that is generic over the number of axes.
impl<T: AxisSpec, D: Dimension> ChunkSpec<D> for Vec<T> {
    fn axes(self, ndim: usize) -> AxisSpecs {
        counted(self.into_iter().map(T::axis), ndim)
    }
}

fn counted(entries: impl IntoIterator<Item = Result<AxisChunks, Error>>, ndim: usize) -> AxisSpecs {
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    if entries.len() != ndim {
        return Err(Error::ChunkArity { got: entries.len(), expected: ndim });
    }
    Ok(entries)
}
