//! What an array looks like when printed: a card of what is known, never a value.

use std::fmt;

use chunkwise_core::counted;

use crate::bytes::Amount;
use crate::{ChunkedArray, UNKNOWN};

/// One line with dtype, shape, chunk shape, number of chunks, bytes and tasks.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let x = ChunkedArray::<f64, _>::zeros((5000, 5000).chunked((1000, 500)))?;
/// assert_eq!(
///     format!("{x:?}"),
///     "ChunkedArray { dtype: f64, shape: (5000, 5000), bytes: 190.73 MiB, \
///      chunks: 50, chunk_shape: (1000, 500), chunk_bytes: 3.81 MiB, tasks: 50 }"
/// );
/// # Ok::<(), chunkwise::Error>(())
/// ```
impl<A, D> fmt::Debug for ChunkedArray<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let card = Card::of(self);
        f.debug_struct("ChunkedArray")
            .field("dtype", &format_args!("{}", self.dtype()))
            .field("shape", &format_args!("{}", card.shape))
            .field("bytes", &format_args!("{}", card.bytes))
            .field("chunks", &self.num_chunks())
            .field("chunk_shape", &format_args!("{}", card.chunk_shape))
            .field("chunk_bytes", &format_args!("{}", card.chunk_bytes))
            .field("tasks", &self.expr().task_count())
            .finish()
    }
}

/// A small table of the same.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let x = ChunkedArray::<f64, _>::zeros((5000, 5000).chunked((1000, 500)))?;
/// assert_eq!(
///     format!("\n{x}"),
///     "
/// f64    array         chunk
/// shape  (5000, 5000)  (1000, 500)
/// bytes  190.73 MiB    3.81 MiB
/// count  50 tasks      50 chunks"
/// );
/// # Ok::<(), chunkwise::Error>(())
/// ```
impl<A, D> fmt::Display for ChunkedArray<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let card = Card::of(self);
        let dtype = self.dtype().name();
        let (tasks, chunks) = (self.expr().task_count(), self.num_chunks());
        let tasks = counted(tasks, "task", "tasks").to_string();
        let left = dtype.len().max("shape".len());
        let middle = [card.shape.len(), card.bytes.len(), tasks.len()].into_iter().max().unwrap_or(0);
        writeln!(f, "{dtype:left$}  {:middle$}  chunk", "array")?;
        writeln!(f, "{:left$}  {:middle$}  {}", "shape", card.shape, card.chunk_shape)?;
        writeln!(f, "{:left$}  {:middle$}  {}", "bytes", card.bytes, card.chunk_bytes)?;
        write!(f, "{:left$}  {tasks:middle$}  {}", "count", counted(chunks, "chunk", "chunks"))
    }
}

/// What is printed of an array and of its largest chunk.
pub(crate) struct Card {
    pub(crate) shape: String,
    pub(crate) bytes: String,
    pub(crate) chunk_shape: String,
    pub(crate) chunk_bytes: String,
}

impl Card {
    pub(crate) fn of<A, D>(array: &ChunkedArray<A, D>) -> Card {
        let chunk_shape = array.chunk_shape();
        Card {
            shape: tuple(array.shape()),
            bytes: amount(array.nbytes()),
            chunk_shape: tuple(&chunk_shape),
            chunk_bytes: amount(
                chunk_shape.iter().fold(array.dtype().size(), |len, &n| len.saturating_mul(n)),
            ),
        }
    }
}

/// Bytes, if they are known.
fn amount(bytes: usize) -> String {
    if bytes == UNKNOWN { "unknown".to_owned() } else { Amount(bytes as u64).to_string() }
}

/// A shape as Rust writes a tuple, with `?` for what is not known: `()`, `(3,)`, `(?, 4)`.
fn tuple(shape: &[usize]) -> String {
    let length = |&n: &usize| if n == UNKNOWN { "?".to_owned() } else { n.to_string() };
    match shape {
        [n] => format!("({},)", length(n)),
        _ => format!("({})", shape.iter().map(length).collect::<Vec<_>>().join(", ")),
    }
}
