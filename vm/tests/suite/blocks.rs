//! Executing and building blocks.

use crate::chain::{
    ALICE, BOB, COINBASE, CONTRACT, OTHER, REVERSE, REVERT, door_gas, header, put_code, state, tx, vm,
    vm_with, with_stack,
};
use alloy_eips::{eip2935, eip4895::Withdrawal, eip7685::EMPTY_REQUESTS_HASH};
use alloy_primitives::{B256, Bloom, U256, address, hex, keccak256};
use isocortex_vm::{BlockOutput, Error, Outcome, Pushed, Rejection, opcodes::INFER, transcript};
use revm::{bytecode::opcode as op, context_interface::result::InvalidTransaction, database::InMemoryDB};
use serde_json::json;

fn balance(output: &BlockOutput, address: alloy_primitives::Address) -> Option<u64> {
    output.bundle.account(&address)?.info.as_ref().map(|info| info.balance.to())
}

/// Infers on `len` bytes of memory, then does `tail`.
fn infer(model: U256, len: u64, tail: &[u8]) -> Vec<u8> {
    with_stack(&[model, U256::ZERO, U256::from(len), U256::ZERO, U256::ZERO], &[&[INFER], tail].concat())
}

#[test]
fn transfers() {
    let txs: Vec<_> = (0..3).map(|nonce| tx(nonce, BOB, 100, 21_000)).collect();
    let output = vm().execute_block(state([]), &header(), Some(&[]), &txs).unwrap();
    assert_eq!(output.gas_used, 3 * 21_000);
    let gas: Vec<u64> = output.receipts.iter().map(|receipt| receipt.cumulative_gas_used()).collect();
    assert_eq!(gas, [21_000, 42_000, 63_000]);
    assert!(output.receipts.iter().all(|receipt| receipt.status()));
    assert_eq!(balance(&output, BOB), Some(300));
    assert_eq!(balance(&output, COINBASE), Some(63_000 * 3), "the tip; the base fee is burnt");
    assert_eq!(balance(&output, ALICE), Some(10u64.pow(18) - 300 - 63_000 * 10));
    assert_eq!(output.bundle.account(&ALICE).unwrap().info.as_ref().unwrap().nonce, 3);
    assert_eq!((output.logs_bloom(), output.transcript.len()), (Bloom::ZERO, 0));
    assert_eq!(output.requests_hash(), EMPTY_REQUESTS_HASH, "no inference, no request");
}

#[test]
fn system_calls_and_withdrawals() {
    let to = |address, amount| Withdrawal { index: 0, validator_index: 0, address, amount };
    let withdrawals = [to(BOB, 2), to(BOB, 1)];
    let output = vm().execute_block(state([]), &header(), Some(&withdrawals), &[]).unwrap();
    assert_eq!(balance(&output, BOB), Some(3_000_000_000), "amounts are in gwei");
    let history = output.bundle.account(&eip2935::HISTORY_STORAGE_ADDRESS).unwrap();
    let slot = history.storage.get(&U256::ZERO).unwrap().present_value;
    assert_eq!(slot, U256::from_be_bytes([0x9a; 32]), "parent of block 1, at slot 0");
}

#[test]
fn the_transcript_is_committed_as_a_request() {
    // Two inferences in the first transaction, none in the second, one in the third, reverted.
    let mut db = state([infer(REVERSE, 5, &[op::POP]), infer(REVERSE, 0, &[op::STOP])].concat());
    put_code(&mut db, OTHER, infer(REVERSE, 64, &[op::PUSH0, op::PUSH0, op::REVERT]));
    let txs = [tx(0, CONTRACT, 0, 100_000), tx(1, BOB, 0, 21_000), tx(2, OTHER, 0, 100_000)];
    let output = vm().execute_block(db, &header(), Some(&[]), &txs).unwrap();
    assert!(!output.receipts[2].status());
    let entries: Vec<_> =
        output.transcript.iter().map(|e| (e.tx_index, e.call_index, e.gas, e.input)).collect();
    let want = [(0, 0, 5), (0, 1, 0), (2, 0, 64)]
        .map(|(tx, call, len)| (tx, call, door_gas(len), keccak256(vec![0; len as usize])));
    assert_eq!(entries, want);
    let digest = transcript::commitment(&output.transcript);
    assert_eq!(output.requests.len(), 1);
    assert_eq!(output.requests[0], [&[0xc0], &digest[..]].concat());

    // Another answer, another block.
    let mut tampered = output.transcript.clone();
    tampered[1].output.0[31] ^= 1;
    assert_ne!(transcript::commitment(&tampered), digest);
}

#[test]
fn failed_inferences_are_not_in_the_transcript() {
    let code = infer(REVERT, 5, &[op::STOP]);
    let output =
        vm().execute_block(state(code), &header(), Some(&[]), &[tx(0, CONTRACT, 0, 100_000)]).unwrap();
    assert_eq!(output.requests_hash(), EMPTY_REQUESTS_HASH);
}

#[test]
fn requests_hash_as_in_eip_7685() {
    // sha256(sha256(0xc0 ‖ 32 bytes of 0x11)), computed with coreutils' sha256sum.
    let mut output = vm().execute_block(state([]), &header(), Some(&[]), &[]).unwrap();
    output.requests.push_request_with_type(transcript::REQUEST_TYPE, B256::repeat_byte(0x11));
    let want = hex!("ef4774b445808de00eccb6847d643e5f10102618684294507a8d7d1fcc609b04");
    assert_eq!(output.requests_hash(), want);
}

