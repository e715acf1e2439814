//! INFER and INFERARRAY in hand-assembled contracts, one instruction a test.

use crate::chain::{
    BROKEN, CONTRACT, OTHER, REVERSE, REVERT, door_gas, header, mstore, push, put_code, ret, state, vm,
    vm_with, with_stack,
};
use alloy_primitives::{Bytes, U256, keccak256};
use isocortex_vm::{
    CallRequest, Outcome,
    opcodes::{DOOR, INFER, INFERARRAY},
};
use revm::{
    bytecode::opcode as op, context_interface::result::HaltReason, context_interface::result::OutOfGasError,
    database::InMemoryDB,
};
use serde_json::json;

fn call_with(db: InMemoryDB, gas: u64) -> Outcome {
    let request = CallRequest { to: Some(CONTRACT), gas: Some(gas), ..CallRequest::default() };
    vm().call(db, &header(), &request).unwrap().outcome
}

fn run(code: Vec<u8>) -> Bytes {
    run_on(state(code))
}

fn run_on(db: InMemoryDB) -> Bytes {
    match call_with(db, 10_000_000) {
        Outcome::Success { output, .. } => output,
        other => panic!("{other:?}"),
    }
}

fn word(bytes: &[u8], index: usize) -> U256 {
    U256::from_be_slice(&bytes[32 * index..32 * (index + 1)])
}

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Leaves the success flag on top of the stack, and below it the gas between two GAS instructions:
/// that of the instruction and [`around`] it.
fn report(stack: &[U256], instruction: u8) -> Vec<u8> {
    let mut code = vec![op::PUSH0];
    code.extend(mstore(4 * 32)); // memory grows now, not in what is measured
    code.push(op::GAS);
    code.extend(with_stack(stack, &[instruction, op::SWAP1, op::GAS, op::SWAP1, op::SUB, op::SWAP1]));
    code
}

/// 3 for each PUSH32 and for the SWAP1, 2 for the second GAS.
const fn around(operands: u64) -> u64 {
    3 * operands + 3 + 2
}

#[test]
fn undefined_unless_the_chain_spec_says_otherwise() {
    for opcode in [INFER, INFERARRAY] {
        let code = with_stack(&[REVERSE, n(0), n(0), n(0), n(0)], &[opcode, op::STOP]);
        for isocortex in [
            json!({ "inferenceTime": 0, "opcodes": false }),
            json!({ "inferenceTime": 0 }),
            json!({ "inferenceTime": 1001, "opcodes": true }),
            json!(null),
        ] {
            let vm = vm_with(isocortex);
            let request = CallRequest { to: Some(CONTRACT), ..CallRequest::default() };
            let called = vm.call(state(code.clone()), &header(), &request).unwrap();
            let reason = HaltReason::OpcodeNotFound;
            assert!(matches!(called.outcome, Outcome::Halt { reason: r, .. } if r == reason));
        }
        assert!(call_with(state(code), 100_000).is_success());
    }
}

#[test]
fn infer_runs_the_model_on_memory() {
    let mut code = push(U256::from_be_slice(b"0123456789abcdef0123456789abcdef"));
    code.extend(mstore(0));
    code.extend(with_stack(&[REVERSE, n(0), n(10), n(32), n(32)], &[INFER]));
    code.extend(mstore(64));
    code.push(op::RETURNDATASIZE);
    code.extend(mstore(96));
    code.extend(ret(128));
    let out = run(code);
    assert_eq!(&out[32..42], b"9876543210");
    assert_eq!(&out[42..64], [0; 22], "memory beyond the answer is not touched");
    assert_eq!(word(&out, 2), n(1));
    assert_eq!(word(&out, 3), n(10));
}

