//! What a block costs: execution, roots and commit, beside bare revm and alloy-evm's block executor.
//!
//! `make bench-evm` prints the table of `docs/benchmarks.md`. A [`Workload`] is a state and a block's
//! transactions on it; [`sides`] executes the block in three ways and says what each contains;
//! [`store`] takes it to disk. [`same_answers`] comes before any time is taken.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where anything is amiss")]

pub mod sides;
pub mod store;
pub mod table;
pub mod timing;
pub mod workloads;
mod world;

pub use sides::same_answers;
pub use workloads::Workload;
pub use world::{Chain, World};
