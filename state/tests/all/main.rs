//! Tests of the store from outside, in one binary, for each links all of RocksDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checkpoint;
mod corruption;
mod crash;
mod disk_full;
mod history;
mod model;
mod outside;
mod proofs;
mod random;
mod revm_state;
mod store;
mod torn;
mod tries;
