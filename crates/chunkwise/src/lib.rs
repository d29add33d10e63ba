//! chunkwise
