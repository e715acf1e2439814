//! What one transaction or call came to, in words that a person can be shown.

use alloy_primitives::{Address, Bytes, Log};
use alloy_sol_types::{ContractError, GenericContractError, SolInterface};
use isocortex_precompiles::abi::{IInference::IInferenceErrors, IModelRegistry::IModelRegistryErrors};
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
            Self::Success { gas_used, .. } | Self::Revert { gas_used, .. } | Self::Halt { gas_used, .. } => {
                *gas_used
            }
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
    match GenericContractError::abi_decode(output) {
        Ok(ContractError::Revert(error)) => Some(error.reason),
        Ok(ContractError::Panic(panic)) => Some(panic.to_string()),
        Ok(ContractError::CustomError(never)) => match never {},
        Err(_) => inference_reason(output).or_else(|| registry_reason(output)),
    }
}

fn inference_reason(output: &[u8]) -> Option<String> {
    use IInferenceErrors::{BadCalldata, DelegateCall, InputLength, ModelRetired, NonPayable, UnknownModel};
    Some(match IInferenceErrors::abi_decode(output).ok()? {
        UnknownModel(error) => format!("unknown model {}", error.model),
        ModelRetired(error) => format!("model {} is retired", error.model),
        InputLength(error) => {
            format!("input {} has {} bytes, the model takes {}", error.index, error.actual, error.expected)
        }
        BadCalldata(_) => "calldata is not of the interface, or not in strict ABI encoding".into(),
        DelegateCall(_) => "called by DELEGATECALL or CALLCODE".into(),
        NonPayable(_) => "called with ether".into(),
    })
}

/// Errors that the registry shares with inference have the same bytes and are read there.
fn registry_reason(output: &[u8]) -> Option<String> {
    use IModelRegistryErrors::{
        AlreadyRegistered, BadModel, ChunkLength, ChunkMissing, NotAuthor, RoyaltyTooHigh, StaticCall,
    };
    Some(match IModelRegistryErrors::abi_decode(output).ok()? {
        AlreadyRegistered(error) => format!("model {} is registered already", error.model),
        ChunkMissing(error) => format!("chunk {} is missing", error.chunk),
        ChunkLength(error) => format!("a chunk cannot have {} bytes", error.length),
        BadModel(error) => format!("bad model: {}", error.reason),
        NotAuthor(error) => format!("only the author may, {}", error.author),
        RoyaltyTooHigh(error) => format!("royalty {} is above {}", error.royalty, error.bound),
        StaticCall(_) => "a change in a static call".into(),
        _ => return None,
    })
}
