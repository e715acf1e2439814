//! Isocortex inference.
