//! What one transaction or call came to, in words that a person can be shown.

use alloy_primitives::{Address, Bytes, Log};
use revm::context_interface::result::{ExecutionResult, HaltReason};

/// How an execution ended. A fault of this node is none of these: it is [`crate::Error::Node`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned.
    Success {
        /// Gas paid for, after refunds.
        gas_used: u64,
        /// Returned bytes; the new contract's code for a creation.
        output: Bytes,
        /// Address of the contract, for a creation.
        created: Option<Address>,
        /// Logs, in order.
        logs: Vec<Log>,
    },
    /// It reverted: the caller's fault, with the bytes that say why.
    Revert {
        /// Gas paid for.
        gas_used: u64,
        /// The revert data.
        output: Bytes,
        /// The same in words, where [`revert_reason`] knows them.
        reason: Option<String>,
    },
    /// It was stopped, out of gas or by an undefined instruction, and all its gas is gone.
    Halt {
        /// Gas paid for.
        gas_used: u64,
        /// Why.
        reason: HaltReason,
    },
}

impl Outcome {
    /// Gas paid for, after refunds.
    pub const fn gas_used(&self) -> u64 {
        match self {
            Self::Success { gas_used, .. } | Self::Revert { gas_used, .. } | Self::Halt { gas_used, .. } => *gas_used,
        }
    }

    /// Whether it returned.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. })
    }
}

impl From<ExecutionResult> for Outcome {
    fn from(result: ExecutionResult) -> Self {
        let gas_used = result.tx_gas_used();
        match result {
            ExecutionResult::Success { output, logs, .. } => {
                let created = output.address().copied();
                Self::Success { gas_used, created, output: output.into_data(), logs }
            }
            ExecutionResult::Revert { output, .. } => {
                Self::Revert { gas_used, reason: revert_reason(&output), output }
            }
            ExecutionResult::Halt { reason, .. } => Self::Halt { gas_used, reason },
        }
    }
}

/// Reads revert data: Solidity's `Error(string)` and `Panic(uint256)`, and our precompiles' errors.
pub fn revert_reason(output: &[u8]) -> Option<String> {
    alloy_sol_types::decode_revert_reason(output)
}
