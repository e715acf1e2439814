//! The isocortex binary.
fn main() {}
