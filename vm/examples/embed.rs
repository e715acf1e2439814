//! Adding inference to an EVM of one's own on alloy-evm: one call of `install` on its precompiles. Here a chain
//! publishes a tiny model, registers it and runs it, all in memory.
//!
//! `cargo run --release -p isocortex-vm --example embed`

mod common;

use alloy_evm::{EvmEnv, eth::EthEvmBuilder, evm::Evm, precompiles::PrecompilesMap};
use alloy_primitives::TxKind;
use isocortex_precompiles::{GasSchedule, install};
use isocortex_vm::{Engine, Transcript};
use revm::{context::TxEnv, database::InMemoryDB, precompile::Precompiles, state::AccountInfo};
use std::{error::Error, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    // The operator's own EVM: its precompiles, its database.
    let mut precompiles = PrecompilesMap::from_static(Precompiles::latest());
    let transcript = Transcript::default();
    install(&mut precompiles, Arc::new(Engine::default()), GasSchedule::default(), transcript.clone());
    let mut db = InMemoryDB::default();
    for address in isocortex_vm::genesis::PRECOMPILES.map(|(_, address)| address) {
        let code = revm::bytecode::Bytecode::new_raw(isocortex_vm::genesis::PRECOMPILE_CODE);
        db.insert_account_info(address, AccountInfo::from_bytecode(code));
    }
    let mut evm = EthEvmBuilder::new(db, EvmEnv::default()).precompiles(precompiles).build();

    let mut nonce = 0;
    common::demo(|to, data| {
        let kind = TxKind::Call(to);
        let tx = TxEnv { kind, data, nonce, gas_limit: 10_000_000, chain_id: Some(1), ..TxEnv::default() };
        nonce += 1;
        let result = evm.transact_commit(tx)?;
        if result.is_success() {
            Ok(result.into_output().unwrap_or_default())
        } else {
            Err(format!("{result}").into())
        }
    })?;
    for call in transcript.take() {
        println!("  {} gas; input {}, output {}", call.gas, call.input, call.output);
    }
    Ok(())
}
