//! What nodes agree on.
//!
//! - [`BlockApp`] is all that an engine sees of a chain: build, execute, commit, read. [`Chain`] implements
//!   it over a [`Store`](isocortex_state::Store) and a [`Vm`](isocortex_vm::Vm).
//! - [`ConsensusEngine`] decides which block is next. [`Solo`] is the engine of a chain with one sealer.
//! - [`validity`] holds the rules on headers, bodies and uncles of every fork, as functions of the blocks alone.
//!
//! | what went wrong | error | what follows |
//! |---|---|---|
//! | the block breaks a rule | [`Error::Invalid`] | everybody refuses it; the chain goes on without it |
//! | this node cannot compute or store | [`Error::Node`] | stop; nothing follows about the block |
//! | a genesis file that cannot be | [`Error::Genesis`] | mend the file |
//!
//! A block is stored in one atomic step after it was executed whole, so an error leaves the chain at the
//! block before.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
mod chain;
mod error;
pub mod genesis;
mod solo;
#[cfg(test)]
mod tests;
pub mod validity;

pub use alloy_consensus::{Header, TxEnvelope, transaction::Recovered};
pub use app::{Attributes, Block, BlockApp, Built, Decided, Executed};
pub use chain::Chain;
pub use error::{Error, Invalid};
pub use solo::{ConsensusEngine, Solo};
