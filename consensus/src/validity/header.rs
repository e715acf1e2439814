//! A header against its parent.

use super::derive;
use crate::Invalid;
use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header, constants::MAXIMUM_EXTRA_DATA_SIZE};
use alloy_eips::eip1559::DEFAULT_ELASTICITY_MULTIPLIER;
use alloy_primitives::{B64, B256, U256};
use isocortex_vm::ChainSpec;
use revm::primitives::hardfork::SpecId;

/// The least that a block's gas limit may be (the Yellow Paper, section 4.4.4).
const MIN_GAS_LIMIT: u64 = 5_000;

/// The most: 2^63 - 1, as every client has it since EIP-1985.
const MAX_GAS_LIMIT: u64 = i64::MAX as u64;

/// A parent's gas limit may change by less than this fraction.
const GAS_LIMIT_DIVISOR: u64 = 1_024;

/// What the DAO fork's first ten blocks say in their extra data (EIP-779).
const DAO_EXTRA_DATA: &[u8] = b"dao-hard-fork";
const DAO_BLOCKS: u64 = 10;

/// The rules of `h`'s fork on `h`, whose parent is `parent`.
pub(super) fn check(spec: &ChainSpec, parent: &Header, parent_hash: B256, h: &Header) -> Result<(), Invalid> {
    Invalid::expect("parent hash", h.parent_hash, parent_hash)?;
    Invalid::expect("number", h.number, parent.number.saturating_add(1))?;
    Invalid::bound(
        "timestamp",
        h.timestamp > parent.timestamp,
        h.timestamp,
        format_args!("above {}", parent.timestamp),
    )?;
    let fork = spec.rules_at(h.timestamp, h.number).fork;
    gas(parent, h)?;
    extra_data(spec, h)?;
    if fork.is_enabled_in(SpecId::MERGE) {
        Invalid::expect("difficulty", h.difficulty, U256::ZERO)?;
        Invalid::expect("nonce", h.nonce, B64::ZERO)?;
        Invalid::expect("ommers hash", h.ommers_hash, EMPTY_OMMER_ROOT_HASH)?;
    } else {
        Invalid::bound("difficulty", !h.difficulty.is_zero(), h.difficulty, "above 0 before Paris")?;
    }
    let derived = derive(spec, parent, h.timestamp);
    option("base fee", h.base_fee_per_gas, derived.base_fee)?;
    option("excess blob gas", h.excess_blob_gas, derived.excess_blob_gas)?;
    for (field, present, since) in [
        ("withdrawals root", h.withdrawals_root.is_some(), Some(SpecId::SHANGHAI)),
        ("blob gas used", h.blob_gas_used.is_some(), Some(SpecId::CANCUN)),
        ("parent beacon block root", h.parent_beacon_block_root.is_some(), Some(SpecId::CANCUN)),
        ("requests hash", h.requests_hash.is_some(), Some(SpecId::PRAGUE)),
        ("block access list hash", h.block_access_list_hash.is_some(), None),
        ("slot number", h.slot_number.is_some(), None),
    ] {
        let word = |present| if present { "present" } else { "absent" };
        let must = since.is_some_and(|since| fork.is_enabled_in(since));
        Invalid::bound(field, present == must, word(present), word(must))?;
    }
    Ok(())
}

fn gas(parent: &Header, h: &Header) -> Result<(), Invalid> {
    // EIP-1559: where base fees begin, the limit is doubled and the target stays.
    let begins = h.base_fee_per_gas.is_some() && parent.base_fee_per_gas.is_none();
    let before = parent.gas_limit.saturating_mul(if begins { DEFAULT_ELASTICITY_MULTIPLIER } else { 1 });
    let step = (before / GAS_LIMIT_DIVISOR).max(1) - 1;
    Invalid::bound(
        "gas limit",
        h.gas_limit.abs_diff(before) <= step && (MIN_GAS_LIMIT..=MAX_GAS_LIMIT).contains(&h.gas_limit),
        h.gas_limit,
        format_args!("within {step} of {before}, at least {MIN_GAS_LIMIT} and at most {MAX_GAS_LIMIT}"),
    )?;
    let rule = format_args!("at most {}", h.gas_limit);
    Invalid::bound("gas used", h.gas_used <= h.gas_limit, h.gas_used, rule)
}

fn extra_data(spec: &ChainSpec, h: &Header) -> Result<(), Invalid> {
    let size = h.extra_data.len();
    let got = format_args!("{size} bytes");
    Invalid::bound("extra data", size <= MAXIMUM_EXTRA_DATA_SIZE, got, "at most 32 bytes")?;
    let dao = spec.dao_block().is_some_and(|dao| (dao..dao.saturating_add(DAO_BLOCKS)).contains(&h.number));
    let holds = !dao || *h.extra_data == *DAO_EXTRA_DATA;
    Invalid::bound("extra data", holds, &h.extra_data, "\"dao-hard-fork\"")
}

fn option<T: PartialEq + std::fmt::Display>(
    field: &'static str,
    got: Option<T>,
    expected: Option<T>,
) -> Result<(), Invalid> {
    let word = |value: &Option<T>| value.as_ref().map_or_else(|| "absent".into(), T::to_string);
    if got == expected {
        Ok(())
    } else {
        Err(Invalid::Field { field, expected: word(&expected), got: word(&got) })
    }
}
