//! The rules on headers and bodies of proof-of-stake Ethereum from Prague on; what execution decides
//! (roots, gas, bloom, requests) is compared in [`after_execution`].

use crate::{Block, Invalid};
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Header, TxEip4844Variant, TxEnvelope, constants::MAXIMUM_EXTRA_DATA_SIZE, proofs,
};
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::{B64, B256, U256};
use alloy_rlp::{Decodable, Encodable};
use isocortex_vm::{BlockOutput, ChainSpec};

/// EIP-7934: the most bytes that a block's RLP may have.
pub const MAX_BLOCK_BYTES: usize = 8 * 1024 * 1024;

/// More than a block has beside its transactions: a header (about 700 bytes) and the heads of lists.
pub(crate) const HEAD_BYTES: usize = 2_048;

/// The least that a block's gas limit may be (the Yellow Paper, section 4.4.4).
const MIN_PROTOCOL_GAS_LIMIT: u64 = 5_000;

/// A parent's gas limit may change by less than this fraction.
const GAS_LIMIT_DIVISOR: u64 = 1_024;

/// Reads a block's RLP: one value, one encoding, no more bytes than [`MAX_BLOCK_BYTES`].
///
/// # Errors
/// [`Invalid::Malformed`].
pub fn decode(rlp: &[u8]) -> Result<Block, Invalid> {
    if rlp.len() > MAX_BLOCK_BYTES {
        return Err(Invalid::Malformed(format!("{} bytes, the limit is {MAX_BLOCK_BYTES}", rlp.len())));
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
    /// EIP-1559, in wei.
    pub base_fee: u64,
    /// EIP-4844 with EIP-7918.
    pub excess_blob_gas: u64,
}

/// Derives the next header's fees. `timestamp` is the next block's.
///
/// # Errors
/// [`Invalid`] where the parent lacks the fields (a chain from before Cancun).
pub fn derive(spec: &ChainSpec, parent: &Header, timestamp: u64) -> Result<Derived, Invalid> {
    let lacks = |field| Invalid::Malformed(format!("the parent has no {field}"));
    let base_fee = parent.next_block_base_fee(BaseFeeParams::ethereum()).ok_or_else(|| lacks("base fee"))?;
    let blobs = spec.blob_params_at(timestamp).ok_or_else(|| lacks("blob schedule"))?;
    let excess_blob_gas = parent.next_block_excess_blob_gas(blobs).ok_or_else(|| lacks("excess blob gas"))?;
    Ok(Derived { base_fee, excess_blob_gas })
}

/// Rules that need no execution: the header against its parent, and the body against the header.
///
/// # Errors
/// The first rule that is broken.
pub fn before_execution(
    spec: &ChainSpec,
    parent: &Header,
    parent_hash: B256,
    block: &Block,
) -> Result<(), Invalid> {
    let h = &block.header;
    Invalid::expect("parent hash", h.parent_hash, parent_hash)?;
    Invalid::expect("number", h.number, parent.number.saturating_add(1))?;
    Invalid::bound(
        "timestamp",
        h.timestamp > parent.timestamp,
        h.timestamp,
        format_args!("above {}", parent.timestamp),
    )?;
    let step = (parent.gas_limit / GAS_LIMIT_DIVISOR).max(1) - 1;
    Invalid::bound(
        "gas limit",
        h.gas_limit.abs_diff(parent.gas_limit) <= step && h.gas_limit >= MIN_PROTOCOL_GAS_LIMIT,
        h.gas_limit,
        format_args!("within {step} of {} and at least {MIN_PROTOCOL_GAS_LIMIT}", parent.gas_limit),
    )?;
    Invalid::bound(
        "gas used",
        h.gas_used <= h.gas_limit,
        h.gas_used,
        format_args!("at most {}", h.gas_limit),
    )?;
    let extra = h.extra_data.len();
    Invalid::bound(
        "extra data",
        extra <= MAXIMUM_EXTRA_DATA_SIZE,
        format_args!("{extra} bytes"),
        "at most 32 bytes",
    )?;
    Invalid::expect("difficulty", h.difficulty, U256::ZERO)?;
    Invalid::expect("nonce", h.nonce, B64::ZERO)?;
    Invalid::expect("ommers hash", h.ommers_hash, EMPTY_OMMER_ROOT_HASH)?;
    let derived = derive(spec, parent, h.timestamp)?;
    option("base fee", h.base_fee_per_gas, derived.base_fee)?;
    option("excess blob gas", h.excess_blob_gas, derived.excess_blob_gas)?;
    for (field, present) in [
        ("blob gas used", h.blob_gas_used.is_some()),
        ("parent beacon block root", h.parent_beacon_block_root.is_some()),
        ("requests hash", h.requests_hash.is_some()),
    ] {
        Invalid::bound(field, present, "absent", "present")?;
    }
    for (field, present) in [
        ("block access list hash", h.block_access_list_hash.is_some()),
        ("slot number", h.slot_number.is_some()),
    ] {
        Invalid::bound(field, !present, "present", "absent before Amsterdam")?;
    }
    body(block)
}

fn body(block: &Block) -> Result<(), Invalid> {
    let h = &block.header;
    Invalid::expect("ommers", block.body.ommers.len(), 0)?;
    let root = proofs::calculate_transaction_root(&block.body.transactions);
    Invalid::expect("transactions root", h.transactions_root, root)?;
    let withdrawals =
        block.body.withdrawals.as_ref().ok_or_else(|| Invalid::Malformed("no withdrawals list".into()))?;
    option("withdrawals root", h.withdrawals_root, proofs::calculate_withdrawals_root(withdrawals))?;
    // They make ether of nothing. On Ethereum a beacon chain answers for them; here nobody does.
    Invalid::expect("withdrawals", withdrawals.len(), 0)?;
    let size = block.length();
    Invalid::bound("size", size <= MAX_BLOCK_BYTES, size, format_args!("at most {MAX_BLOCK_BYTES} bytes"))?;
    match block.body.transactions.iter().position(has_sidecar) {
        None => Ok(()),
        Some(index) => Err(Invalid::Transaction { index, reason: "carries its blob sidecar".into() }),
    }
}

/// A blob transaction travels with its sidecar, but is in a block without.
pub(crate) fn has_sidecar(tx: &TxEnvelope) -> bool {
    tx.as_eip4844().is_some_and(|tx| matches!(tx.tx(), TxEip4844Variant::TxEip4844WithSidecar(_)))
}

/// The header's results against those of execution.
///
/// # Errors
/// The first field that differs.
pub fn after_execution(header: &Header, output: &BlockOutput, state_root: B256) -> Result<(), Invalid> {
    Invalid::expect("gas used", header.gas_used, output.gas_used)?;
    option("blob gas used", header.blob_gas_used, output.blob_gas_used)?;
    Invalid::expect("receipts root", header.receipts_root, output.receipts_root())?;
    Invalid::expect("logs bloom", header.logs_bloom, output.logs_bloom())?;
    option("requests hash", header.requests_hash, output.requests_hash())?;
    Invalid::expect("state root", header.state_root, state_root)
}

fn option<T: PartialEq + std::fmt::Display>(
    field: &'static str,
    got: Option<T>,
    expected: T,
) -> Result<(), Invalid> {
    match got {
        Some(got) => Invalid::expect(field, got, expected),
        None => Err(Invalid::Field { field, expected: expected.to_string(), got: "absent".into() }),
    }
}
