//! Histograms: the edge rules of NumPy, any chunks and types, weights, densities, several coordinates, unknown lengths.

#[rustfmt::skip]
mod numpy;
mod rules;
mod runs;
mod several;
mod support;
