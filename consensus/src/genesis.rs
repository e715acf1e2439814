//! Block 0, from a geth-style genesis file.

use crate::{Block, Error};
use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header};
use alloy_eips::{eip1559::INITIAL_BASE_FEE, eip7685::EMPTY_REQUESTS_HASH};
use alloy_genesis::Genesis;
use alloy_primitives::B256;
use isocortex_state::StateChanges;
use isocortex_vm::ChainSpec;
use revm::primitives::hardfork::SpecId;

/// The most bytes that a genesis file may have.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Reads a genesis file and the chain's rules in it.
///
/// # Errors
/// [`Error::Genesis`] with the place in the file.
pub fn parse(json: &[u8]) -> Result<(Genesis, ChainSpec), Error> {
    if json.len() > MAX_BYTES {
        return Err(Error::Genesis(format!("{} bytes, the limit is {MAX_BYTES}", json.len())));
    }
    let genesis: Genesis = serde_json::from_slice(json).map_err(|e| Error::Genesis(e.to_string()))?;
    let spec = ChainSpec::from_genesis(&genesis)?;
    if genesis.number.is_some_and(|n| n != 0) {
        return Err(Error::Genesis("the genesis block must have number 0".into()));
    }
    Ok((genesis, spec))
}

/// Block 0: its state is the alloc's, its header as geth makes it for the fork that is live in it.
pub fn block(genesis: &Genesis, spec: &ChainSpec) -> Block {
    let alloc: StateChanges = genesis.alloc.iter().collect();
    let fork = spec.rules_at(genesis.timestamp, 0).fork;
    let since = |since| fork.is_enabled_in(since);
    let base_fee =
        || genesis.base_fee_per_gas.map_or(INITIAL_BASE_FEE, |fee| fee.try_into().unwrap_or(u64::MAX));
    let header = Header {
        parent_hash: genesis.parent_hash.unwrap_or_default(),
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: genesis.coinbase,
        state_root: alloc.genesis_root(),
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        difficulty: genesis.difficulty,
        number: 0,
        gas_limit: genesis.gas_limit,
        timestamp: genesis.timestamp,
        extra_data: genesis.extra_data.clone(),
        mix_hash: genesis.mix_hash,
        nonce: genesis.nonce.into(),
        base_fee_per_gas: since(SpecId::LONDON).then(base_fee),
        withdrawals_root: since(SpecId::SHANGHAI).then_some(EMPTY_ROOT_HASH),
        blob_gas_used: since(SpecId::CANCUN).then(|| genesis.blob_gas_used.unwrap_or_default()),
        excess_blob_gas: since(SpecId::CANCUN).then(|| genesis.excess_blob_gas.unwrap_or_default()),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(B256::ZERO),
        requests_hash: since(SpecId::PRAGUE).then_some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    };
    let mut block = Block { header, body: Default::default() };
    block.body.withdrawals = since(SpecId::SHANGHAI).then(Default::default);
    block
}
