//! Isocortex model.
