//! What an engine sees of a chain.

use crate::{Error, Recovered, TxEnvelope};
use alloy_consensus::{Header, ReceiptEnvelope};
use alloy_primitives::{Address, B256, Bytes};
use isocortex_state::{Head, PendingState};
use isocortex_vm::{Entry, Outcome, Rejection};

/// A block of this chain.
pub type Block = alloy_consensus::Block<TxEnvelope>;

/// What a proposer chooses about the next block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Unix time in seconds, greater than the parent's.
    pub timestamp: u64,
    /// Who gets the priority fees.
    pub beneficiary: Address,
    /// Randomness of the round (`PREVRANDAO`).
    pub prev_randao: B256,
    /// Up to 32 bytes of the proposer's.
    pub extra_data: Bytes,
}

/// A block that was executed on the head and found valid, not stored yet.
#[derive(Clone, Debug)]
pub struct Executed {
    /// The block.
    pub block: Block,
    /// keccak-256 of its header.
    pub hash: B256,
    /// One a transaction.
    pub receipts: Vec<ReceiptEnvelope>,
    /// Every inference, in order.
    pub transcript: Vec<Entry>,
    pub(crate) state: PendingState,
}

/// A built block, and what became of the transactions offered.
#[derive(Clone, Debug)]
pub struct Built {
    /// The block with its results; as good as if received and executed.
    pub executed: Executed,
    /// How each included transaction ended, in the block's order.
    pub outcomes: Vec<Outcome>,
    /// Transactions that are not in it, by their position among the candidates.
    pub rejected: Vec<(usize, Rejection)>,
}

/// A stored block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The block.
    pub block: Block,
    /// keccak-256 of its header.
    pub hash: B256,
    /// One a transaction; none for genesis.
    pub receipts: Vec<ReceiptEnvelope>,
    /// Every inference, in order.
    pub transcript: Vec<Entry>,
}

/// A chain as a consensus engine drives it. Calls block; an engine that must not wait gives them a thread.
pub trait BlockApp: Send + Sync {
    /// The last committed block.
    fn head(&self) -> Head;

    /// Header of the last committed block, from which the next one's fees and limits follow.
    ///
    /// # Errors
    /// [`Error::Node`].
    fn head_header(&self) -> Result<Header, Error>;

    /// Builds a block on the head from candidates in the order given, leaving out those that the rules refuse.
    ///
    /// # Errors
    /// [`Error::Node`], or [`Error::Invalid`] for attributes that no valid block can have.
    fn build(&self, attributes: &Attributes, candidates: &[Recovered<TxEnvelope>]) -> Result<Built, Error>;

    /// Executes a block on the head and checks every rule. Stores nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] is a verdict on the block, [`Error::Node`] is none.
    fn execute(&self, block: Block) -> Result<Executed, Error>;

    /// Makes an executed block the head, durably, in one atomic step.
    ///
    /// # Errors
    /// [`Error::Node`], also where the head has moved since it was executed.
    fn commit(&self, executed: Executed) -> Result<Head, Error>;

    /// A stored block by number; genesis is 0.
    ///
    /// # Errors
    /// [`Error::Node`].
    fn decided(&self, number: u64) -> Result<Option<Decided>, Error>;
}
