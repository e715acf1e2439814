//! A fault of this node is nobody's revert: it stops the block, however deep it happens.

use crate::chain::{
    BOB, BROKEN, CONTRACT, OTHER, REVERSE, header, mstore, push, put_code, ret, state, tx, vm, with_stack,
};
use alloy_consensus::{TxEnvelope, transaction::Recovered};
use alloy_eips::{eip2935, eip4895::Withdrawal, eip7002};
use alloy_primitives::{Address, B256, U256};
use isocortex_vm::{
    CallRequest, Error, Pushed,
    opcodes::{DOOR, INFER, INFERARRAY},
};
use revm::{
    Database,
    bytecode::{Bytecode, opcode as op},
    database::InMemoryDB,
    database_interface::ErasedError,
    state::AccountInfo,
};

fn word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

/// Calls `to` with the first `len` bytes of memory and goes on whatever comes of it.
fn try_call(to: Address, len: u64) -> Vec<u8> {
    let n = U256::from::<u64>;
    with_stack(&[n(5_000_000), word(to), n(0), n(0), n(len), n(0), n(0)], &[op::CALL, op::POP])
}

/// `depth` contracts, each of which catches what the next one throws; the last runs `innermost`.
/// The first is [`CONTRACT`].
fn nested(depth: usize, innermost: Vec<u8>) -> InMemoryDB {
    let mut db = state([]);
    let at = |level: usize| if level == 0 { CONTRACT } else { Address::with_last_byte(0x80 + level as u8) };
    for level in 0..depth {
        let code = [try_call(at(level + 1), 0), push(U256::ONE), mstore(0), ret(32)].concat();
        put_code(&mut db, at(level), code);
    }
    put_code(&mut db, at(depth), innermost);
    db
}

/// The block, its building and the call fail with the same fault, and it names `what`.
fn assert_node_fault(mut db: impl Database, txs: &[Recovered<TxEnvelope>], what: &str) {
    let vm = vm();
    let check = |error: Error| match error {
        Error::Node(fault) => assert!(fault.to_string().contains(what), "{fault}"),
        other => panic!("not a node fault: {other}"),
    };
    check(vm.execute_block(&mut db, &header(), Some(&[]), txs).unwrap_err());

    let request = CallRequest { to: Some(CONTRACT), gas: Some(16_000_000), ..CallRequest::default() };
    check(vm.call(&mut db, &header(), &request).unwrap_err());

    let mut block = vm.build_block(&mut db, &header(), Some(&[])).unwrap();
    let included = block.push(&tx(0, BOB, 1, 21_000)).unwrap();
    assert!(matches!(included, Pushed::Included(_)));
    check(block.push(&tx(1, CONTRACT, 0, 16_000_000)).unwrap_err());
    assert_eq!(block.receipts().len(), 1, "nothing of it was taken");
    check(block.push(&tx(1, BOB, 1, 21_000)).unwrap_err());
    check(block.finish().unwrap_err());
}

#[test]
fn a_broken_backend_stops_at_any_depth() {
    let call_door = [push(BROKEN), mstore(0), try_call(DOOR, 32)].concat();
    let zero = U256::ZERO;
    let infer = with_stack(&[BROKEN, zero, zero, zero, zero], &[INFER, op::POP]);
    let infer_array = with_stack(&[BROKEN, zero, zero, zero], &[INFERARRAY, op::POP]);
    for innermost in [call_door, infer, infer_array] {
        for depth in [0, 1, 3, 20] {
            let txs = [tx(0, BOB, 1, 21_000), tx(1, CONTRACT, 0, 16_000_000)];
            assert_node_fault(nested(depth, innermost.clone()), &txs, "artifact unreadable");
        }
    }
}

