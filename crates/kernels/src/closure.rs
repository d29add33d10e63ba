//! Users' functions as instructions.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::DType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::isa::{Code, Isa};

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
}

impl Closure {
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
        Err(serde::ser::Error::custom(format_args!("the closure given to {self:?} cannot leave this process")))
    }
}

impl<'de> Deserialize<'de> for Closure {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("a closure cannot arrive from another process"))
    }
}
