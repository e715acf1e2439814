//! The state before the block, in the three forms that are needed of it, and the chain's rules.

use alloy_consensus::Header;
use alloy_genesis::{Genesis, GenesisAccount};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use isocortex_state::StateChanges;
use isocortex_vm::{CallRequest, ChainSpec, GasSchedule, Outcome, Vm, genesis};
use revm::{bytecode::Bytecode, database::InMemoryDB, state::AccountInfo};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// Gas limit of the blocks: Ethereum's main network's of 2026.
pub const BLOCK_GAS: u64 = 60_000_000;
/// What one transaction may use at most (EIP-7825).
pub const TX_GAS: u64 = 1 << 24;

/// All accounts before the block.
#[derive(Clone, Debug)]
pub struct World(BTreeMap<Address, GenesisAccount>);

impl Default for World {
    fn default() -> Self {
        Self(genesis::system_accounts().collect())
    }
}

impl World {
    /// Gives an account much ether.
    pub fn fund(&mut self, address: Address) {
        self.0.entry(address).or_default().balance = U256::from(10).pow(U256::from(24));
    }

    /// Puts a contract there.
    pub fn code(&mut self, address: Address, code: impl Into<Bytes>) {
        let account = self.0.entry(address).or_default();
        (account.nonce, account.code) = (Some(1), Some(code.into()));
    }

    /// Puts a contract there as its own init code would, which takes no arguments.
    pub fn deploy(&mut self, chain: &Chain, address: Address, init: &Bytes) {
        let request = CallRequest { data: init.clone(), gas: Some(TX_GAS), ..Default::default() };
        let called = chain.vm.call(self.database(), &chain.header, &request).unwrap();
        let Outcome::Success { output, .. } = called.outcome else { unreachable!("{called:?}") };
        self.code(address, output);
    }

    /// Sets a word of storage.
    pub fn slot(&mut self, address: Address, slot: U256, value: U256) {
        let storage = self.0.entry(address).or_default().storage.get_or_insert_default();
        storage.insert(slot.into(), value.into());
    }

    /// As revm's database in memory.
    pub fn database(&self) -> InMemoryDB {
        let mut db = InMemoryDB::default();
        for (address, account) in &self.0 {
            let code = account.code.clone().map_or_else(Bytecode::default, Bytecode::new_raw);
            let (nonce, hash) = (account.nonce.unwrap_or_default(), code.hash_slow());
            db.insert_account_info(*address, AccountInfo::new(account.balance, nonce, hash, code));
            for (slot, value) in account.storage.iter().flatten() {
                let Ok(()) = db.insert_account_storage(*address, (*slot).into(), (*value).into());
            }
        }
        db
    }

    /// As what a store begins with.
    pub fn alloc(&self) -> StateChanges {
        self.0.iter().collect()
    }
}

/// Slot of `key` in a Solidity mapping at `slot`.
pub fn mapping(slot: u64, key: Address) -> U256 {
    nested(U256::from(slot), key)
}

/// Slot of `key` in a Solidity mapping at `slot`, itself an element perhaps.
pub fn nested(slot: U256, key: Address) -> U256 {
    keccak256([key.into_word(), B256::from(slot)].concat()).into()
}

/// The rules and the header of the block.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Our machine, with inference and its opcodes live.
    pub vm: Vm,
    /// The block's header as execution reads it.
    pub header: Header,
}

impl Default for Chain {
    fn default() -> Self {
        let mut genesis: Genesis = serde_json::from_value(json!({
            "config": {
                "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
                "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
                "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0,
                "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
                "isocortex": { "inferenceTime": 0, "opcodes": true, "gas": GasSchedule::default() },
            },
            "gasLimit": "0x3938700", "difficulty": "0x0", "alloc": {},
        }))
        .unwrap();
        genesis.alloc.extend(genesis::system_accounts());
        let spec = ChainSpec::from_genesis(&genesis).unwrap();
        let header = Header {
            number: 1,
            timestamp: 1,
            gas_limit: BLOCK_GAS,
            base_fee_per_gas: Some(7),
            beneficiary: Address::repeat_byte(0xc0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::ZERO),
            ..Header::default()
        };
        Self { vm: Vm::new(Arc::new(spec), Arc::default()), header }
    }
}
