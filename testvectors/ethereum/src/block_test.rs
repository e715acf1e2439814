//! Block tests: a chain from its genesis, block by block in RLP.

use crate::{
    exception,
    fixture::{BlockRecord, Fixture},
    network,
    state_test::equal,
    subject::Bench,
    summary::Outcome,
};
use isocortex_consensus::{BlockApp, Chain, Error, Executed, Invalid, genesis, validity};
use isocortex_state::{Genesis as StoreGenesis, StateChanges};
use isocortex_vm::ChainSpec;

/// Runs a block test.
pub(crate) fn run(bench: &mut Bench, test: &Fixture, network: &str, inference: bool) -> Outcome {
    let (Some(header), Some(blocks), Some(last)) =
        (&test.genesis_block_header, &test.blocks, test.last_block_hash)
    else {
        return Outcome::not_run("a block test without genesis, blocks or last hash");
    };
    let Some(config) = network::config(network, &test.config, inference) else {
        return Outcome::not_run("a fork that is not known here");
    };
    let spec = match ChainSpec::from_config(&config) {
        Ok(spec) => spec,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let first = header.genesis(config, &test.pre);
    let block = genesis::block(&first, &spec);
    let alloc: StateChanges = first.alloc.iter().collect();
    let hash = block.header.hash_slow();
    let rlp = alloy_rlp::encode(&block);
    let genesis = StoreGenesis { hash, block_rlp: &rlp, spec: &[], alloc: &alloc };
    bench.with(spec, &genesis, |chain| {
        equal("genesis hash", header.hash, hash)?;
        for (index, record) in blocks.iter().enumerate() {
            take(chain, record).map_err(|difference| format!("block record {index}: {difference}"))?;
        }
        equal("last block hash", last, chain.head().hash)
    })
}

fn take(chain: &Chain, record: &BlockRecord) -> Result<(), String> {
    let Some(expected) = &record.expect_exception else {
        let executed = execute(chain, record)?.map_err(|refusal| format!("refused, is valid: {refusal}"))?;
        if let Some(header) = &record.block_header {
            equal("block hash", header.hash, executed.hash)?;
        }
        return chain.commit(executed).map(|_| ()).map_err(|error| error.to_string());
    };
    let audit = || chain.store().verify().map_err(|error| error.to_string());
    let before = (chain.head(), audit()?);
    match execute(chain, record)? {
        Ok(_) => return Err(format!("accepted, must be refused: {expected}")),
        Err(refusal) if !exception::is_expected(&refusal, expected) => {
            return Err(format!("refused for another reason: {refusal}; must be {expected}"));
        }
        Err(_) => {}
    }
    if (chain.head(), audit()?) == before { Ok(()) } else { Err("refused, but the state has changed".into()) }
}

/// The outer error is the node's own.
fn execute(chain: &Chain, record: &BlockRecord) -> Result<Result<Executed, Invalid>, String> {
    match validity::decode(&record.rlp).map_err(Error::from).and_then(|block| chain.execute(block)) {
        Ok(executed) => Ok(Ok(executed)),
        Err(Error::Invalid(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error.to_string()),
    }
}
