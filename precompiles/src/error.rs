//! Faults of the node, and how a call ends early.

use alloy_primitives::{B256, Bytes};

/// Why this node could not compute what the chain asks for. Never the caller's doing.
///
/// It reaches the node as the text of a fatal precompile error. The block has no verdict then: the node
/// must stop, state unchanged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state could not be read.
    #[error("the state could not be read: {0}")]
    State(String),
    /// A chunk of a registered model is not in the state.
    #[error("the state is corrupt: chunk {0} of a registered model is missing; restore the database")]
    ChunkMissing(B256),
    /// A chunk does not hash to its name.
    #[error("the state is corrupt: chunk {0} does not hash to its name; restore the database")]
    ChunkCorrupt(B256),
    /// A model that was checked when it was registered fails now, or its record says something else.
    #[error("the state is corrupt: registered model {model} {reason}; restore the database")]
    ModelCorrupt {
        /// Model id.
        model: B256,
        /// What does not fit.
        reason: String,
    },
    /// The backend gave no answer.
    #[error("model {model} could not be computed: {reason}")]
    Backend {
        /// Model id.
        model: B256,
        /// The backend's error or panic.
        reason: String,
    },
}

/// How a call ends if not with a result.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The gas limit does not reach the next step.
    OutOfGas,
    /// The caller's fault, ABI-encoded.
    Revert(Bytes),
    /// The node's fault.
    Node(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Node(error)
    }
}

/// The state's own error, as it comes out of the journal or the database.
pub(crate) fn state(error: impl ToString) -> Stop {
    Stop::Node(Error::State(error.to_string()))
}
