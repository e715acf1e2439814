//! Changes as revm's `State` gathers them over a block, from transactions run on the store.

use alloy_primitives::{Address, Bytes, TxKind, U256, bytes};
use isocortex_state::{StateChanges, Store};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    context::{TxEnv, result::ExecutionResult},
    database::State,
};

use crate::model::{Model, account, address, commit, create, small};

/// Stores the first word of the call's data in slot 0.
const RUNTIME: Bytes = bytes!("5f355f5500");
/// Stores 1 in slot 0 and deploys `RUNTIME`.
const DEPLOY: Bytes = bytes!("60015f55645f355f55005f526005601bf3");
/// Stores 1 in slot 0 and destroys itself in favour of its creator, all in its creation.
const STILLBORN: Bytes = bytes!("60015f5533ff");

/// Runs the transactions of account 1, from its nonce on, as one block.
fn run(store: &Store, transactions: &[(TxKind, Bytes)]) -> StateChanges {
    let mut state = State::builder().with_database_ref(store).with_bundle_update().build();
    let nonce = store.account(address(1)).unwrap().unwrap().nonce;
    let mut evm = Context::mainnet().with_db(&mut state).build_mainnet();
    for (i, (kind, data)) in transactions.iter().enumerate() {
        let tx = TxEnv::builder()
            .caller(address(1))
            .kind(*kind)
            .data(data.clone())
            .nonce(nonce + i as u64)
            .gas_limit(1_000_000)
            .build()
            .unwrap();
        let result = evm.transact_commit(tx).unwrap();
        assert!(matches!(result, ExecutionResult::Success { .. }), "{result:?}");
    }
    drop(evm);
    state.merge_transitions(revm::database::states::bundle_state::BundleRetention::PlainState);
    (&state.take_bundle()).into()
}

/// Transactions of a block and what they should do.
type Block<'a> = (&'a [(TxKind, Bytes)], &'a dyn Fn(&mut Model));

fn word(value: u64) -> Bytes {
    U256::from(value).to_be_bytes_vec().into()
}

#[test]
fn blocks_run_by_revm_lead_to_the_expected_states() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let mut model = Model::default();
    model.set(address(1), account(0, 1000, b""));
    model.set(address(2), account(1, 0, b"code"));
    model.slot(address(2), U256::from(5), U256::from(6));
    assert_eq!(store.head().state_root, model.root());

    let contract = address(1).create(0);
    let blocks: [Block<'_>; 4] = [
        (&[(TxKind::Create, DEPLOY), (TxKind::Create, STILLBORN)], &|model| {
            model.set(contract, account(1, 0, &RUNTIME));
            model.slot(contract, U256::ZERO, U256::from(1));
            model.set(address(1), account(2, 1000, b""));
        }),
        // Written twice in a block; and an account that is touched and stays empty.
        (
            &[
                (TxKind::Call(contract), word(7)),
                (TxKind::Call(contract), word(8)),
                (TxKind::Call(Address::repeat_byte(0x77)), Bytes::new()),
            ],
            &|model| {
                model.slot(contract, U256::ZERO, U256::from(8));
                model.set(address(1), account(5, 1000, b""));
            },
        ),
        (&[(TxKind::Call(contract), word(0))], &|model| {
            model.slot(contract, U256::ZERO, U256::ZERO);
            model.set(address(1), account(6, 1000, b""));
        }),
        // Set and set back: no change of the slot at all.
        (&[(TxKind::Call(contract), word(3)), (TxKind::Call(contract), word(0))], &|model| {
            model.set(address(1), account(8, 1000, b""));
        }),
    ];
    for (transactions, expect) in blocks {
        let changes = run(&store, transactions);
        expect(&mut model);
        let head = commit(&store, &changes, b"").unwrap();
        assert_eq!(head.state_root, model.root(), "block {}", head.number);
        store.verify().unwrap();
    }
    assert_eq!(store.account(address(1).create(1)).unwrap(), None);
    assert_eq!(store.account(Address::ZERO).unwrap(), None);
}
