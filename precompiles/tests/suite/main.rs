//! The precompiles from outside: called one by one with a state, and by contracts in an EVM.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod broken;
mod contracts;
mod faults;
mod fuzz;
mod gas;
mod inference;
mod models;
mod registry;
mod solidity;
mod world;
