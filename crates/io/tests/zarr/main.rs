//! Zarr arrays: those that zarr-python wrote, those that are written here, and what may go wrong.

mod changes;
mod faults;
mod fixtures;
mod resume;
mod round_trip;
mod support;
