//! The same elements in another shape.

use chunkwise_core::{Element, Shape, checked_len, counted};
use ndarray::{Dim, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::error::invalid;
use crate::shape::shape_of;
use crate::{Auto, Chunked, ChunkedArray, ChunkedArray1, Result};

/// One length of a shape to [reshape](ChunkedArray::reshape) to: a number, or [`Auto`] for the one that follows from
/// the others.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the length of an axis",
    note = "a length is a usize, or Auto for the one that follows from the others"
)]
pub trait Extent {
    #[doc(hidden)]
    fn extent(self) -> Option<usize>;
}

impl Extent for usize {
    fn extent(self) -> Option<usize> {
        Some(self)
    }
}

impl Extent for Auto {
    fn extent(self) -> Option<usize> {
        None
    }
}

/// A shape to [reshape](ChunkedArray::reshape) to.
///
/// What ndarray takes as a shape, with or without [chunks](crate::ShapeExt::chunked), and tuples in which one length is
/// [`Auto`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a shape to reshape to",
    note = "a shape is usize, a tuple of usize and at most one `Auto`, [usize; N] or Vec<usize>; \
            `(m, n).chunked(spec)` says the chunks too"
)]
pub trait ReshapeTo {
    /// The dimension type of arrays of this shape.
    type Dim: Dimension;

    #[doc(hidden)]
    fn target(self) -> Target<Self::Dim>;
}

/// The lengths of a shape, of which one may be open, and the chunks that were asked for.
#[doc(hidden)]
#[derive(Debug)]
pub struct Target<D> {
    extents: Vec<Option<usize>>,
    chunked: Option<Chunked<D>>,
}

impl<D> Target<D> {
    fn new(extents: impl IntoIterator<Item = Option<usize>>) -> Self {
        Target { extents: extents.into_iter().collect(), chunked: None }
    }
}

macro_rules! reshape_to_tuples {
    ($($D:ty: $($T:ident $i:tt),*;)*) => {$(
        impl<$($T: Extent),*> ReshapeTo for ($($T,)*) {
            type Dim = $D;

            fn target(self) -> Target<$D> {
                Target::new([$(self.$i.extent()),*])
            }
        }
    )*};
}

reshape_to_tuples! {
    Ix0: ;
    Ix1: A 0;
    Ix2: A 0, B 1;
    Ix3: A 0, B 1, C 2;
    Ix4: A 0, B 1, C 2, E 3;
    Ix5: A 0, B 1, C 2, E 3, F 4;
    Ix6: A 0, B 1, C 2, E 3, F 4, G 5;
}

macro_rules! reshape_to_lengths {
    ($([$(const $N:ident)?] $T:ty, $D:ty: $self:ident => $lengths:expr;)*) => {$(
        impl$(<const $N: usize>)? ReshapeTo for $T
        where
            $D: Dimension,
        {
            type Dim = $D;

            fn target($self) -> Target<$D> {
                Target::new($lengths.iter().map(|&n| Some(n)))
            }
        }
    )*};
}

reshape_to_lengths! {
    [] usize, Ix1: self => [self];
    [const N] [usize; N], Dim<[usize; N]>: self => self;
    [const N] Dim<[usize; N]>, Dim<[usize; N]>: self => shape_of(&self);
    [] IxDyn, IxDyn: self => shape_of(&self);
    [] Vec<usize>, IxDyn: self => self;
    [] &[usize], IxDyn: self => self;
}

impl ReshapeTo for Auto {
    type Dim = Ix1;

    fn target(self) -> Target<Ix1> {
        Target::new([None])
    }
}

impl<D: Dimension> ReshapeTo for Chunked<D> {
    type Dim = D;

