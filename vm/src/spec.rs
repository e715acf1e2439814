//! The chain's rules by block: which Ethereum fork is live, and whether inference is.

use crate::{Error, genesis, schedule::fork_schedule};
use alloy_consensus::Header;
use alloy_eips::{eip7840::BlobParams, eip7892::BlobScheduleBlobParams};
use alloy_evm::{EvmEnv, eth::spec::EthExecutorSpec, spec_by_timestamp_and_block_number};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_hardforks::{EthereumChainHardforks, EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::Address;
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
    /// Whether somebody outside, such as Ethereum's beacon chain, answers for the withdrawals of a block. They make
    /// ether of nothing, so that a chain whose engine does not vouch for them refuses every one.
    #[serde(default)]
    pub withdrawals: bool,
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
        let spec = Self::from_config(&genesis.config)?;
        spec.check_alloc(genesis)?;
        Ok(spec)
    }

    /// Reads the chain's rules alone, without a look at the state that they are to work on.
    ///
    /// # Errors
    /// [`Error::Genesis`].
    pub fn from_config(config: &ChainConfig) -> Result<Self, Error> {
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
        Ok(Self {
            chain_id: config.chain_id,
            forks: EthereumChainHardforks::new(fork_schedule(config)),
            blobs: config.blob_schedule_blob_params(),
            deposit_contract: config.deposit_contract_address,
            inference,
        })
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

    /// The block in which the DAO's ether is moved (EIP-779), where the chain does so.
    pub fn dao_block(&self) -> Option<u64> {
        match self.ethereum_fork_activation(EthereumHardfork::Dao) {
            ForkCondition::Block(number) => Some(number),
            _ => None,
        }
    }

    /// Whether blocks may carry withdrawals: as [`InferenceConfig::withdrawals`] says, and on plain Ethereum.
    pub fn withdrawals(&self) -> bool {
        self.inference.as_ref().is_none_or(|inference| inference.withdrawals)
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
