//! Ethereum's rules on headers and bodies, from Frontier on, by the fork that the chain's spec gives for a block. Of
//! proof of work nothing is checked but that there is a difficulty: who was to seal a block is the engine's question.
//! What execution decides (roots, gas, bloom, requests) is compared in [`after_execution`].

mod body;
mod header;
mod ommers;

pub(crate) use body::has_sidecar;
pub use ommers::{ANCESTORS, check as check_ommers};

use crate::{Block, Invalid};
use alloy_consensus::Header;
use alloy_eips::eip1559::{BaseFeeParams, INITIAL_BASE_FEE};
use alloy_primitives::B256;
use alloy_rlp::Decodable;
use isocortex_vm::{BlockOutput, ChainSpec};
use revm::primitives::hardfork::SpecId;

/// EIP-7934: the most bytes that a block's RLP may have, from Osaka on.
pub const MAX_BLOCK_BYTES: usize = 8 * 1024 * 1024;

/// The most bytes that are looked at as a block of any fork. Before Osaka gas alone bounds a block.
pub const MAX_RLP_BYTES: usize = 64 * 1024 * 1024;

/// More than a block has beside its transactions: a header (about 700 bytes) and the heads of lists.
pub(crate) const HEAD_BYTES: usize = 2_048;

/// Reads a block's RLP: one value, one encoding, no more bytes than [`MAX_RLP_BYTES`].
///
/// # Errors
/// [`Invalid::Malformed`].
pub fn decode(rlp: &[u8]) -> Result<Block, Invalid> {
    if rlp.len() > MAX_RLP_BYTES {
        return Err(Invalid::Malformed(format!("{} bytes, the limit is {MAX_RLP_BYTES}", rlp.len())));
    }
    let block =
        Block::decode(&mut &*rlp).map_err(|e| Invalid::Malformed(format!("not a block in RLP: {e}")))?;
    if alloy_rlp::encode(&block) != rlp {
        return Err(Invalid::Malformed("not the block's one encoding, or followed by other bytes".into()));
    }
    Ok(block)
}

/// Fields that follow from the parent: what a proposer fills in and everybody checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// EIP-1559, in wei; from London on.
    pub base_fee: Option<u64>,
    /// EIP-4844 with EIP-7918, in blob gas; from Cancun on.
    pub excess_blob_gas: Option<u64>,
}

/// Derives the fees of the header after `parent`, at the time `timestamp`.
pub fn derive(spec: &ChainSpec, parent: &Header, timestamp: u64) -> Derived {
    let fork = spec.rules_at(timestamp, parent.number.saturating_add(1)).fork;
    // The first block of London has a parent without, and the first of Cancun one without blob gas.
    let base_fee = || parent.next_block_base_fee(BaseFeeParams::ethereum()).unwrap_or(INITIAL_BASE_FEE);
    let blobs = spec.blob_params_at(timestamp).filter(|_| fork.is_enabled_in(SpecId::CANCUN));
    Derived {
        base_fee: fork.is_enabled_in(SpecId::LONDON).then(base_fee),
        excess_blob_gas: blobs.map(|blobs| parent.next_block_excess_blob_gas(blobs).unwrap_or(0)),
    }
}

/// Rules that need no execution: the header against its parent, and the body against the header. Uncles are
/// [`check_ommers`]' part.
///
/// # Errors
/// The first rule that is broken.
pub fn before_execution(
    spec: &ChainSpec,
    parent: &Header,
    parent_hash: B256,
    block: &Block,
) -> Result<(), Invalid> {
    header::check(spec, parent, parent_hash, &block.header)?;
    body::check(spec, block)
}

/// The header's results against those of execution.
///
/// # Errors
/// The first field that differs.
pub fn after_execution(header: &Header, output: &BlockOutput, state_root: B256) -> Result<(), Invalid> {
    Invalid::expect("gas used", header.gas_used, output.gas_used)?;
    // Whether they are to be there was checked before.
    if let Some(blob_gas_used) = header.blob_gas_used {
        Invalid::expect("blob gas used", blob_gas_used, output.blob_gas_used)?;
    }
    if let Some(requests_hash) = header.requests_hash {
        Invalid::expect("requests hash", requests_hash, output.requests_hash())?;
    }
    Invalid::expect("receipts root", header.receipts_root, output.receipts_root())?;
    Invalid::expect("logs bloom", header.logs_bloom, output.logs_bloom())?;
    Invalid::expect("state root", header.state_root, state_root)
}