#[test]
fn a_broken_backend_stops_after_answers_and_in_a_delegatecall() {
    let n = U256::from::<u64>;
    let ok = with_stack(&[REVERSE, n(0), n(0), n(0), n(0)], &[INFER, op::POP]);
    let delegate = [
        push(BROKEN),
        mstore(0),
        with_stack(&[n(100_000), word(DOOR), n(0), n(32), n(0), n(0)], &[op::DELEGATECALL, op::POP]),
    ];
    let db = nested(2, [ok, delegate.concat()].concat());
    assert_node_fault(db, &[tx(0, CONTRACT, 0, 16_000_000)], "artifact unreadable");
}

#[test]
fn a_broken_backend_stops_in_a_constructor() {
    // CREATE with `PUSH.. INFER` as init code, whose failure CREATE would turn into a zero.
    let zero = U256::ZERO;
    let init = with_stack(&[BROKEN, zero, zero, zero, zero], &[INFER, op::STOP]);
    put_and_assert(init);
}

fn put_and_assert(init: Vec<u8>) {
    // The init code lies in OTHER; copy it and create.
    let n = U256::from::<u64>;
    let len = n(init.len() as u64);
    let code = [
        with_stack(&[word(OTHER), n(0), n(0), len], &[op::EXTCODECOPY]),
        with_stack(&[n(0), n(0), len], &[op::CREATE, op::POP]),
    ];
    let mut db = nested(1, code.concat());
    put_code(&mut db, OTHER, init);
    assert_node_fault(db, &[tx(0, CONTRACT, 0, 16_000_000)], "artifact unreadable");
}

/// State of which one piece cannot be read.
struct Unreadable {
    inner: InMemoryDB,
    account: Option<Address>,
    slot: Option<(Address, U256)>,
}

fn broken() -> ErasedError {
    ErasedError::new(std::io::Error::other("bad sector"))
}

impl Database for Unreadable {
    type Error = ErasedError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, ErasedError> {
        if self.account == Some(address) {
            return Err(broken());
        }
        Ok(self.inner.basic(address).unwrap())
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, ErasedError> {
        Ok(self.inner.code_by_hash(code_hash).unwrap())
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, ErasedError> {
        if self.slot == Some((address, index)) {
            return Err(broken());
        }
        Ok(self.inner.storage(address, index).unwrap())
    }

    fn block_hash(&mut self, _: u64) -> Result<B256, ErasedError> {
        Err(broken())
    }
}

#[test]
fn unreadable_state_stops_at_any_depth() {
    let n = U256::from::<u64>;
    let innermost = |level: u8| Address::with_last_byte(0x80 + level);
    let sload = vec![op::PUSH0, op::SLOAD, op::POP];
    let infer_array = with_stack(&[REVERSE, n(0), n(0), n(0)], &[INFERARRAY, op::POP]);
    for code in [sload, infer_array] {
        for depth in [1u8, 3] {
            let inner = nested(depth.into(), code.clone());
            let slot = Some((innermost(depth), U256::ZERO));
            let txs = [tx(0, CONTRACT, 0, 16_000_000)];
            assert_node_fault(Unreadable { inner, account: None, slot }, &txs, "bad sector");
        }
    }
    for code in [with_stack(&[word(OTHER)], &[op::EXTCODESIZE]), with_stack(&[n(0)], &[op::BLOCKHASH])] {
        let db = Unreadable { inner: nested(2, code), account: Some(OTHER), slot: None };
        assert_node_fault(db, &[tx(0, CONTRACT, 0, 16_000_000)], "bad sector");
    }
}

#[test]
fn unreadable_state_stops_system_calls_and_withdrawals() {
    let fault = |account, slot, withdrawals: &[Withdrawal]| {
        let db = Unreadable { inner: state([]), account, slot };
        let error = vm().execute_block(db, &header(), Some(withdrawals), &[]).unwrap_err();
        assert!(matches!(error, Error::Node(_)), "{error}");
    };
    // Before the transactions, after them, and the balances at the end.
    fault(Some(eip2935::HISTORY_STORAGE_ADDRESS), None, &[]);
    fault(None, Some((eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, U256::ZERO)), &[]);
    fault(Some(BOB), None, &[Withdrawal { index: 0, validator_index: 0, address: BOB, amount: 1 }]);
}
