//! Rules on blocks that alloy-evm and revm leave to us, and traces.

use crate::chain::{ALICE, BOB, CONTRACT, header, mstore, push, put_code, ret, state, tx, vm, with_stack};
use alloy_eips::{
    eip2935, eip6110::MAINNET_DEPOSIT_CONTRACT_ADDRESS, eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
    eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
};
use alloy_primitives::{Address, U256, hex};
use isocortex_vm::{BlockOutput, CallRequest, Error, Outcome, genesis};
use revm::{bytecode::opcode as op, database::InMemoryDB, state::AccountInfo};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};

fn block(db: InMemoryDB) -> Result<BlockOutput, Error> {
    vm().execute_block(db, &header(), Some(&[]), &[tx(0, MAINNET_DEPOSIT_CONTRACT_ADDRESS, 0, 200_000)])
}

#[track_caller]
fn is_invalid(result: Result<BlockOutput, Error>, words: &str) {
    match result {
        Err(Error::InvalidBlock(reason)) => assert!(reason.contains(words), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_system_call_has_thirty_million_gas() {
    // EIP-7002: "30_000_000". GAS itself costs 2.
    let mut db = state([]);
    put_code(&mut db, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, vec![op::GAS, op::PUSH0, op::SSTORE, op::STOP]);
    let output = block(db).unwrap();
    let account = output.bundle.account(&WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS).unwrap();
    assert_eq!(account.storage[&U256::ZERO].present_value, U256::from(29_999_998));
}

#[test]
fn a_contract_that_is_asked_for_requests_must_have_code() {
    for address in [WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS] {
        let mut db = state([]);
        db.insert_account_info(address, AccountInfo::from_balance(U256::from(1)));
        is_invalid(block(db), "no code");
    }
}

/// Logs the deposit event's 576 bytes with these offsets and, where they point, these lengths.
fn deposit(words: [(u64, u64); 5]) -> Vec<u8> {
    let mut code = vec![];
    for (index, (offset, size)) in (0u64..).zip(words) {
        code.extend([push(U256::from(offset)), mstore(32 * index)].concat());
        code.extend([push(U256::from(size)), mstore(offset)].concat());
    }
    // keccak-256 of "DepositEvent(bytes,bytes,bytes,bytes,bytes)", as EIP-6110 prints it.
    let topic = U256::from_be_bytes(hex!("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5"));
    code.extend(with_stack(&[U256::ZERO, U256::from(576), topic], &[op::LOG1]));
    code
}

#[test]
fn a_deposit_event_has_one_layout() {
    // EIP-6110, `is_valid_deposit_event_data`.
    let good = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];
    let at = |code: Vec<u8>| {
        let mut db = state([]);
        put_code(&mut db, MAINNET_DEPOSIT_CONTRACT_ADDRESS, code);
        block(db)
    };
    let output = at(deposit(good)).unwrap();
    assert_eq!(output.requests.iter().next().unwrap().len(), 1 + 48 + 32 + 8 + 96 + 8);
    for field in 0..5 {
        let (mut offset, mut size) = (good, good);
        offset[field].0 += 32;
        size[field].1 -= 1;
        is_invalid(at(deposit(offset)), "another layout");
        is_invalid(at(deposit(size)), "another layout");
    }
}

#[test]
fn bare_execution_is_the_transactions_alone() {
    let output = vm().execute_bare(state([]), &header(), &[tx(0, BOB, 100, 21_000)]).unwrap();
    assert!(output.bundle.account(&eip2935::HISTORY_STORAGE_ADDRESS).is_none());
    assert_eq!((output.gas_used, output.receipts.len(), output.requests.len()), (21_000, 1, 0));
    let refused = vm().execute_bare(state([]), &header(), &[tx(1, BOB, 100, 21_000)]);
    assert!(matches!(refused, Err(Error::InvalidTransaction { index: 0, .. })));
}

#[test]
fn our_precompiles_are_warm_from_the_start() {
    // EIP-2929: precompiles' addresses are in the set of accessed addresses when a transaction begins.
    let gas = |of: Address| {
        let mut code = vec![op::GAS];
        code.extend(push(U256::from_be_slice(of.as_slice())));
        code.extend([op::BALANCE, op::POP, op::GAS, op::SWAP1, op::SUB]);
        code.extend([mstore(0), ret(32)].concat());
        let request = CallRequest { to: Some(CONTRACT), gas: Some(100_000), ..CallRequest::default() };
        match vm().call(state(code), &header(), &request).unwrap().outcome {
            // 3 for the PUSH, 2 for POP and GAS each.
            Outcome::Success { output, .. } => U256::from_be_slice(&output).to::<u64>() - 7,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(gas(BOB), 2_600);
    for (what, address) in genesis::PRECOMPILES {
        assert_eq!(gas(address), 100, "{what}");
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_trace_has_a_line_an_instruction_and_changes_nothing() {
    let code = vec![op::PUSH0, op::PUSH0, op::SSTORE, op::STOP];
    let txs = [tx(0, CONTRACT, 0, 100_000)];
    let lines = Lines::default();
    let sink = lines.clone();
    let traced = vm().with_trace(Arc::new(move || Box::new(sink.clone())));
    let output = traced.execute_bare(state(code.clone()), &header(), &txs).unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let names: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["opName"].clone())
        .collect();
    assert_eq!(names, ["PUSH0", "PUSH0", "SSTORE", "STOP"]);
    let plain = vm().execute_bare(state(code), &header(), &txs).unwrap();
    assert_eq!(plain.receipts, output.receipts);
    let balance = |output: &BlockOutput, of: Address| output.bundle.account(&of).unwrap().info.clone();
    assert_eq!(balance(&plain, ALICE), balance(&output, ALICE));
}
