//! The fixtures' JSON, as far as it is read.

use alloy_consensus::Header;
use alloy_genesis::{ChainConfig, Genesis, GenesisAccount};
use alloy_primitives::{Address, B64, B256, Bytes, U64, U256};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One test of either kind; which, is told by what it has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fixture {
    #[serde(default)]
    pub(crate) pre: BTreeMap<Address, Account>,
    #[serde(default)]
    pub(crate) config: Config,
    // State tests.
    pub(crate) env: Option<Env>,
    pub(crate) post: Option<BTreeMap<String, Vec<Post>>>,
    // Block tests.
    pub(crate) network: Option<String>,
    pub(crate) genesis_block_header: Option<GenesisHeader>,
    pub(crate) blocks: Option<Vec<BlockRecord>>,
    #[serde(rename = "lastblockhash")]
    pub(crate) last_block_hash: Option<B256>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    nonce: U64,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Config {
    #[serde(rename = "chainid", default)]
    pub(crate) chain_id: Option<U64>,
    #[serde(default)]
    pub(crate) blob_schedule: BTreeMap<String, Blobs>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blobs {
    pub(crate) target: U64,
    pub(crate) max: U64,
    pub(crate) base_fee_update_fraction: U64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Env {
    current_coinbase: Address,
    current_gas_limit: U64,
    current_number: U64,
    current_timestamp: U64,
    current_difficulty: Option<U256>,
    current_random: Option<B256>,
    current_base_fee: Option<U64>,
    current_excess_blob_gas: Option<U64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Post {
    pub(crate) hash: B256,
    pub(crate) logs: B256,
    pub(crate) txbytes: Bytes,
    pub(crate) expect_exception: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockRecord {
    pub(crate) rlp: Bytes,
    pub(crate) expect_exception: Option<String>,
    pub(crate) block_header: Option<HashOnly>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct HashOnly {
    pub(crate) hash: B256,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GenesisHeader {
    parent_hash: B256,
    coinbase: Address,
    difficulty: U256,
    number: U64,
    gas_limit: U64,
    timestamp: U64,
    extra_data: Bytes,
    mix_hash: B256,
    nonce: B64,
    base_fee_per_gas: Option<U64>,
    blob_gas_used: Option<U64>,
    excess_blob_gas: Option<U64>,
    pub(crate) hash: B256,
}

impl Account {
    fn alloc(&self) -> GenesisAccount {
        GenesisAccount {
            nonce: Some(self.nonce.to()),
            balance: self.balance,
            code: Some(self.code.clone()),
            storage: Some(self.storage.iter().map(|(slot, word)| ((*slot).into(), (*word).into())).collect()),
            private_key: None,
        }
    }
}

pub(crate) fn alloc(pre: &BTreeMap<Address, Account>) -> BTreeMap<Address, GenesisAccount> {
    pre.iter().map(|(address, account)| (*address, account.alloc())).collect()
}

impl GenesisHeader {
    /// The genesis file that an operator would have written for this header.
    pub(crate) fn genesis(&self, config: ChainConfig, pre: &BTreeMap<Address, Account>) -> Genesis {
        Genesis {
            config,
            nonce: self.nonce.into(),
            timestamp: self.timestamp.to(),
            extra_data: self.extra_data.clone(),
            gas_limit: self.gas_limit.to(),
            difficulty: self.difficulty,
            mix_hash: self.mix_hash,
            coinbase: self.coinbase,
            alloc: alloc(pre),
            base_fee_per_gas: self.base_fee_per_gas.map(|fee| fee.to()),
            excess_blob_gas: self.excess_blob_gas.map(|gas| gas.to()),
            blob_gas_used: self.blob_gas_used.map(|gas| gas.to()),
            number: Some(self.number.to()),
            parent_hash: Some(self.parent_hash),
            ..Genesis::default()
        }
    }
}

impl Env {
    /// A header with the environment's inputs of execution.
    pub(crate) fn header(&self, parent_hash: B256) -> Header {
        Header {
            parent_hash,
            beneficiary: self.current_coinbase,
            gas_limit: self.current_gas_limit.to(),
            number: self.current_number.to(),
            timestamp: self.current_timestamp.to(),
            difficulty: self.current_difficulty.unwrap_or_default(),
            mix_hash: self.current_random.unwrap_or_default(),
            base_fee_per_gas: self.current_base_fee.map(|fee| fee.to()),
            excess_blob_gas: self.current_excess_blob_gas.map(|gas| gas.to()),
            ..Header::default()
        }
    }
}
