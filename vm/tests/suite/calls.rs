//! Calls that leave no trace.

use crate::chain::{ALICE, BOB, CONTRACT, REVERSE, header, mstore, push, ret, state, tx, vm, with_stack};
use alloy_primitives::{Address, Bytes, U256, hex};
use isocortex_vm::{CallRequest, Error, Outcome, opcodes::INFER};
use revm::{bytecode::opcode as op, context_interface::result::HaltReason};

fn call(code: Vec<u8>, request: CallRequest) -> Outcome {
    vm().call(state(code), &header(), &CallRequest { to: Some(CONTRACT), ..request }).unwrap().outcome
}

/// Reverts with `data`.
fn reverting(data: &[u8]) -> Vec<u8> {
    let mut code = Vec::new();
    for (index, chunk) in data.chunks(32).enumerate() {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        code.extend(push(U256::from_be_bytes(word)));
        code.extend(mstore(32 * index as u64));
    }
    code.extend(with_stack(&[U256::ZERO, U256::from(data.len())], &[op::REVERT]));
    code
}

fn reason(data: &[u8]) -> Option<String> {
    match call(reverting(data), CallRequest::default()) {
        Outcome::Revert { output, reason, .. } => {
            assert_eq!(output[..], *data);
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_needs_no_money_for_gas_and_any_caller_may_call() {
    let code = [vec![op::CALLER], mstore(0), ret(32)].concat();
    // A caller that has code itself (EIP-3607 is for signed transactions).
    for from in [Address::ZERO, BOB, CONTRACT] {
        match call(code.clone(), CallRequest { from, ..CallRequest::default() }) {
            Outcome::Success { output, .. } => assert_eq!(output[12..], from[..]),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn value_must_be_there() {
    let vm = vm();
    let request = CallRequest { from: BOB, to: Some(CONTRACT), value: U256::ONE, ..CallRequest::default() };
    let error = vm.call(state([]), &header(), &request).unwrap_err();
    assert!(matches!(error, Error::InvalidCall(_)), "{error}");
    let request = CallRequest { from: ALICE, ..request };
    assert!(vm.call(state([]), &header(), &request).unwrap().outcome.is_success());
}

#[test]
fn revert_reasons_are_read() {
    // Error("no"): selector, offset, length, text.
    let mut error = hex!("08c379a0").to_vec();
    error.extend(U256::from(32).to_be_bytes::<32>());
    error.extend(U256::from(2).to_be_bytes::<32>());
    error.extend([b"no".as_slice(), &[0; 30]].concat());
    assert_eq!(reason(&error).unwrap(), "no");
    // Panic(0x11)
    let panic = [&hex!("4e487b71")[..], &U256::from(0x11).to_be_bytes::<32>()].concat();
    assert!(reason(&panic).unwrap().contains("overflow"));
    assert_eq!(reason(&[]), None);
}

#[test]
fn gas_is_bounded_by_the_block() {
    let forever = vec![op::JUMPDEST, op::PUSH0, op::JUMP];
    for gas in [None, Some(u64::MAX)] {
        match call(forever.clone(), CallRequest { gas, ..CallRequest::default() }) {
            Outcome::Halt { gas_used, reason: HaltReason::OutOfGas(_) } => {
                assert_eq!(gas_used, header().gas_limit)
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn init_code_can_be_tried() {
    let data: Bytes = [push(U256::MAX), mstore(0), ret(32)].concat().into();
    let called = vm().call(state([]), &header(), &CallRequest { data, ..CallRequest::default() }).unwrap();
    match called.outcome {
        Outcome::Success { output, created: Some(_), .. } => assert_eq!(output[..], [0xff; 32]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn inferences_are_listed_and_nothing_stays() {
    let code = with_stack(&[REVERSE, U256::ZERO, U256::from(5), U256::ZERO, U256::ZERO], &[INFER]);
    let (vm, mut db) = (vm(), state(code));
    let request = CallRequest { to: Some(CONTRACT), ..CallRequest::default() };
    for _ in 0..2 {
        let called = vm.call(&mut db, &header(), &request).unwrap();
        assert_eq!(called.inferences.len(), 1);
    }
    let output = vm.execute_block(&mut db, &header(), Some(&[]), &[tx(0, CONTRACT, 0, 100_000)]).unwrap();
    assert_eq!(output.transcript.len(), 1);
}
