//! Isocortex precompiles.
