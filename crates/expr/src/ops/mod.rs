//! The operations, one definition each.