#[test]
fn infer_is_a_call_of_the_door() {
    // The same inference through CALL with model and input laid out in memory by the contract.
    let mut code = push(REVERSE);
    code.extend(mstore(0));
    code.extend(push(U256::MAX >> 8usize));
    code.extend(mstore(32));
    let door = U256::from_be_slice(DOOR.as_slice());
    code.extend(with_stack(&[n(1_000_000), door, n(0), n(0), n(64), n(64), n(32)], &[op::CALL, op::POP]));
    code.extend(with_stack(&[REVERSE, n(32), n(32), n(96), n(32)], &[INFER, op::POP]));
    code.extend(ret(128));
    let out = run(code);
    assert_eq!(word(&out, 2), word(&out, 3));
    assert_eq!(word(&out, 2), U256::MAX << 8usize);
}

#[test]
fn infer_costs_what_the_page_says() {
    let mut code = report(&[REVERSE, n(0), n(40), n(64), n(40)], INFER);
    code.extend(mstore(0)); // success
    code.extend(mstore(32)); // gas
    code.extend(ret(64));
    let out = run(code);
    assert_eq!(word(&out, 0), n(1));
    // 100 to reach the door, 3 a word of the 72 bytes handed over, what the door takes.
    assert_eq!(word(&out, 1), n(100 + 3 * 3 + door_gas(40) + around(5)));
}

#[test]
fn a_revert_is_a_zero_and_its_data() {
    let mut code = push(U256::MAX);
    code.extend(mstore(0));
    code.extend(with_stack(&[REVERT, n(0), n(5), n(32), n(32)], &[INFER]));
    code.extend(mstore(64));
    code.push(op::RETURNDATASIZE);
    code.extend(mstore(96));
    code.extend(ret(128));
    let out = run(code);
    assert_eq!(&out[32..37], [0xff; 5]);
    assert_eq!((word(&out, 2), word(&out, 3)), (n(0), n(5)));
}

#[test]
fn every_missing_operand_is_an_underflow() {
    for (opcode, operands) in [(INFER, 5), (INFERARRAY, 4)] {
        for have in 0..operands {
            let code = with_stack(&vec![n(0); have], &[opcode]);
            let outcome = call_with(state(code), 100_000);
            assert!(
                matches!(outcome, Outcome::Halt { reason: HaltReason::StackUnderflow, .. }),
                "{outcome:?}"
            );
        }
    }
}

#[test]
fn memory_that_nobody_can_pay_for_is_out_of_gas() {
    for huge in [U256::MAX, n(u64::MAX), n(1 << 40)] {
        for operands in [[n(0), huge, n(0), n(0)], [huge, n(1), n(0), n(0)], [n(0), n(0), n(0), huge]] {
            let stack = [vec![REVERSE], operands.to_vec()].concat();
            let outcome = call_with(state(with_stack(&stack, &[INFER])), 1_000_000);
            assert!(matches!(outcome, Outcome::Halt { reason: HaltReason::OutOfGas(_), .. }), "{outcome:?}");
        }
        let outcome = call_with(state(with_stack(&[REVERSE, n(0), n(0), huge], &[INFERARRAY])), 1_000_000);
        assert!(matches!(outcome, Outcome::Halt { reason: HaltReason::OutOfGas(_), .. }), "{outcome:?}");
    }
    // A size of 0 never touches memory, wherever it is.
    let code = with_stack(&[REVERSE, U256::MAX, n(0), U256::MAX, n(0)], &[INFER]);
    assert!(call_with(state(code), 100_000).is_success());
}

/// With one gas after the other: out of gas in the instruction, then a door that is out of gas, then
/// an answer; and never one of them again after the next.
fn ladder(code: Vec<u8>, prepare: impl Fn(&mut InMemoryDB)) {
    let rank = |gas| {
        let mut db = state(code.clone());
        prepare(&mut db);
        match call_with(db, gas) {
            Outcome::Halt { reason: HaltReason::OutOfGas(OutOfGasError::Precompile), .. } => {
                panic!("door ran alone")
            }
            Outcome::Halt { reason: HaltReason::OutOfGas(_), .. } => 0,
            Outcome::Success { output, .. } if word(&output, 0).is_zero() => 1,
            Outcome::Success { output, gas_used, .. } => {
                assert_eq!(word(&output, 0), n(1));
                assert!(gas_used <= gas);
                2
            }
            other => panic!("{other:?}"),
        }
    };
    let ranks: Vec<u8> = (21_000..=80_000).step_by(7).map(rank).collect();
    assert!(ranks.is_sorted());
    assert_eq!((ranks.first(), ranks.contains(&1), ranks.last()), (Some(&0), true, Some(&2)));
}

