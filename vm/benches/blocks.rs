//! One block of inferences, beside the same inferences on the backend alone. The model is next to nothing,
//! so what the two differ in is what a contract's call adds. Blocks without inferences: `make bench-evm`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use alloy_consensus::{Header, SignableTransaction, TxEip1559, TxEnvelope, transaction::Recovered};
use alloy_genesis::Genesis;
use alloy_primitives::{Address, B256, Signature, TxKind, U256};
use alloy_sol_types::SolCall;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use isocortex_inference::{Backend, Reference};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
use isocortex_precompiles::{REGISTRY_ADDRESS, abi::IModelRegistry};
use isocortex_vm::{ChainSpec, GasSchedule, Vm, genesis, opcodes::INFER};
use revm::{
    bytecode::{Bytecode, opcode as op},
    database::InMemoryDB,
    state::AccountInfo,
};
use serde_json::json;
use std::{hint::black_box, sync::Arc};

const INFERENCES: u64 = 1000;
const SENDER: Address = Address::repeat_byte(0xa1);

fn chain() -> (Vm, InMemoryDB, Header) {
    let mut genesis: Genesis = serde_json::from_value(json!({
        "config": {
            "chainId": 1, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
            "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0,
            "berlinBlock": 0, "londonBlock": 0, "terminalTotalDifficulty": 0,
            "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
            "isocortex": { "inferenceTime": 0, "opcodes": true, "gas": GasSchedule::default() },
        },
        "gasLimit": "0x2255100", "difficulty": "0x0", "alloc": {},
    }))
    .unwrap();
    genesis.alloc.extend(genesis::system_accounts());
    let spec = ChainSpec::from_genesis(&genesis).unwrap();
    let mut db = InMemoryDB::default();
    for (address, account) in genesis.alloc {
        let code = Bytecode::new_raw(account.code.unwrap_or_default());
        db.insert_account_info(address, AccountInfo::new(account.balance, 1, code.hash_slow(), code));
    }
    db.insert_account_info(SENDER, AccountInfo::from_balance(U256::from(10).pow(U256::from(20))));
    let header = Header {
        number: 1,
        timestamp: 1,
        gas_limit: 36_000_000,
        base_fee_per_gas: Some(7),
        beneficiary: Address::repeat_byte(0xc0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        ..Header::default()
    };
    (Vm::new(Arc::new(spec), Arc::default()), db, header)
}

/// Four bytes in, their positive part out.
fn relu() -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[4]), quant }],
        vec![],
        vec![Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }],
        vec![Output { name: "y".into(), value: 1, quant }],
        Default::default(),
    )
}

/// A transaction of the sender's with much gas.
fn call(nonce: u64, to: Address, input: Vec<u8>) -> Recovered<TxEnvelope> {
    let tx = TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit: 16_000_000,
        max_fee_per_gas: 10,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(to),
        input: input.into(),
        ..TxEip1559::default()
    };
    Recovered::new_unchecked(tx.into_signed(Signature::test_signature()).into(), SENDER)
}

/// What a contract of [`INFERENCES`] INFER instructions, one after the other, has as code.
fn unrolled(model: B256) -> Vec<u8> {
    let mut one = [op::PUSH0, op::PUSH0, op::PUSH1, 4, op::PUSH0, op::PUSH32].to_vec();
    one.extend(model);
    one.extend([INFER, op::POP]);
    one.repeat(INFERENCES as usize)
}

fn inferences(c: &mut Criterion) {
    let (vm, mut db, header) = chain();
    let artifact = relu();
    let contract = Address::repeat_byte(0xcc);
    let code = Bytecode::new_raw(unrolled(artifact.id()).into());
    db.insert_account_info(contract, AccountInfo::from_bytecode(code));
    let publish = [
        IModelRegistry::putChunkCall { data: artifact.header().to_bytes().into() }.abi_encode(),
        IModelRegistry::registerCall { model: artifact.id() }.abi_encode(),
    ];
    let mut txs: Vec<_> =
        (0..).zip(publish).map(|(nonce, data)| call(nonce, REGISTRY_ADDRESS, data)).collect();
    txs.push(call(2, contract, Vec::new()));
    let check = vm.execute_block(&mut db, &header, Some(&[]), &txs).unwrap();
    assert_eq!(check.transcript.len() as u64, INFERENCES);

    let mut group = c.benchmark_group("inferences");
    group.throughput(Throughput::Elements(INFERENCES));
    group.bench_function("block", |b| {
        let run = |db: InMemoryDB| vm.execute_block(db, &header, Some(&[]), &txs).unwrap().bundle;
        b.iter_batched(|| db.clone(), run, BatchSize::LargeInput);
    });
    let loaded = Reference.load(Arc::new(Model::check(&artifact).unwrap())).unwrap();
    group.bench_function("backend alone", |b| {
        b.iter(|| (0..INFERENCES).for_each(|_| drop(black_box(loaded.run(&[&[0; 4]]).unwrap()))));
    });
    group.finish();
}

criterion_group!(benches, inferences);
criterion_main!(benches);
