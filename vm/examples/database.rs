//! Whole blocks on an operator's own state: a `revm::Database` of one's own is all that `Vm` needs. What a block
//! changed comes back as revm's `BundleState`; writing it down is the operator's part.
//!
//! `cargo run --release -p isocortex-vm --example database`

mod common;

use alloy_consensus::{Header, SignableTransaction, TxEip1559, transaction::Recovered};
use alloy_genesis::Genesis;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use isocortex_vm::{CallRequest, ChainSpec, Engine, GasSchedule, Outcome, Vm, genesis::system_accounts};
use revm::{Database, bytecode::Bytecode, database::BundleState, state::AccountInfo};
use serde_json::json;
use std::{collections::BTreeMap, convert::Infallible, error::Error, sync::Arc};

/// State as this operator happens to keep it.
#[derive(Default)]
struct Ledger {
    accounts: BTreeMap<Address, AccountInfo>,
    slots: BTreeMap<(Address, U256), U256>,
    code: BTreeMap<B256, Bytecode>,
}

impl Database for Ledger {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.accounts.get(&address).cloned())
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.code.get(&hash).cloned().unwrap_or_default())
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.slots.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(keccak256(number.to_be_bytes()))
    }
}

impl Ledger {
    fn write(&mut self, bundle: BundleState) {
        for (hash, code) in bundle.contracts {
            self.code.insert(hash, code);
        }
        for (address, account) in bundle.state {
            if account.was_destroyed() {
                self.slots.retain(|(owner, _), _| *owner != address);
            }
            for (slot, word) in account.storage {
                self.slots.insert((address, slot), word.present_value);
            }
            match account.info {
                Some(info) => self.accounts.insert(address, info),
                None => self.accounts.remove(&address),
            };
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut genesis: Genesis = serde_json::from_value(json!({
        "config": {
            "chainId": 1337, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
            "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
            "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0,
            "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
            "isocortex": { "inferenceTime": 0, "opcodes": true, "gas": GasSchedule::default() },
        },
        "gasLimit": "0x3938700", "difficulty": "0x0", "alloc": {},
    }))?;
    genesis.alloc.extend(system_accounts());
    let mut ledger = Ledger::default();
    for (address, account) in &genesis.alloc {
        let code = Bytecode::new_raw(account.code.clone().unwrap_or_default());
        let hash = code.hash_slow();
        let info = AccountInfo::new(account.balance, account.nonce.unwrap_or_default(), hash, code.clone());
        ledger.accounts.insert(*address, info);
        ledger.code.insert(hash, code);
    }
    let sender = Address::repeat_byte(0xa1);
    ledger.accounts.insert(sender, AccountInfo::from_balance(U256::from(10u64.pow(18))));
    let vm = Vm::new(Arc::new(ChainSpec::from_genesis(&genesis)?), Arc::new(Engine::default()));

    let mut number = 0;
    common::demo(|to, data| {
        number += 1;
        let header = Header {
            number,
            timestamp: number,
            gas_limit: 60_000_000,
            base_fee_per_gas: Some(7),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::ZERO),
            ..Header::default()
        };
        // What a call would return, and then the block with the transaction.
        let request =
            CallRequest { from: sender, to: Some(to), data: data.clone(), ..CallRequest::default() };
        let called = vm.call(&mut ledger, &header, &request)?;
        let tx = TxEip1559 {
            chain_id: 1337,
            nonce: number - 1,
            gas_limit: 10_000_000,
            max_fee_per_gas: 10,
            to: TxKind::Call(to),
            input: data,
            ..TxEip1559::default()
        };
        // A node recovers the sender from the signature; nobody asks for it here.
        let tx = tx.into_signed(Signature::test_signature()).into();
        let block = [Recovered::new_unchecked(tx, sender)];
        let output = vm.execute_block(&mut ledger, &header, Some(&[]), &block)?;
        println!("block {number}: {} gas, {} inference(s)", output.gas_used, output.transcript.len());
        ledger.write(output.bundle);
        match called.outcome {
            Outcome::Success { output, .. } => Ok::<Bytes, Box<dyn Error>>(output),
            other => Err(format!("{other:?}").into()),
        }
    })
}