#[test]
fn infer_runs_out_of_gas_at_every_step() {
    let mut code = with_stack(&[REVERSE, n(0), n(20_000), n(0), n(64)], &[INFER]);
    code.extend(mstore(0));
    code.extend(ret(32));
    ladder(code, |_| ());
}

#[test]
fn infer_array_runs_out_of_gas_at_every_step() {
    let mut code = with_stack(&[REVERSE, n(7), n(0), n(64)], &[INFERARRAY]);
    code.extend(mstore(0));
    code.extend(ret(32));
    ladder(code, |db| put_bytes(db, n(7), &[9; 333]));
}

/// Writes a `bytes` value as solc lays it out.
fn put_bytes(db: &mut InMemoryDB, slot: U256, bytes: &[u8]) {
    let mut put = |slot: U256, value: U256| db.insert_account_storage(CONTRACT, slot, value).unwrap();
    if bytes.len() < 32 {
        let mut head = [0; 32];
        head[..bytes.len()].copy_from_slice(bytes);
        head[31] = 2 * bytes.len() as u8;
        put(slot, U256::from_be_bytes(head));
    } else {
        put(slot, n(2 * bytes.len() as u64 + 1));
        let base = U256::from_be_bytes(keccak256(slot.to_be_bytes::<32>()).0);
        for (index, chunk) in bytes.chunks(32).enumerate() {
            let mut word = [0; 32];
            word[..chunk.len()].copy_from_slice(chunk);
            put(base + n(index as u64), U256::from_be_bytes(word));
        }
    }
}

/// Success flag, size of the return data, then up to 4000 bytes of answer.
fn array_code(slot: U256) -> Vec<u8> {
    let mut code = with_stack(&[REVERSE, slot, n(64), n(4000)], &[INFERARRAY]);
    code.extend(mstore(0));
    code.push(op::RETURNDATASIZE);
    code.extend(mstore(32));
    code.extend(ret(4064));
    code
}

#[test]
fn infer_array_reads_solidity_bytes() {
    for len in [0, 1, 30, 31, 32, 33, 64, 65, 1000, 3999] {
        for slot in [n(0), n(5), U256::MAX] {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8 + 1).collect();
            let mut db = state(array_code(slot));
            put_bytes(&mut db, slot, &bytes);
            let out = run_on(db);
            assert_eq!((word(&out, 0), word(&out, 1)), (n(1), n(len)), "{len}");
            let reversed: Vec<u8> = bytes.into_iter().rev().collect();
            assert_eq!(&out[64..64 + len as usize], reversed, "{len}");
        }
    }
}

#[test]
fn infer_array_reads_the_storage_of_the_context() {
    // OTHER's code by DELEGATECALL: the storage is CONTRACT's.
    let other = U256::from_be_slice(OTHER.as_slice());
    let mut code =
        with_stack(&[n(1_000_000), other, n(0), n(0), n(0), n(4064)], &[op::DELEGATECALL, op::POP]);
    code.extend(ret(4064));
    let mut db = state(code);
    put_code(&mut db, OTHER, array_code(n(3)));
    put_bytes(&mut db, n(3), b"abc");
    assert_eq!(&run_on(db)[64..67], b"cba");
}

