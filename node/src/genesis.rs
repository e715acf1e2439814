//! The development chain's genesis.

use crate::{accounts, failure::Failure};
use alloy_genesis::{Genesis, GenesisAccount};
use alloy_primitives::U256;
use isocortex_vm::{GasSchedule, genesis::system_accounts};
use serde_json::json;

/// EIP-155 chain id of development chains.
pub const CHAIN_ID: u64 = 1337;
/// Gas limit of a block.
pub const GAS_LIMIT: u64 = 60_000_000;
/// Time of the first block: 2025-01-01 00:00 UTC. Fixed, so that a run repeats to the last bit.
pub const TIMESTAMP: u64 = 1_735_689_600;
/// Ether of each development account.
const ETHER: u64 = 10_000;

/// A proof-of-stake chain at Osaka from its first block, with inference, its opcodes and ten funded accounts.
///
/// # Errors
/// None that a correct program has.
pub fn dev() -> Result<Genesis, Failure> {
    let zero = 0;
    let config = json!({
        "chainId": CHAIN_ID,
        "homesteadBlock": zero, "eip150Block": zero, "eip155Block": zero, "eip158Block": zero,
        "byzantiumBlock": zero, "constantinopleBlock": zero, "petersburgBlock": zero, "istanbulBlock": zero,
        "berlinBlock": zero, "londonBlock": zero, "mergeNetsplitBlock": zero,
        "shanghaiTime": zero, "cancunTime": zero, "pragueTime": zero, "osakaTime": zero,
        "terminalTotalDifficulty": zero, "terminalTotalDifficultyPassed": true,
        "isocortex": { "inferenceTime": zero, "opcodes": true, "gas": GasSchedule::default() },
    });
    let funded = accounts::dev()?.into_iter().map(|signer| {
        let balance = U256::from(ETHER) * U256::from(10).pow(U256::from(18));
        (signer.address(), GenesisAccount { balance, ..GenesisAccount::default() })
    });
    Ok(Genesis {
        config: serde_json::from_value(config).map_err(Failure::new)?,
        timestamp: TIMESTAMP,
        gas_limit: GAS_LIMIT,
        alloc: system_accounts().chain(funded).collect(),
        ..Genesis::default()
    })
}

/// [`dev`] as the bytes of a genesis file.
///
/// # Errors
/// None that a correct program has.
pub fn dev_json() -> Result<Vec<u8>, Failure> {
    let mut json = serde_json::to_vec_pretty(&dev()?).map_err(Failure::new)?;
    json.push(b'\n');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use revm::primitives::hardfork::SpecId;

    #[test]
    fn the_file_is_a_chain_at_the_newest_fork() {
        let (genesis, spec) = isocortex_consensus::genesis::parse(&dev_json().unwrap()).unwrap();
        assert_eq!(genesis.alloc.len(), 10 + system_accounts().count());
        let rules = spec.rules_at(TIMESTAMP, 0);
        assert_eq!(
            (spec.chain_id(), rules.fork, rules.inference, rules.opcodes),
            (1337, SpecId::OSAKA, true, true)
        );
    }
}
