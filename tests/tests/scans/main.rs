//! Running sums and products against their definition: every type, any chunks and memory order, in any surroundings.

mod definition;
mod methods;
mod plans;
mod runs;
mod selected;
mod support;
