//! Isocortex convert.
