//! Products of arrays against their definition: every type, any chunks and memory order, in any surroundings.

mod composed;
mod definition;
mod methods;
mod plans;
mod runs;
mod support;
