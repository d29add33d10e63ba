//! What stands in for eager definitions when the `reference` feature is off: nothing.

/// Kept with the `reference` feature only.
pub type ElementwiseReference = ();

/// Kept with the `reference` feature only.
pub type ReductionReference = ();

/// Drops the definition of an operation.
macro_rules! reference {
    ($definition:expr) => {
        ()
    };
}
