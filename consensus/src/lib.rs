//! Isocortex consensus.
