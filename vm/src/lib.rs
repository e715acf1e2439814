//! The virtual machine: Ethereum's, up to its newest fork, and in it contracts that run neural
//! networks inside their transactions.
//!
//! - [`ChainSpec`] reads a geth-style genesis and says what is live in a block.
//! - [`Vm`] executes blocks, builds them and answers calls, on any `revm::Database`.
//! - [`IsocortexEvmFactory`] and [`IsocortexBlockExecutorFactory`] are the same machine in the shape
//!   that alloy-evm's users plug into their own node.
//! - [`transcript`] is what a block commits about its inferences; [`opcodes`] are `INFER` and
//!   `INFERARRAY`; [`genesis`] lists the accounts that a new chain must start with.
//!
//! # Whose fault
//!
//! | what went wrong | what comes back | the block |
//! |---|---|---|
//! | the caller's mistake, at any depth | a revert with a typed Solidity error: [`Outcome::Revert`] | valid |
//! | not enough gas | out of gas: [`Outcome::Halt`], or a failed inner call | valid |
//! | a transaction that may not be there | [`Error::InvalidTransaction`], [`Rejection`] | invalid |
//! | a rule of the block broken | [`Error::InvalidBlock`] | invalid |
//! | this node cannot compute | [`Error::Node`], at once, past every `try`/`catch` | unknown: stop |
//!
//! State is read through the given database and written by nobody: what changed is in
//! [`BlockOutput::bundle`], and there is no output where there was a fault.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod block;
mod builder;
mod database;
mod error;
mod evm;
pub mod genesis;
pub mod heap;
mod irregular;
pub mod opcodes;
mod outcome;
mod receipts;
mod schedule;
mod spec;
mod tracer;
pub mod transcript;
mod vm;

pub use block::{IsocortexBlockExecutor, IsocortexBlockExecutorFactory};
pub use builder::{BlockBuilder, BlockOutput, Pushed};
pub use database::AnyDatabase;
pub use error::{Error, NodeFault, Rejection};
pub use evm::{Extension, FaultCell, IsocortexEvm, IsocortexEvmFactory};
pub use isocortex_precompiles::{Engine, GasSchedule, Transcript};
pub use outcome::{Outcome, revert_reason};
pub use spec::{ChainSpec, InferenceConfig, Rules};
pub use transcript::Entry;
pub use vm::{CallRequest, Called, TraceSink, Vm};
