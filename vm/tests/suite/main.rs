//! Blocks, calls, instructions and faults, through the public API.
//!
//! But for `models`, the networks are played by a stand-in behind the packed door, so that what is
//! tested is the machine around them: what a model answers is the business of other crates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod blocks;
mod calls;
mod chain;
mod faults;
mod models;
mod opcodes;
mod rules;
mod spec;
