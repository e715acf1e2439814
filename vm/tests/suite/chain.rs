//! A small chain for the tests: accounts, hand-assembled contracts, a stand-in for the models.

use alloy_consensus::{Header, SignableTransaction, TxEip1559, TxEnvelope, transaction::Recovered};
use alloy_genesis::{Genesis, GenesisAccount};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, keccak256};
use isocortex_precompiles::Call;
use isocortex_vm::{ChainSpec, Engine, Extension, GasSchedule, Vm, genesis, opcodes::DOOR};
use revm::{
    bytecode::{Bytecode, opcode as op},
    database::InMemoryDB,
    precompile::{PrecompileError, PrecompileHalt, PrecompileId, PrecompileOutput},
    state::AccountInfo,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
pub const BOB: Address = address!("0000000000000000000000000000000000000b0b");
pub const COINBASE: Address = address!("00000000000000000000000000000000c01bba5e");
pub const CONTRACT: Address = address!("00000000000000000000000000000000c0471ac7");
pub const OTHER: Address = address!("00000000000000000000000000000000000007e4");

/// The stand-in answers the input reversed, reverts with the input, or fails as a node fails.
pub const REVERSE: U256 = U256::from_limbs([1, 0, 0, 0]);
pub const REVERT: U256 = U256::from_limbs([2, 0, 0, 0]);
pub const BROKEN: U256 = U256::from_limbs([3, 0, 0, 0]);

/// Gas that the stand-in takes for an input of `len` bytes.
pub const fn door_gas(len: u64) -> u64 {
    1000 + len
}

/// A chain with this section; where it names no prices, the defaults.
pub fn genesis(mut isocortex: Value) -> Genesis {
    if let Some(section) = isocortex.as_object_mut() {
        section.entry("gas").or_insert_with(|| json!(GasSchedule::default()));
    }
    let genesis = json!({
        "config": {
            "chainId": 1337,
            "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0, "byzantiumBlock": 0,
            "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0, "londonBlock": 0,
            "terminalTotalDifficulty": 0,
            "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
            "isocortex": isocortex,
        },
        "gasLimit": "0x2255100", "difficulty": "0x0", "alloc": {},
    });
    let mut genesis: Genesis = serde_json::from_value(genesis).unwrap();
    genesis.alloc.extend(genesis::system_accounts());
    genesis.alloc.insert(ALICE, GenesisAccount { balance: U256::from(10u64.pow(18)), ..Default::default() });
    genesis
}

/// A machine with inference and opcodes on, and the stand-in behind the door.
pub fn vm() -> Vm {
    vm_with(json!({ "inferenceTime": 0, "opcodes": true }))
}

pub fn vm_with(isocortex: Value) -> Vm {
    let spec = ChainSpec::from_genesis(&genesis(isocortex)).unwrap();
    Vm::new(Arc::new(spec), Arc::default()).with_extension(stand_in())
}

/// A machine with the real precompiles.
pub fn vm_of(engine: Engine) -> Vm {
    let spec = ChainSpec::from_genesis(&genesis(json!({ "inferenceTime": 0, "opcodes": true }))).unwrap();
    Vm::new(Arc::new(spec), Arc::new(engine))
}

fn stand_in() -> Extension {
    Arc::new(|map, transcript| {
        let transcript = transcript.clone();
        let run = move |input: alloy_evm::precompiles::PrecompileInput<'_>| {
            let Some((model, data)) = input.data.split_at_checked(32) else {
                return Ok(PrecompileOutput::halt(PrecompileHalt::OutOfGas, input.reservoir));
            };
            let gas = door_gas(data.len() as u64);
            if gas > input.gas {
                return Ok(PrecompileOutput::halt(PrecompileHalt::OutOfGas, input.reservoir));
            }
            let model = B256::from_slice(model);
            let reversed: Bytes = data.iter().rev().copied().collect();
            match U256::from_be_bytes(model.0) {
                REVERSE => {
                    let (input_hash, output) = (keccak256(data), keccak256(&reversed));
                    transcript.record(Call { model, input: input_hash, output, gas });
                    Ok(PrecompileOutput::new(gas, reversed, input.reservoir))
                }
                REVERT => Ok(PrecompileOutput::revert(gas, Bytes::copy_from_slice(data), input.reservoir)),
                _ => Err(PrecompileError::Fatal("artifact unreadable".into())),
            }
        };
        map.extend_precompiles([(
            DOOR,
            alloy_evm::precompiles::DynPrecompile::new_stateful(PrecompileId::custom("stand-in"), run),
        )]);
    })
}

/// The genesis state, and `code` at [`CONTRACT`].
pub fn state(code: impl Into<Bytes>) -> InMemoryDB {
    let mut db = InMemoryDB::default();
    for (address, account) in genesis(json!({ "inferenceTime": 0 })).alloc {
        let code = Bytecode::new_raw(account.code.unwrap_or_default());
        let info =
            AccountInfo::new(account.balance, account.nonce.unwrap_or_default(), code.hash_slow(), code);
        db.insert_account_info(address, info);
    }
    put_code(&mut db, CONTRACT, code);
    db
}

pub fn put_code(db: &mut InMemoryDB, address: Address, code: impl Into<Bytes>) {
    let code = Bytecode::new_raw(code.into());
    db.insert_account_info(address, AccountInfo::new(U256::ZERO, 1, code.hash_slow(), code));
}

pub fn header() -> Header {
    Header {
        parent_hash: B256::repeat_byte(0x9a),
        number: 1,
        timestamp: 1000,
        gas_limit: 36_000_000,
        base_fee_per_gas: Some(7),
        beneficiary: COINBASE,
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        withdrawals_root: Some(B256::ZERO),
        ..Header::default()
    }
}

/// A transaction of Alice's: 10 wei a gas, of which 3 are the tip.
pub fn tx(nonce: u64, to: Address, value: u64, gas_limit: u64) -> Recovered<TxEnvelope> {
    tx_with(nonce, to, value, gas_limit, Bytes::new())
}

pub fn tx_with(nonce: u64, to: Address, value: u64, gas_limit: u64, input: Bytes) -> Recovered<TxEnvelope> {
    let tx = TxEip1559 {
        input,
        chain_id: 1337,
        nonce,
        gas_limit,
        max_fee_per_gas: 10,
        max_priority_fee_per_gas: 3,
        to: TxKind::Call(to),
        value: U256::from(value),
        ..TxEip1559::default()
    };
    Recovered::new_unchecked(tx.into_signed(Signature::test_signature()).into(), ALICE)
}

/// PUSH32 of a word.
pub fn push(word: impl TryInto<U256>) -> Vec<u8> {
    let word: U256 = word.try_into().unwrap_or_else(|_| panic!("not a word"));
    let mut code = vec![op::PUSH32];
    code.extend(word.to_be_bytes::<32>());
    code
}

/// Pushes `words`, the first on top, and appends `tail`.
pub fn with_stack(words: &[U256], tail: &[u8]) -> Vec<u8> {
    let mut code: Vec<u8> = words.iter().rev().flat_map(|word| push(*word)).collect();
    code.extend(tail);
    code
}

/// Puts the word on top of the stack into memory at `at`.
pub fn mstore(at: u64) -> Vec<u8> {
    [push(U256::from(at)), vec![op::MSTORE]].concat()
}

/// Returns the first `len` bytes of memory.
pub fn ret(len: u64) -> Vec<u8> {
    with_stack(&[U256::ZERO, U256::from(len)], &[op::RETURN])
}
