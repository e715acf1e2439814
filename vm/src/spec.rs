//! The chain's rules by block: which Ethereum fork is live, and whether inference is.

use crate::{Error, genesis};
use alloy_consensus::Header;
use alloy_eips::{eip7840::BlobParams, eip7892::BlobScheduleBlobParams};
use alloy_evm::{EvmEnv, eth::spec::EthExecutorSpec, spec_by_timestamp_and_block_number};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_hardforks::{EthereumChainHardforks, EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::{Address, U256};
use isocortex_precompiles::GasSchedule;
use revm::primitives::hardfork::SpecId;
use serde::{Deserialize, Serialize};

/// `config.isocortex` of the genesis file: what the chain adds to Ethereum.
///
/// ```json
/// { "config": { "chainId": 1337, "isocortex": { "inferenceTime": 0, "opcodes": true, "gas": { … } } } }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InferenceConfig {
    /// Unix time (seconds) from which the inference precompiles answer; Prague or later must be live.
    pub inference_time: u64,
    /// Whether `INFER` and `INFERARRAY` exist from that time on.
    #[serde(default)]
    pub opcodes: bool,
    /// Prices of the precompiles, every one of them: a price that a later release changed in its defaults
    /// must not change a chain that is running. `isocortex genesis` writes them out.
    pub gas: GasSchedule,
}

/// What is live in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The Ethereum fork.
    pub fork: SpecId,
    /// The inference precompiles answer, and the transcript is committed.
    pub inference: bool,
    /// `INFER` and `INFERARRAY` are instructions.
    pub opcodes: bool,
}

/// The rules of one chain, from its genesis file.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    chain_id: u64,
    forks: EthereumChainHardforks,
    blobs: BlobScheduleBlobParams,
    deposit_contract: Option<Address>,
    inference: Option<InferenceConfig>,
}

impl ChainSpec {
    /// Reads an ordinary geth-style genesis, with our section under `config.isocortex`; without that
    /// section the chain is plain Ethereum.
    ///
    /// # Errors
    /// [`Error::Genesis`] for a section that does not parse or an inference time before Prague;
    /// [`Error::MissingSystemAccount`] where a fork or inference is live at genesis and `alloc` lacks
    /// the code of an account it needs.
    pub fn from_genesis(genesis: &Genesis) -> Result<Self, Error> {
        let config = &genesis.config;
        let inference = config
            .extra_fields
            .get_deserialized::<Option<InferenceConfig>>("isocortex")
            .transpose()
            .map_err(|reason| Error::Genesis(format!("config.isocortex: {reason}")))?
            .flatten();
        if let Some(inference) = &inference
            && config.prague_time.is_none_or(|prague| inference.inference_time < prague)
        {
            return Err(Error::Genesis("config.isocortex.inferenceTime is before pragueTime".into()));
        }
        let spec = Self {
            chain_id: config.chain_id,
            forks: EthereumChainHardforks::new(fork_schedule(config)),
            blobs: config.blob_schedule_blob_params(),
            deposit_contract: config.deposit_contract_address,
            inference,
        };
        spec.check_alloc(genesis)?;
        Ok(spec)
    }

    fn check_alloc(&self, genesis: &Genesis) -> Result<(), Error> {
        let rules = self.rules_at(genesis.timestamp, genesis.number.unwrap_or_default());
        let contracts = genesis::SYSTEM_CONTRACTS.iter().map(|(what, address, _)| (*what, *address));
        let contracts = contracts.filter(|_| rules.fork.is_enabled_in(SpecId::PRAGUE));
        let precompiles = genesis::PRECOMPILES.into_iter().filter(|_| rules.inference);
        for (what, address) in contracts.chain(precompiles) {
            if genesis.alloc.get(&address).and_then(|account| account.non_empty_code()).is_none() {
                return Err(Error::MissingSystemAccount { what, address });
            }
        }
        Ok(())
    }

    /// EIP-155 chain id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Prices of the inference precompiles.
    pub fn gas_schedule(&self) -> GasSchedule {
        self.inference.as_ref().map(|inference| inference.gas).unwrap_or_default()
    }

    /// What is live in a block of this time (Unix seconds) and number.
    pub fn rules_at(&self, timestamp: u64, number: u64) -> Rules {
        let live = self.inference.as_ref().filter(|inference| timestamp >= inference.inference_time);
        Rules {
            fork: spec_by_timestamp_and_block_number(self, timestamp, number),
            inference: live.is_some(),
            opcodes: live.is_some_and(|inference| inference.opcodes),
        }
    }

    /// Blob limits and price of a block of this time (Unix seconds); `None` before Cancun.
    pub fn blob_params_at(&self, timestamp: u64) -> Option<BlobParams> {
        if let Some(params) = self.blobs.active_scheduled_params_at_timestamp(timestamp) {
            Some(*params)
        } else if self.is_osaka_active_at_timestamp(timestamp) {
            Some(self.blobs.osaka)
        } else if self.is_prague_active_at_timestamp(timestamp) {
            Some(self.blobs.prague)
        } else {
            self.is_cancun_active_at_timestamp(timestamp).then_some(self.blobs.cancun)
        }
    }

    /// The EVM's settings for a block, of whose header only the inputs of execution are read.
    pub fn evm_env(&self, header: &Header) -> EvmEnv {
        EvmEnv::for_eth_block(header, self, self.chain_id, self.blob_params_at(header.timestamp))
    }
}

impl EthereumHardforks for ChainSpec {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        self.forks.ethereum_fork_activation(fork)
    }
}

impl EthExecutorSpec for ChainSpec {
    fn deposit_contract_address(&self) -> Option<Address> {
        self.deposit_contract
    }
}

/// The fork schedule of a geth-style chain config. A chain with `terminalTotalDifficulty` 0 is
/// proof-of-stake from its first block; forks that only moved the difficulty bomb change nothing here.
fn fork_schedule(config: &ChainConfig) -> Vec<(EthereumHardfork, ForkCondition)> {
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
