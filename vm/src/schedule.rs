//! When the forks of a geth-style chain config begin.

use alloy_genesis::ChainConfig;
use alloy_hardforks::{EthereumHardfork, ForkCondition};
use alloy_primitives::U256;

/// The fork schedule of a geth-style chain config. A chain with `terminalTotalDifficulty` 0 is
/// proof-of-stake from its first block; forks that only moved the difficulty bomb change nothing here.
pub(crate) fn fork_schedule(config: &ChainConfig) -> Vec<(EthereumHardfork, ForkCondition)> {
    use EthereumHardfork::*;
    let by_block = [
        (Frontier, Some(0)),
        (Homestead, config.homestead_block),
        (Dao, config.dao_fork_block.filter(|_| config.dao_fork_support)),
        (Tangerine, config.eip150_block),
        (SpuriousDragon, config.eip155_block),
        (Byzantium, config.byzantium_block),
        (Constantinople, config.constantinople_block),
        (Petersburg, config.petersburg_block),
        (Istanbul, config.istanbul_block),
        (MuirGlacier, config.muir_glacier_block),
        (Berlin, config.berlin_block),
        (London, config.london_block),
        (ArrowGlacier, config.arrow_glacier_block),
        (GrayGlacier, config.gray_glacier_block),
    ];
    let by_time = [
        (Shanghai, config.shanghai_time),
        (Cancun, config.cancun_time),
        (Prague, config.prague_time),
        (Osaka, config.osaka_time),
        (Amsterdam, config.amsterdam_time),
    ];
    let merged_from =
        config.merge_netsplit_block.or((config.terminal_total_difficulty == Some(U256::ZERO)).then_some(0));
    let paris = merged_from.map(|block| {
        let condition = ForkCondition::TTD {
            activation_block_number: block,
            fork_block: config.merge_netsplit_block,
            total_difficulty: config.terminal_total_difficulty.unwrap_or_default(),
        };
        (Paris, condition)
    });
    let by_block = by_block.into_iter().filter_map(|(fork, at)| Some((fork, ForkCondition::Block(at?))));
    let by_time = by_time.into_iter().filter_map(|(fork, at)| Some((fork, ForkCondition::Timestamp(at?))));
    by_block.chain(paris).chain(by_time).collect()
}
