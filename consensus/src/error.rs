//! The crate's errors, sorted by whose fault they are.

use isocortex_state::StateError;
use isocortex_vm::{NodeFault, Rejection};
use std::fmt::Display;

/// Why a block was not built, executed or stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The block breaks a rule: invalid for every node.
    #[error("invalid block: {0}")]
    Invalid(#[from] Invalid),
    /// This node failed. The chain stands at the last committed block.
    #[error("node fault, nothing was changed: {0}")]
    Node(String),
    /// The genesis file does not describe a chain.
    #[error("genesis: {0}")]
    Genesis(String),
}

/// The rule that a block breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A header field is not what its parent or the block's execution makes it.
    #[error("{field} is {got}, must be {expected}")]
    Field {
        /// Name of the field.
        field: &'static str,
        /// What the rules give.
        expected: String,
        /// What the header says.
        got: String,
    },
    /// A transaction that may not be there.
    #[error("transaction {index}: {reason}")]
    Transaction {
        /// Its position, from 0.
        index: usize,
        /// Why.
        reason: Rejection,
    },
    /// An uncle that may not be there.
    #[error("uncle {0}")]
    Ommer(String),
    /// Bytes that are not a block, or one over the size limit.
    #[error("{0}")]
    Malformed(String),
    /// A rule of execution that is not one transaction's.
    #[error("{0}")]
    Execution(String),
}

impl Invalid {
    pub(crate) fn expect<T: PartialEq + Display>(
        field: &'static str,
        got: T,
        expected: T,
    ) -> Result<(), Self> {
        if got == expected {
            Ok(())
        } else {
            Err(Self::Field { field, expected: expected.to_string(), got: got.to_string() })
        }
    }

    pub(crate) fn bound(
        field: &'static str,
        holds: bool,
        got: impl Display,
        rule: impl Display,
    ) -> Result<(), Self> {
        if holds {
            Ok(())
        } else {
            Err(Self::Field { field, expected: rule.to_string(), got: got.to_string() })
        }
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        Self::Node(error.to_string())
    }
}

impl From<NodeFault> for Error {
    fn from(fault: NodeFault) -> Self {
        Self::Node(fault.0)
    }
}

impl From<isocortex_vm::Error> for Error {
    fn from(error: isocortex_vm::Error) -> Self {
        use isocortex_vm::Error::{
            Genesis, InvalidBlock, InvalidCall, InvalidTransaction, MissingSystemAccount, Node,
        };
        match error {
            Node(fault) => fault.into(),
            InvalidTransaction { index, reason, .. } => Invalid::Transaction { index, reason }.into(),
            InvalidBlock(reason) => Invalid::Execution(reason).into(),
            InvalidCall(reason) => Invalid::Execution(reason.to_string()).into(),
            Genesis(reason) => Self::Genesis(reason),
            error @ MissingSystemAccount { .. } => Self::Genesis(error.to_string()),
        }
    }
}
