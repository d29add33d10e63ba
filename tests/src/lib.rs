//! What the tests of the public interface share: one strict assertion, values worth trying, chunkings that engines
//! get wrong, a way to run expressions of any type under any setting, and eyes on what the engine calls.

mod book;
mod chunkings;
mod compare;
mod drive;
mod generate;
mod matches;
mod pair;
mod results;
mod store;
mod values;
mod watch;

pub use book::{CHAPTERS, Page, book};
pub use chunkings::{chunkings, random_chunks};
pub use compare::Tolerance;
pub use drive::{Failure, Setting, evaluate};
pub use generate::{Rng, edges, mixed, small};
pub use matches::{assert_matches, assert_matches_within};
pub use pair::{Pair, random_shape, random_shape_of};
pub use results::{all_bytes, assert_same_bits, bits, elements, run_in_order};
pub use store::{Extent, Store};
pub use values::{Order, Values};
pub use watch::{Calls, Meeting, in_time};
