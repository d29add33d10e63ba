//! Arrays outside of memory: written in whole cells, together with what shares their work, and taken up again.

mod faults;
mod limits;
mod resident;
mod resumed;
mod writes;
