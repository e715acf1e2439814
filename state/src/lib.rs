//! Isocortex state.
