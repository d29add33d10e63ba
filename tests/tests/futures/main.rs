//! Futures: work that goes on in the background, and the handles on its results.

mod awaiting;
mod clients;
mod failures;
mod support;