    fn target(self) -> Target<D> {
        let extents = self.shape().iter().map(|&n| Some(n)).collect();
        Target { extents, chunked: Some(self) }
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The same elements, in row-major order, in another shape of the same size: any shape, whatever the chunks.
    ///
    /// One length may be [`Auto`]. Without [`chunked`](crate::ShapeExt::chunked), chunks stay as they are along axes that
    /// stay; axes that are merged or split keep their boundaries where these still lie between whole steps of the
    /// result's axes, and get automatic chunks elsewhere. No chunk becomes one giant chunk.
    ///
    /// Reshaping arrays in memory and what is computed from them element by element costs nothing. Otherwise elements
    /// are copied once, a piece at a time, in bounded memory.
    ///
    /// # Errors
    /// A shape of another size, more than one [`Auto`], one beside a length of zero, a chunk spec that does not fit.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Array;
    ///
    /// let x = ChunkedArray::arange(0..24)?.rechunk(10)?;
    /// let y = x.reshape((2, Auto, 4))?;
    /// assert_eq!(y.dim(), (2, 3, 4));
    /// assert_eq!(y.compute()?, Array::from_iter(0..24).into_shape_with_order((2, 3, 4)).unwrap());
    ///
    /// let z = y.reshape((4, 6).chunked((1, Full)))?;
    /// assert_eq!(z.chunks(), [vec![1; 4], vec![6]]);
    /// assert!(x.reshape((5, 5)).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn reshape<S: ReshapeTo>(&self, shape: S) -> Result<ChunkedArray<A, S::Dim>> {
        let Target { extents, chunked } = shape.target();
        self.known("reshape")?;
        let shape = infer(self.shape(), &extents)?;
        let grid = match chunked {
            // A size that does not fit is the first thing to know.
            Some(chunked) if checked_len(&shape).ok() == Some(self.len()) => Some(chunked.grid(A::DTYPE)?),
            Some(_) | None => None,
        };
        Ok(ChunkedArray::from_expr(self.expr().reshape(&shape, grid)?))
    }

    /// All elements in row-major order along one axis.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2], [3, 4]], 1)?;
    /// assert_eq!(x.t().ravel().compute()?, array![1, 3, 2, 4]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn ravel(&self) -> ChunkedArray1<A> {
        if self.has_known_shape() {
            let len = self.len();
            return ChunkedArray::from_expr(
                self.expr().reshape(&[len], None).expect("as many elements in one axis"),
            );
        }
        // One axis of unknown length is what it should be; of more, nothing can be computed before they are counted.
        let others: Vec<usize> = (1..self.ndim()).collect();
        ChunkedArray::from_expr(self.expr().view(super::axes::without(self.expr().shape(), &others)))
    }

    /// All elements in row-major order along one axis: the same as [`ravel`](Self::ravel).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// assert_eq!(ChunkedArray::<f64, _>::zeros((2, 3))?.flatten().dim(), 6);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn flatten(&self) -> ChunkedArray1<A> {
        self.ravel()
    }
}

/// The shape that an array of shape `from` takes on, with the open length found.
fn infer(from: &[usize], extents: &[Option<usize>]) -> Result<Shape> {
    let open = extents.iter().filter(|extent| extent.is_none()).count();
    let known: Shape = extents.iter().flatten().copied().collect();
    if open == 0 {
        return Ok(known);
    }
    if open > 1 {
        return Err(invalid("reshape", format!("only one length can be Auto, {open} are")));
    }
    let asked = || {
        let lengths: Vec<String> = extents
            .iter()
            .map(|extent| extent.map_or_else(|| "Auto".to_owned(), |n| n.to_string()))
            .collect();
        format!("[{}]", lengths.join(", "))
    };
    let (len, rest) = (checked_len(from)?, checked_len(&known)?);
    if rest == 0 {
        let why = format!("the length that is Auto in {} is not determined beside one of 0", asked());
        return Err(invalid("reshape", why));
    }
    if len % rest != 0 {
        let elements = counted(len, "element", "elements");
        let why = format!("an array of shape {from:?} ({elements}) does not fit into {}", asked());
        return Err(invalid("reshape", why));
    }
    Ok(extents.iter().map(|extent| extent.unwrap_or(len / rest)).collect())
}
