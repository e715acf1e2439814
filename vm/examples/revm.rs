//! Adding inference to a bare revm: its mainnet context with alloy-evm's `PrecompilesMap` in the place of its own
//! precompiles, and, for those who want the opcodes too, two more instructions.
//!
//! `cargo run --release -p isocortex-vm --example revm`

mod common;

use alloy_evm::precompiles::PrecompilesMap;
use alloy_primitives::TxKind;
use isocortex_precompiles::{GasSchedule, install};
use isocortex_vm::{Engine, Transcript, opcodes};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext, context::TxEnv, database::InMemoryDB,
    precompile::Precompiles, state::AccountInfo,
};
use std::{error::Error, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let mut precompiles = PrecompilesMap::from_static(Precompiles::latest());
    let transcript = Transcript::default();
    install(&mut precompiles, Arc::new(Engine::default()), GasSchedule::default(), transcript.clone());
    let mut db = InMemoryDB::default();
    for address in isocortex_vm::genesis::PRECOMPILES.map(|(_, address)| address) {
        let code = revm::bytecode::Bytecode::new_raw(isocortex_vm::genesis::PRECOMPILE_CODE);
        db.insert_account_info(address, AccountInfo::from_bytecode(code));
    }
    let mut evm = Context::mainnet().with_db(db).build_mainnet().with_precompiles(precompiles);
    opcodes::install(&mut evm.instruction);

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
    println!("  {} inference(s) in the transcript", transcript.take().len());
    Ok(())
}
