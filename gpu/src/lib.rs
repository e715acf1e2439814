//! Isocortex gpu.
