//! The generator of random models that the backends' tests use.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, missing_docs)]

#[path = "../../../../inference/tests/cpu/f24.rs"]
mod f24;
#[path = "../../../../inference/tests/cpu/graph.rs"]
mod graph;
#[path = "../../../../inference/tests/cpu/more.rs"]
mod more;

pub use graph::{Graph, Rng};