#[test]
fn a_block_with_an_invalid_transaction_is_invalid() {
    let vm = vm();
    let execute = |txs: &[_]| vm.execute_block(state([]), &header(), Some(&[]), txs).unwrap_err();
    let bad = tx(7, BOB, 0, 21_000);
    match execute(&[tx(0, BOB, 0, 21_000), bad.clone()]) {
        Error::InvalidTransaction { index: 1, hash, reason } => {
            assert_eq!(hash, *bad.tx_hash());
            assert_eq!(reason, Rejection::Invalid(InvalidTransaction::NonceTooHigh { tx: 7, state: 1 }));
        }
        other => panic!("{other}"),
    }
    // EIP-7825: no transaction of more than 2^24 gas.
    let over_cap = Rejection::Invalid(InvalidTransaction::TxGasLimitGreaterThanCap {
        gas_limit: 16_777_217,
        cap: 16_777_216,
    });
    match execute(&[tx(0, BOB, 0, 16_777_217)]) {
        Error::InvalidTransaction { index: 0, reason, .. } => assert_eq!(reason, over_cap),
        other => panic!("{other}"),
    }
}

#[test]
fn a_header_without_a_beacon_root_is_invalid() {
    let header = alloy_consensus::Header { parent_beacon_block_root: None, ..header() };
    let error = vm().execute_block(state([]), &header, Some(&[]), &[]).unwrap_err();
    assert!(matches!(error, Error::InvalidBlock(_)), "{error}");
}

#[test]
fn a_missing_system_contract_makes_blocks_invalid() {
    let mut db = state([]);
    let address = address!("00000961Ef480Eb55e80D19ad83579A64c007002");
    put_code(&mut db, address, [op::INVALID]);
    let error = vm().execute_block(db, &header(), Some(&[]), &[]).unwrap_err();
    assert!(matches!(error, Error::InvalidBlock(_)), "{error}");
}

#[test]
fn what_is_rejected_changes_nothing() {
    let code = infer(REVERSE, 5, &[op::STOP]);
    let header = alloy_consensus::Header { gas_limit: 150_000, ..header() };
    let vm = vm();
    let mut block = vm.build_block(state(code.clone()), &header, Some(&[])).unwrap();
    let included = |pushed: Pushed| match pushed {
        Pushed::Included(outcome) => outcome.gas_used(),
        Pushed::Rejected(reason) => panic!("{reason}"),
    };
    included(block.push(&tx(0, CONTRACT, 0, 100_000)).unwrap());
    let nonce = Rejection::Invalid(InvalidTransaction::NonceTooLow { tx: 0, state: 1 });
    assert_eq!(block.push(&tx(0, CONTRACT, 0, 100_000)).unwrap(), Pushed::Rejected(nonce));
    let full = block.push(&tx(1, CONTRACT, 0, 140_000)).unwrap();
    assert!(matches!(full, Pushed::Rejected(Rejection::BlockFull { wanted: 140_000, .. })), "{full:?}");
    let poor = block.push(&tx(1, BOB, 2 * 10u64.pow(18), 21_000)).unwrap();
    assert!(matches!(
        poor,
        Pushed::Rejected(Rejection::Invalid(InvalidTransaction::LackOfFundForMaxFee { .. }))
    ));
    included(block.push(&tx(1, CONTRACT, 0, 100_000)).unwrap());
    assert_eq!(block.receipts().len(), 2);
    let built = block.finish().unwrap();

    let txs = [tx(0, CONTRACT, 0, 100_000), tx(1, CONTRACT, 0, 100_000)];
    let executed = vm.execute_block(state(code), &header, Some(&[]), &txs).unwrap();
    assert_eq!(built.receipts_root(), executed.receipts_root());
    assert_eq!((built.gas_used, &built.transcript), (executed.gas_used, &executed.transcript));
    assert_eq!(built.transcript.iter().map(|entry| entry.tx_index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(built.bundle, executed.bundle);
}

#[test]
fn blocks_build_on_each_other_through_the_bundle() {
    // The second block sees what the first one left: a counter in slot 0.
    let count = [&[op::PUSH0, op::SLOAD, op::PUSH1, 1, op::ADD, op::PUSH0, op::SSTORE][..]].concat();
    let mut db: InMemoryDB = state(count);
    let vm = vm();
    for number in 1..=2 {
        let header = alloy_consensus::Header { number, ..header() };
        let output =
            vm.execute_block(&mut db, &header, Some(&[]), &[tx(number - 1, CONTRACT, 0, 100_000)]).unwrap();
        for (address, account) in &output.bundle.state {
            db.insert_account_info(*address, account.info.clone().unwrap());
            for (slot, value) in &account.storage {
                db.insert_account_storage(*address, *slot, value.present_value).unwrap();
            }
        }
        let account = output.bundle.account(&CONTRACT).unwrap();
        assert_eq!(account.storage[&U256::ZERO].present_value, U256::from(number));
    }
}

#[test]
fn without_inference_the_chain_is_ethereum() {
    let vm = vm_with(json!({ "inferenceTime": 1001, "opcodes": true }));
    let code = infer(REVERSE, 5, &[op::STOP]);
    let mut block = vm.build_block(state(code), &header(), Some(&[])).unwrap();
    let pushed = block.push(&tx(0, CONTRACT, 0, 100_000)).unwrap();
    assert!(matches!(pushed, Pushed::Included(Outcome::Halt { gas_used: 100_000, .. })), "{pushed:?}");
    assert_eq!(block.finish().unwrap().requests_hash(), EMPTY_REQUESTS_HASH);
}
