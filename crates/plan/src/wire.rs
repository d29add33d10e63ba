//! Plans as bytes, for another process.

mod contract;
mod edges;
mod order;
mod scan;
#[cfg(test)]
mod tests;
mod validate;

use serde::{Deserialize, Serialize};

use crate::{Origin, Plan, Root, Stage, Variant};
use chunkwise_kernels::Op;

/// Version of the wire form. A plan is read only by the version that wrote it.
pub const WIRE_VERSION: u32 = 1;

/// Why a plan cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A closure, which has no wire form.
    #[error(
        "the closure given to `{name}` at {origin} cannot leave this process; \
         use built-in operations, or compute here"
    )]
    Closure {
        /// The method that it was given to.
        name: String,
        /// Where.
        origin: Origin,
    },
    /// A call of a delayed function, which has no wire form.
    #[error(
        "the delayed function `{name}`, called at {origin}, cannot leave this process; \
         compute its value here, and send what is built on it"
    )]
    Call {
        /// The function.
        name: String,
        /// Where it was called.
        origin: Origin,
    },
    /// A delayed value that is there already, of a type that only this process knows.
    #[error("root {root} of the plan is a delayed value, which cannot leave this process")]
    Value {
        /// Which root.
        root: usize,
    },
    /// Bytes of another version.
    #[error("the plan was written by wire version {found}, this is version {WIRE_VERSION}")]
    Version {
        /// The version in the bytes.
        found: u32,
    },
    /// Bytes that are no plan, or a plan too large to write.
    #[error("malformed plan: {0}")]
    Malformed(#[from] postcard::Error),
    /// A plan that contradicts itself: running it could read or write memory that is not its own.
    #[error("malformed plan: {what}")]
    Invalid {
        /// The first contradiction.
        what: String,
    },
}

#[derive(Serialize)]
struct Outgoing<'a>(u32, &'a Plan);

#[derive(Deserialize)]
struct Incoming(Plan);

impl Plan {
    /// The plan as bytes. Sources stay behind: the plan names them by number.
    ///
    /// # Errors
    /// [`WireError::Closure`] when the plan holds a user's closure, [`WireError::Call`] and [`WireError::Value`] when
    /// it holds delayed calls or values.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WireError> {
        self.refuse_closures()?;
        Ok(postcard::to_stdvec(&Outgoing(WIRE_VERSION, self))?)
    }

    /// The plan that [`Plan::to_bytes`] wrote, checked: whatever the bytes are, a plan that comes back reads and
    /// writes only what is its own, provided that its sources are what it says of them.
    ///
    /// # Errors
    /// [`WireError::Version`], [`WireError::Malformed`], [`WireError::Invalid`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Plan, WireError> {
        let (found, rest) = postcard::take_from_bytes::<u32>(bytes)?;
        if found != WIRE_VERSION {
            return Err(WireError::Version { found });
        }
        let (Incoming(plan), rest) = postcard::take_from_bytes(rest)?;
        if !rest.is_empty() {
            return Err(WireError::Invalid { what: format!("{} bytes follow it", rest.len()) });
        }
        validate::validate(&plan).map_err(|what| WireError::Invalid { what })?;
        Ok(plan)
    }

    fn refuse_closures(&self) -> Result<(), WireError> {
        for stage in &self.stages {
            let refuse = |variant: &Variant| {
                let closure = variant.program.instrs.iter().find_map(|instr| match &instr.op {
                    Op::Closure(closure) => Some(closure),
                    _ => None,
                });
                closure.map_or(Ok(()), |closure| {
                    let origin = closure.location.into();
                    Err(WireError::Closure { name: closure.name.into(), origin })
                })
            };
            match stage {
                Stage::Fused(stage) => stage.variants.iter().try_for_each(refuse)?,
                Stage::Contract(stage) => stage.variants().try_for_each(refuse)?,
                Stage::Scan(stage) => stage.operand.variants.iter().try_for_each(refuse)?,
                Stage::Order(stage) => stage.elements.variants.iter().try_for_each(refuse)?,
                Stage::Read(stage) if stage.closure => {
                    let origin = stage.info.origin.clone();
                    return Err(WireError::Closure { name: stage.info.label.clone(), origin });
                }
                Stage::Call(stage) => {
                    if let Some(call) = stage.calls.first() {
                        let name = stage.names[call.function as usize].clone();
                        return Err(WireError::Call { name, origin: call.origin.clone() });
                    }
                }
                Stage::Read(_) | Stage::Combine(_) | Stage::Write(_) | Stage::Reshape(_) => {}
            }
        }
        match self.roots.iter().position(|root| matches!(root, Root::Value(_) | Root::Constant(_))) {
            Some(root) => Err(WireError::Value { root }),
            None => Ok(()),
        }
    }
}
