//! One block executed in three ways.
//!
//! | | bare | executor | ours |
//! |---|---|---|---|
//! | transactions, from `Recovered<TxEnvelope>` to committed transitions | yes | yes | yes |
//! | the bundle with its reverts, which root and commit need | yes | yes | yes |
//! | receipts with blooms, the four system calls, requests | no | yes | yes |
//! | inference and its opcodes live, transcript, faults kept apart | no | no | yes |

use crate::{Chain, Workload};
use alloy_consensus::ReceiptEnvelope;
use alloy_evm::{
    EthEvmFactory, Evm, EvmFactory, FromRecoveredTx,
    block::BlockExecutor,
    eth::{EthBlockExecutionCtx, EthBlockExecutor, receipt_builder::AlloyReceiptBuilder},
};
use isocortex_vm::{BlockOutput, genesis::SYSTEM_CONTRACTS};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    context::TxEnv,
    database::{
        AccountStatus, BundleState, InMemoryDB, State, WrapDatabaseRef, states::bundle_state::BundleRetention,
    },
    primitives::{Address, HashMap, U256},
    state::AccountInfo,
};
use std::borrow::Cow;

type Db<'a> = State<WrapDatabaseRef<&'a InMemoryDB>>;

fn state(db: &InMemoryDB) -> Db<'_> {
    State::builder().with_database(WrapDatabaseRef(db)).with_bundle_update().build()
}

fn bundle(state: &mut Db<'_>) -> BundleState {
    state.merge_transitions(BundleRetention::Reverts);
    state.take_bundle()
}

/// revm and nothing else. Gives the transactions' gas.
pub fn bare(chain: &Chain, db: &InMemoryDB, load: &Workload) -> (u64, BundleState) {
    let env = chain.vm.spec().evm_env(&chain.header);
    let context = Context::mainnet().with_cfg(env.cfg_env).with_block(env.block_env);
    let mut evm = context.with_db(state(db)).build_mainnet();
    let mut gas = 0;
    for tx in &load.transactions {
        let result = evm.transact_commit(TxEnv::from_recovered_tx(tx.inner(), tx.signer())).unwrap();
        gas += result.tx_gas_used();
    }
    (gas, bundle(&mut evm.ctx.journaled_state.database))
}

/// alloy-evm's executor with alloy-evm's EVM: Ethereum's whole work, none of ours.
pub fn executor(chain: &Chain, db: &InMemoryDB, load: &Workload) -> (Vec<ReceiptEnvelope>, BundleState) {
    let evm = EthEvmFactory::default().create_evm(state(db), chain.vm.spec().evm_env(&chain.header));
    let ctx = EthBlockExecutionCtx {
        parent_hash: chain.header.parent_hash,
        parent_beacon_block_root: chain.header.parent_beacon_block_root,
        ommers: &[],
        withdrawals: Some(Cow::Borrowed(&[])),
        extra_data: Default::default(),
        tx_count_hint: Some(load.transactions.len()),
        slot_number: None,
    };
    let spec = &**chain.vm.spec();
    let mut executor = EthBlockExecutor::new(evm, ctx, spec, AlloyReceiptBuilder::default());
    executor.apply_pre_execution_changes().unwrap();
    for tx in &load.transactions {
        executor.execute_transaction(tx).unwrap();
    }
    let (evm, result) = executor.finish().unwrap();
    (result.receipts, bundle(&mut evm.finish().0))
}

/// Ours, on the same database.
pub fn ours(chain: &Chain, db: &InMemoryDB, load: &Workload) -> BlockOutput {
    chain.vm.execute_block(WrapDatabaseRef(db), &chain.header, Some(&[]), &load.transactions).unwrap()
}

type Change = (Option<AccountInfo>, AccountStatus, HashMap<U256, (U256, U256)>);

/// What a block did to the accounts that bare revm touches too.
fn changes(bundle: &BundleState) -> HashMap<Address, Change> {
    let accounts =
        bundle.state.iter().filter(|(at, _)| SYSTEM_CONTRACTS.iter().all(|(_, system, _)| system != *at));
    accounts
        .map(|(at, account)| {
            let slots = account.storage.iter();
            let slots = slots.map(|(k, v)| (*k, (v.previous_or_original_value, v.present_value))).collect();
            let info = account.info.clone().map(|info| AccountInfo { code: None, ..info });
            (*at, (info, account.status, slots))
        })
        .collect()
}

/// Executes the block in all three ways and compares gas, receipts and changes of state.
///
/// # Panics
/// Where a transaction fails or anything differs.
pub fn same_answers(chain: &Chain, load: &Workload) {
    let db = load.world.database();
    let (gas, bare) = bare(chain, &db, load);
    let (receipts, executor) = executor(chain, &db, load);
    let ours = ours(chain, &db, load);
    let name = load.name;
    assert!(ours.receipts.iter().all(ReceiptEnvelope::is_success), "{name}: a transaction failed");
    assert_eq!(ours.gas_used, gas, "{name}: gas on bare revm");
    assert_eq!(ours.receipts, receipts, "{name}: receipts of alloy-evm's executor");
    assert_eq!(changes(&ours.bundle), changes(&bare), "{name}: state on bare revm");
    assert_eq!(ours.bundle.state, executor.state, "{name}: state of alloy-evm's executor");
}