#[test]
fn infer_array_of_what_is_no_bytes_calls_nothing() {
    for head in [n(64), n(63), n(1), n((1 << 21) + 3), U256::MAX] {
        // The return data of an earlier call must not stay.
        let mut code = with_stack(&[REVERSE, n(0), n(5), n(0), n(0)], &[INFER, op::POP]);
        code.extend(array_code(n(0)));
        let mut db = state(code);
        db.insert_account_storage(CONTRACT, n(0), head).unwrap();
        let out = run_on(db);
        assert_eq!((word(&out, 0), word(&out, 1)), (n(0), n(0)), "{head}");
    }
}

#[test]
fn infer_array_costs_what_the_page_says() {
    let gas_of = |warm: bool, bytes: &[u8]| {
        let mut code = Vec::new();
        if warm {
            code.extend(with_stack(&[n(9)], &[op::SLOAD, op::POP]));
        }
        code.extend(report(&[REVERSE, n(9), n(0), n(0)], INFERARRAY));
        code.extend(mstore(0));
        code.extend(mstore(32));
        code.extend(ret(64));
        let mut db = state(code);
        put_bytes(&mut db, n(9), bytes);
        let out = run_on(db);
        assert_eq!(word(&out, 0), n(1));
        out.slice(32..64)
    };
    // In the slot: one cold word, 42 bytes handed over.
    let want = 100 + 2100 + 3 * 2 + door_gas(10) + around(4);
    assert_eq!(U256::from_be_slice(&gas_of(false, &[1; 10])), n(want));
    assert_eq!(U256::from_be_slice(&gas_of(true, &[1; 10])), n(want - 2000));
    // Apart: the slot, KECCAK256 of one word, three cold words, 112 bytes handed over.
    let want = 100 + 2100 + 36 + 3 * 2100 + 3 * 4 + door_gas(80) + around(4);
    assert_eq!(U256::from_be_slice(&gas_of(false, &[1; 80])), n(want));
    assert_eq!(U256::from_be_slice(&gas_of(true, &[1; 80])), n(want - 2000));
}

#[test]
fn allowed_in_a_static_context() {
    let other = U256::from_be_slice(OTHER.as_slice());
    let mut code = with_stack(&[n(1_000_000), other, n(0), n(0), n(0), n(4064)], &[op::STATICCALL, op::POP]);
    code.extend(ret(4064));
    for inner in [with_stack(&[REVERSE, n(0), n(4), n(64), n(32)], &[INFER]), {
        with_stack(&[REVERSE, n(3), n(64), n(32)], &[INFERARRAY])
    }] {
        let mut db = state(code.clone());
        put_code(&mut db, OTHER, [inner, mstore(0), ret(64)].concat());
        assert_eq!(word(&run_on(db), 0), n(1));
    }
}

#[test]
fn the_door_answers_a_delegatecall() {
    let door = U256::from_be_slice(DOOR.as_slice());
    for opcode in [op::DELEGATECALL, op::STATICCALL] {
        let mut code = push(REVERSE);
        code.extend(mstore(0));
        code.extend(push(U256::from_be_slice(b"0123456789abcdef0123456789abcdef")));
        code.extend(mstore(32));
        code.extend(with_stack(&[n(100_000), door, n(0), n(64), n(64), n(32)], &[opcode]));
        code.extend(mstore(0));
        code.extend(ret(96));
        let out = run(code);
        assert_eq!(word(&out, 0), n(1));
        assert_eq!(&out[64..], b"fedcba9876543210fedcba9876543210");
    }
}

#[test]
fn one_64th_of_the_gas_stays_with_the_caller() {
    // The door fails for want of gas, and the caller has enough left to say so.
    let mut code = with_stack(&[BROKEN, n(0), n(200_000), n(0), n(0)], &[INFER]);
    code.extend(mstore(0));
    code.extend(ret(32));
    let before = 21_000 + 18_000 + 80_000; // intrinsic, about the copy and the memory
    assert_eq!(word(&run_with(code, before + 190_000), 0), n(0));
}

fn run_with(code: Vec<u8>, gas: u64) -> Bytes {
    match call_with(state(code), gas) {
        Outcome::Success { output, .. } => output,
        other => panic!("{other:?}"),
    }
}
