//! The fixtures' names of forks, as chain configs.

use crate::fixture::Config;
use alloy_eips::{eip4844, eip6110::MAINNET_DEPOSIT_CONTRACT_ADDRESS, eip7840::BlobParams};
use alloy_genesis::ChainConfig;
use alloy_primitives::U256;
use isocortex_vm::{GasSchedule, InferenceConfig};

/// The forks in their order, by the fixtures' names, with other names that are in use.
const FORKS: [(&str, &[&str]); 23] = [
    ("Frontier", &[]),
    ("Homestead", &[]),
    ("EIP150", &["TangerineWhistle"]),
    ("EIP158", &["SpuriousDragon"]),
    ("Byzantium", &[]),
    ("Constantinople", &[]),
    ("ConstantinopleFix", &["Petersburg"]),
    ("Istanbul", &[]),
    ("MuirGlacier", &[]),
    ("Berlin", &[]),
    ("London", &[]),
    ("ArrowGlacier", &[]),
    ("GrayGlacier", &[]),
    ("Paris", &["Merge"]),
    ("Shanghai", &[]),
    ("Cancun", &[]),
    ("Prague", &[]),
    ("Osaka", &[]),
    ("BPO1", &[]),
    ("BPO2", &[]),
    ("BPO3", &[]),
    ("BPO4", &[]),
    ("BPO5", &[]),
];

/// The chain config of a network by its name: a fork from genesis on, or `XToYAt5`, `XToYAtTime15k`. `None` for names
/// that nobody here knows.
pub(crate) fn config(name: &str, more: &Config, inference: bool) -> Option<ChainConfig> {
    let mut config = ChainConfig {
        chain_id: more.chain_id.map_or(1, |id| id.to()),
        deposit_contract_address: Some(MAINNET_DEPOSIT_CONTRACT_ADDRESS),
        ..ChainConfig::default()
    };
    if let Some(last) = position(name) {
        activate(&mut config, 0..=last, 0);
    } else if let Some(at) = name.strip_prefix("HomesteadToDaoAt") {
        activate(&mut config, 0..=1, 0);
        config.dao_fork_block = Some(at.parse().ok()?);
        config.dao_fork_support = true;
    } else {
        let (from, to, at) = transition(name)?;
        activate(&mut config, 0..=from, 0);
        activate(&mut config, from + 1..=to, at);
    }
    for (fork, blobs) in &more.blob_schedule {
        let params = BlobParams {
            target_blob_count: blobs.target.to(),
            max_blob_count: blobs.max.to(),
            update_fraction: blobs.base_fee_update_fraction.to(),
            min_blob_fee: eip4844::BLOB_TX_MIN_BLOB_GASPRICE,
            max_blobs_per_tx: blobs.max.to(),
            blob_base_cost: 0,
        };
        config.blob_schedule.insert(fork.to_lowercase(), params);
    }
    if let Some(inference_time) = config.prague_time.filter(|_| inference) {
        let section =
            InferenceConfig { inference_time, opcodes: true, withdrawals: true, gas: GasSchedule::default() };
        config.extra_fields.insert_value("isocortex".into(), section).ok()?;
    }
    Some(config)
}

fn position(name: &str) -> Option<usize> {
    FORKS.iter().position(|(fork, others)| *fork == name || others.contains(&name))
}

/// `XToYAt5`: X's and Y's positions and the block; `XToYAtTime15k`: the time.
fn transition(name: &str) -> Option<(usize, usize, u64)> {
    let (forks, at) = name.rsplit_once("At")?;
    let (from, to) = forks.split_once("To")?;
    let at = at.strip_prefix("Time").unwrap_or(at);
    let at = match at.strip_suffix('k') {
        Some(thousands) => thousands.parse::<u64>().ok()?.checked_mul(1000)?,
        None => at.parse().ok()?,
    };
    Some((position(from)?, position(to)?, at))
}

fn activate(config: &mut ChainConfig, forks: std::ops::RangeInclusive<usize>, at: u64) {
    for fork in forks.filter_map(|position| FORKS.get(position)) {
        let field = match fork.0 {
            "Homestead" => &mut config.homestead_block,
            "EIP150" => &mut config.eip150_block,
            "EIP158" => {
                config.eip158_block = Some(at);
                &mut config.eip155_block
            }
            "Byzantium" => &mut config.byzantium_block,
            "Constantinople" => &mut config.constantinople_block,
            "ConstantinopleFix" => &mut config.petersburg_block,
            "Istanbul" => &mut config.istanbul_block,
            "MuirGlacier" => &mut config.muir_glacier_block,
            "Berlin" => &mut config.berlin_block,
            "London" => &mut config.london_block,
            "ArrowGlacier" => &mut config.arrow_glacier_block,
            "GrayGlacier" => &mut config.gray_glacier_block,
            "Paris" => {
                config.terminal_total_difficulty = Some(U256::ZERO);
                &mut config.merge_netsplit_block
            }
            "Shanghai" => &mut config.shanghai_time,
            "Cancun" => &mut config.cancun_time,
            "Prague" => &mut config.prague_time,
            "Osaka" => &mut config.osaka_time,
            "BPO1" => &mut config.bpo1_time,
            "BPO2" => &mut config.bpo2_time,
            "BPO3" => &mut config.bpo3_time,
            "BPO4" => &mut config.bpo4_time,
            "BPO5" => &mut config.bpo5_time,
            _ => continue,
        };
        *field = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_vm::ChainSpec;
    use revm::primitives::hardfork::SpecId;

    fn fork(name: &str, time: u64, number: u64) -> SpecId {
        let config = config(name, &Config::default(), false).unwrap();
        ChainSpec::from_config(&config).unwrap().rules_at(time, number).fork
    }

    #[test]
    fn names_are_forks() {
        assert_eq!(fork("Frontier", 1 << 40, 1 << 40), SpecId::FRONTIER);
        assert_eq!(fork("ConstantinopleFix", 0, 0), SpecId::PETERSBURG);
        assert_eq!(fork("Paris", 1 << 40, 0), SpecId::MERGE);
        assert_eq!(fork("BPO2", 0, 0), SpecId::OSAKA);
        let (before, after) = (fork("BerlinToLondonAt5", 0, 4), fork("BerlinToLondonAt5", 0, 5));
        assert_eq!((before, after), (SpecId::BERLIN, SpecId::LONDON));
        let at = |time| fork("PragueToOsakaAtTime15k", time, 1);
        assert_eq!((at(14_999), at(15_000)), (SpecId::PRAGUE, SpecId::OSAKA));
        assert_eq!(fork("HomesteadToDaoAt5", 0, 9), SpecId::HOMESTEAD);
        for unknown in ["", "Atlantis", "ArrowGlacierToParisAtDiffC0000", "AtToAt5"] {
            assert!(config(unknown, &Config::default(), false).is_none(), "{unknown}");
        }
    }
}
