//! Isocortex testvectors.
