//! Users' functions as instructions.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::{DType, Element};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use crate::args::Args;
use crate::elementwise::map::{Map1, Map2, Map3};
use crate::isa::{Body, Code, Isa, Level};
use crate::kernel::At;

/// A user's function over elements, ready to be compiled for an instruction set.
pub trait ElementFn: Send + Sync + 'static {
    /// Types of the operands.
    fn operands(&self) -> &[DType];
    /// Type of the result.
    fn result(&self) -> DType;
    /// The loop over a tile that calls it.
    fn code(self: Arc<Self>, isa: Isa) -> Code;
}

/// A user's function with what messages say of it. Two closures are equal when they are the same object.
#[derive(Clone)]
pub struct Closure {
    /// The method it was given to, as in `mapv`.
    pub name: &'static str,
    /// Where the user gave it.
    pub location: &'static Location<'static>,
    /// The function.
    pub function: Arc<dyn ElementFn>,
    /// The most bytes that one call of it holds, as far as is known. This tells no closures apart.
    pub scratch_bytes: u64,
}

/// A function is called once for every element, in row-major order within a tile. Tiles are computed in any
/// order, on any thread.
impl Closure {
    /// A function of one element.
    ///
    /// ```
    /// use std::panic::Location;
    /// use chunkwise_core::DType;
    /// use chunkwise_kernels::{Closure, Op};
    ///
    /// let closure = Closure::map1("mapv", Location::caller(), |x: i32| f64::from(x).sqrt());
    /// assert_eq!(Op::Closure(closure).result(&[DType::I32]), Some(DType::F64));
    /// ```
    pub fn map1<A: Element, R: Element, F>(
        name: &'static str,
        location: &'static Location<'static>,
        function: F,
    ) -> Self
    where
        F: Fn(A) -> R + Send + Sync + 'static,
    {
        Closure { name, location, function: Arc::new(Map1::new(function)), scratch_bytes: 0 }
    }

    /// A function of the elements of two arrays.
    pub fn map2<A: Element, B: Element, R: Element, F>(
        name: &'static str,
        location: &'static Location<'static>,
        function: F,
    ) -> Self
    where
        F: Fn(A, B) -> R + Send + Sync + 'static,
    {
        Closure { name, location, function: Arc::new(Map2::new(function)), scratch_bytes: 0 }
    }

    /// A function of the elements of three arrays.
    pub fn map3<A: Element, B: Element, C: Element, R: Element, F>(
        name: &'static str,
        location: &'static Location<'static>,
        function: F,
    ) -> Self
    where
        F: Fn(A, B, C) -> R + Send + Sync + 'static,
    {
        Closure { name, location, function: Arc::new(Map3::new(function)), scratch_bytes: 0 }
    }

    /// A function of `axes` operands of `i64`, which it receives as one slice: the element's index, when they
    /// are coordinates.
    pub fn map_coords<R: Element, F>(
        name: &'static str,
        location: &'static Location<'static>,
        axes: usize,
        function: F,
    ) -> Self
    where
        F: Fn(&[i64]) -> R + Send + Sync + 'static,
    {
        let operands = SmallVec::from_elem(DType::I64, axes);
        let function = Arc::new(MapCoords { function, operands, result: PhantomData });
        Closure { name, location, function, scratch_bytes: 0 }
    }

    fn address(&self) -> usize {
        Arc::as_ptr(&self.function).cast::<()>() as usize
    }
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.name, self.location)
    }
}

impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for Closure {}

impl Hash for Closure {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl Serialize for Closure {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(format_args!(
            "the closure given to {self:?} cannot leave this process"
        )))
    }
}

impl<'de> Deserialize<'de> for Closure {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("a closure cannot arrive from another process"))
    }
}

impl<A: Element, R: Element, F: Fn(A) -> R + Send + Sync + 'static> ElementFn for Map1<A, R, F> {
    fn operands(&self) -> &[DType] {
        const { &[A::DTYPE] }
    }

    fn result(&self) -> DType {
        R::DTYPE
    }

    fn code(self: Arc<Self>, isa: Isa) -> Code {
        Code::new(self, isa)
    }
}

impl<A, B, R, F> ElementFn for Map2<A, B, R, F>
where
    A: Element,
    B: Element,
    R: Element,
    F: Fn(A, B) -> R + Send + Sync + 'static,
{
    fn operands(&self) -> &[DType] {
        const { &[A::DTYPE, B::DTYPE] }
    }

    fn result(&self) -> DType {
        R::DTYPE
    }

    fn code(self: Arc<Self>, isa: Isa) -> Code {
        Code::new(self, isa)
    }
}

impl<A, B, C, R, F> ElementFn for Map3<A, B, C, R, F>
where
    A: Element,
    B: Element,
    C: Element,
    R: Element,
    F: Fn(A, B, C) -> R + Send + Sync + 'static,
{
    fn operands(&self) -> &[DType] {
        const { &[A::DTYPE, B::DTYPE, C::DTYPE] }
    }

    fn result(&self) -> DType {
        R::DTYPE
    }

    fn code(self: Arc<Self>, isa: Isa) -> Code {
        Code::new(self, isa)
    }
}

/// Applies a function to the `i64` operands of each position, gathered into one slice.
struct MapCoords<R, F> {
    function: F,
    operands: SmallVec<[DType; 8]>,
    result: PhantomData<fn() -> R>,
}

impl<R: Element, F: Fn(&[i64]) -> R + Send + Sync + 'static> Body for MapCoords<R, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (mut few, mut many) = ([0; 8], Vec::new());
        let index = few.get_mut(..args.src.len()).unwrap_or_else(|| {
            many.resize(args.src.len(), 0);
            &mut many
        });
        let dst = args.dst.cast::<R>();
        let mut at = At(0);
        for i in 0..args.len {
            at.0 = i;
            for (coordinate, operand) in index.iter_mut().zip(args.src) {
                // SAFETY: the verifier has checked that the operands are `i64`; they hold `len` elements.
                *coordinate = unsafe { operand.cast::<i64>().add(i).read() };
            }
            // SAFETY: likewise, the result is of `R`.
            unsafe { dst.add(i).write((self.function)(index)) };
        }
        mem::forget(at);
    }
}

impl<R: Element, F: Fn(&[i64]) -> R + Send + Sync + 'static> ElementFn for MapCoords<R, F> {
    fn operands(&self) -> &[DType] {
        &self.operands
    }

    fn result(&self) -> DType {
        R::DTYPE
    }

    fn code(self: Arc<Self>, isa: Isa) -> Code {
        Code::new(self, isa)
    }
}
