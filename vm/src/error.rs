//! The crate's errors, sorted by whose fault they are.

use alloy_primitives::{Address, B256};
use revm::context_interface::result::InvalidTransaction;

/// Why a chain spec was refused, or a block did not execute.
///
/// A contract's own failures (revert, out of gas) are no errors here: they are receipts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The genesis file asks for something that cannot be.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The genesis state lacks the code of an account that the chain's rules rely on.
    #[error("genesis: alloc lacks the {what} at {address} (add the accounts of `genesis::system_accounts`)")]
    MissingSystemAccount {
        /// What the account is for.
        what: &'static str,
        /// Where it must be.
        address: Address,
    },
    /// A transaction may not be in this block. The block is invalid for everybody.
    #[error("transaction {index} ({hash}) is invalid: {reason}")]
    InvalidTransaction {
        /// Its position in the block, from 0.
        index: usize,
        /// Its hash.
        hash: B256,
        /// What is wrong with it.
        reason: Rejection,
    },
    /// A call could not even start, as a transaction like it could not.
    #[error("the call is invalid: {0}")]
    InvalidCall(InvalidTransaction),
    /// The block breaks a rule that is not one transaction's. It is invalid for everybody.
    #[error("invalid block: {0}")]
    InvalidBlock(String),
    /// This node could not compute the answer.
    #[error(transparent)]
    Node(#[from] NodeFault),
}

/// This node, and perhaps no other, failed: unreadable state, a broken artifact, every backend down.
///
/// Nothing follows from it about the block or the call. State is unchanged; the node must stop
/// executing, and say so, rather than guess.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this node cannot execute: {0}")]
pub struct NodeFault(pub String);

/// Why a transaction may not be in a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Its gas limit is more than the block has left; it may fit a later block.
    #[error("gas limit {wanted} is more than the {left} left in the block")]
    BlockFull {
        /// The transaction's gas limit.
        wanted: u64,
        /// Gas left in the block.
        left: u64,
    },
    /// It carries more blob gas than the block has left; it may fit a later block.
    #[error("blob gas {wanted} is more than the {left} left in the block")]
    BlobsFull {
        /// The transaction's blob gas.
        wanted: u64,
        /// Blob gas left in the block.
        left: u64,
    },
    /// It is longer than what a block may still have; it may fit a later block.
    #[error("its {wanted} bytes are more than the {left} left in the block")]
    BytesFull {
        /// The transaction's bytes.
        wanted: usize,
        /// Bytes left in the block.
        left: usize,
    },
    /// Nobody's signature, or one that the block's fork refuses (EIP-2: `s` in the upper half).
    #[error("signature: {0}")]
    Signature(String),
    /// It is bound to a chain by EIP-155, which its block is too old to know.
    #[error("protected by EIP-155 before Spurious Dragon")]
    Protected,
    /// It carries its blobs with it; in a block it is without.
    #[error("carries its blob sidecar")]
    Sidecar,
    /// Ethereum's rules refuse it: nonce, balance, fee, signature's chain, intrinsic gas, …
    #[error("{0}")]
    Invalid(InvalidTransaction),
}
