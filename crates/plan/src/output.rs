//! What tasks hand to those that read them.

use std::ops::Deref;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::{Tile, Value};

/// What a task makes: one tile per output of its stage, or the value of a call. Clones share it.
///
/// It dereferences to the tiles; a value has none.
#[derive(Clone, Debug, Default)]
pub enum TaskOutput {
    /// Nothing, or what is left once it was taken.
    #[default]
    Nothing,
    /// One tile per output.
    Tiles(Arc<SmallVec<[Tile; 1]>>),
    /// The value of a call.
    Value(Value),
}

impl TaskOutput {
    /// The tiles, if nobody else holds them.
    pub(crate) fn tiles_mut(&mut self) -> Option<&mut SmallVec<[Tile; 1]>> {
        match self {
            TaskOutput::Tiles(tiles) => Arc::get_mut(tiles),
            TaskOutput::Nothing | TaskOutput::Value(_) => None,
        }
    }
}

impl Deref for TaskOutput {
    type Target = [Tile];

    fn deref(&self) -> &[Tile] {
        match self {
            TaskOutput::Tiles(tiles) => tiles,
            TaskOutput::Nothing | TaskOutput::Value(_) => &[],
        }
    }
}

impl From<SmallVec<[Tile; 1]>> for TaskOutput {
    fn from(tiles: SmallVec<[Tile; 1]>) -> Self {
        TaskOutput::Tiles(Arc::new(tiles))
    }
}
