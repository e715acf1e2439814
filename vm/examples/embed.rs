//! Adding inference to an EVM of one's own: any set-up on revm with alloy-evm takes one call of
//! `install`. Here a chain publishes a tiny model, registers it and runs it, all in memory.
//!
//! `cargo run --release -p isocortex-vm --example embed`

use alloy_evm::{EvmEnv, eth::EthEvmBuilder, evm::Evm, precompiles::PrecompilesMap};
use alloy_primitives::{Address, Bytes, TxKind};
use alloy_sol_types::SolCall;
use isocortex_model::{Artifact, DType, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
use isocortex_precompiles::abi::{IInference, IModelRegistry};
use isocortex_precompiles::{GasSchedule, INFERENCE_ADDRESS, REGISTRY_ADDRESS, install};
use isocortex_vm::{Engine, Transcript};
use revm::{context::TxEnv, database::InMemoryDB, precompile::Precompiles, state::AccountInfo};
use std::{error::Error, sync::Arc};

/// A model without weights: the positive part of four numbers. Real ones come from `isocortex convert`.
fn model() -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let ty = TensorType::new(DType::I8, &[4]);
    let relu = Op::Clamp(Clamp { lo: 0, hi: 127 });
    Artifact::build(
        vec![Port { name: "x".into(), ty, quant }],
        vec![],
        vec![Node { operands: vec![0], op: relu }],
        vec![Output { name: "y".into(), value: 1, quant }],
        Default::default(),
    )
}

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
    let mut send = |to: Address, data: Vec<u8>| -> Result<Bytes, Box<dyn Error>> {
        let (kind, data) = (TxKind::Call(to), Bytes::from(data));
        let tx = TxEnv { kind, data, nonce, gas_limit: 10_000_000, chain_id: Some(1), ..TxEnv::default() };
        nonce += 1;
        let result = evm.transact_commit(tx)?;
        if result.is_success() {
            Ok(result.into_output().unwrap_or_default())
        } else {
            Err(format!("{result}").into())
        }
    };
    let artifact = model();
    send(
        REGISTRY_ADDRESS,
        IModelRegistry::putChunkCall { data: artifact.header().to_bytes().into() }.abi_encode(),
    )?;
    for chunk in artifact.chunks() {
        send(REGISTRY_ADDRESS, IModelRegistry::putChunkCall { data: chunk.to_vec().into() }.abi_encode())?;
    }
    send(REGISTRY_ADDRESS, IModelRegistry::registerCall { model: artifact.id() }.abi_encode())?;
    let input = Bytes::from([5i8, -5, 127, -128].map(|x| x.to_le_bytes()[0]).to_vec());
    let call = IInference::inferCall { model: artifact.id(), input: input.clone() };
    let output = IInference::inferCall::abi_decode_returns(&send(INFERENCE_ADDRESS, call.abi_encode())?)?;

    println!("model {}\n  {input} → {output}", artifact.id());
    for call in transcript.take() {
        println!("  {} gas; input {}, output {}", call.gas, call.input, call.output);
    }
    Ok(())
}
