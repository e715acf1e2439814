//! State tests: one transaction on a state.

use crate::{
    exception,
    fixture::{Fixture, Post, alloc},
    network,
    subject::Bench,
    summary::Outcome,
};
use alloy_consensus::{Block, BlockBody, TxEnvelope};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{B256, keccak256};
use isocortex_consensus::{Chain, Header, Invalid};
use isocortex_state::{Genesis as StoreGenesis, StateChanges};
use isocortex_vm::{BlockOutput, ChainSpec, Error};
use revm::{database_interface::WrapDatabaseRef, primitives::hardfork::SpecId};

/// Runs one post state of a state test.
pub(crate) fn run(bench: &mut Bench, test: &Fixture, fork: &str, post: &Post, inference: bool) -> Outcome {
    let Some(env) = &test.env else { return Outcome::not_run("no env") };
    let Some(config) = network::config(fork, &test.config, inference) else {
        return Outcome::not_run("a fork that is not known here");
    };
    let spec = match ChainSpec::from_config(&config) {
        Ok(spec) => spec,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let alloc: StateChanges = alloc(&test.pre).iter().collect();
    // What BLOCKHASH answers for block 0; nothing else depends on it.
    let genesis = StoreGenesis { hash: keccak256(b"0"), block_rlp: &[], spec: &[], alloc: &alloc };
    bench.with(spec, &genesis, |chain| {
        let header = env.header(genesis.hash);
        match (execute(chain, &header, post)?, &post.expect_exception) {
            (Ok(output), None) => compare(chain, &header, &output, post),
            (Ok(_), Some(expected)) => Err(format!("accepted, must be refused: {expected}")),
            (Err(refusal), None) => Err(format!("refused, must be executed: {refusal}")),
            (Err(refusal), Some(expected)) if !exception::is_expected(&refusal, expected) => {
                Err(format!("refused for another reason: {refusal}; must be {expected}"))
            }
            (Err(_), Some(_)) => equal("state root", post.hash, chain.store().head().state_root),
        }
    })
}

fn execute(chain: &Chain, header: &Header, post: &Post) -> Result<Result<BlockOutput, Invalid>, String> {
    let tx = match TxEnvelope::decode_2718_exact(&post.txbytes) {
        Ok(tx) => tx,
        Err(error) => return Ok(Err(Invalid::Malformed(error.to_string()))),
    };
    let body = BlockBody { transactions: vec![tx], ..BlockBody::default() };
    let transactions = match chain.recover(&Block { header: header.clone(), body }) {
        Ok(transactions) => transactions,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match chain.vm().execute_bare(WrapDatabaseRef(chain.store()), header, &transactions) {
        Ok(output) => Ok(Ok(output)),
        Err(Error::InvalidTransaction { index, reason, .. }) => {
            Ok(Err(Invalid::Transaction { index, reason }))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn compare(chain: &Chain, header: &Header, output: &BlockOutput, post: &Post) -> Result<(), String> {
    let logs: Vec<_> = output.receipts.iter().flat_map(|receipt| receipt.logs().iter().cloned()).collect();
    let fork = chain.spec().rules_at(header.timestamp, header.number).fork;
    let changes = StateChanges::from(&output.bundle);
    let changes = if fork.is_enabled_in(SpecId::SPURIOUS_DRAGON) { changes } else { changes.keep_empty() };
    let root = chain.store().root_after(&changes).map_err(|error| error.to_string())?;
    equal("state root", post.hash, root)?;
    equal("logs hash", post.logs, keccak256(alloy_rlp::encode(logs)))
}

pub(crate) fn equal(what: &str, expected: B256, got: B256) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what} is {got}, must be {expected}")) }
}
