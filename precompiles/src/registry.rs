//! `IModelRegistry` at 0x…c000.

use crate::{
    MAX_CHUNK, PRECOMPILE_CODE, REGISTRY_ADDRESS, Record, Stop,
    abi::{
        self,
        IModelRegistry::{self, ModelInfo, infoCall, putChunkCall, registerCall, retireCall, setRoyaltyCall},
        revert,
    },
    chunk,
    error::state,
    frame::Frame,
    gas, record,
};
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use isocortex_model::{Artifact, Error as ModelError, Header, Model};
use revm::state::Bytecode;

pub(crate) fn run(frame: &mut Frame<'_, '_>) -> Result<Bytes, Stop> {
    let (selector, data) = abi::selector(frame.data)?;
    let output = match selector {
        putChunkCall::SELECTOR => {
            frame.writing()?;
            let call = abi::arguments::<putChunkCall>(data)?;
            putChunkCall::abi_encode_returns(&put_chunk(frame, &call.data)?)
        }
        registerCall::SELECTOR => {
            frame.writing()?;
            let call = abi::arguments::<registerCall>(data)?;
            registerCall::abi_encode_returns(&register(frame, call.model)?)
        }
        infoCall::SELECTOR => {
            let model = abi::arguments::<infoCall>(data)?.model;
            let record = Record::read(frame, model, record::SLOTS)?;
            let record = record.ok_or_else(|| revert(IModelRegistry::UnknownModel { model }))?;
            infoCall::abi_encode_returns(&record.info(&frame.node.gas))
        }
        setRoyaltyCall::SELECTOR => {
            frame.writing()?;
            let call = abi::arguments::<setRoyaltyCall>(data)?;
            set_royalty(frame, call.model, call.gas)?;
            Vec::new()
        }
        retireCall::SELECTOR => {
            frame.writing()?;
            retire(frame, abi::arguments::<retireCall>(data)?.model)?;
            Vec::new()
        }
        _ => return Err(abi::bad_calldata()),
    };
    Ok(output.into())
}

fn put_chunk(frame: &mut Frame<'_, '_>, data: &[u8]) -> Result<B256, Stop> {
    if data.is_empty() || data.len() > MAX_CHUNK {
        return Err(revert(IModelRegistry::ChunkLength { length: U256::from(data.len()) }));
    }
    frame.charge(gas::keccak(data.len()))?;
    let hash = keccak256(data);
    chunk::put(frame, hash, data)?;
    Ok(hash)
}

/// Reads, checks and records a model. What each step costs is known before it is taken: the record's slot,
/// the header's account, then from the header's length its decoding, from the header everything else.
fn register(frame: &mut Frame<'_, '_>, model: B256) -> Result<ModelInfo, Stop> {
    if Record::read(frame, model, 1)?.is_some() {
        return Err(revert(IModelRegistry::AlreadyRegistered { model }));
    }
    let missing = |chunk: B256| revert(IModelRegistry::ChunkMissing { chunk });
    let bytes = chunk::get(frame, model, frame.node.gas.header_byte)?.ok_or_else(|| missing(model))?;
    let header = Artifact::decode_header(&bytes).map_err(bad_model)?;

    frame.charge(frame.node.gas.register(header.nodes.len(), header.weights_len, named(&header)))?;
    let mut weights = Vec::new(); // whose bytes are paid for by now
    for name in &header.chunks {
        let chunk = B256::from(name);
        weights.extend_from_slice(&chunk::get(frame, chunk, 0)?.ok_or_else(|| missing(chunk))?);
    }
    let artifact = Artifact::from_parts(&bytes, weights).map_err(bad_model)?;
    let checked = Model::check(&artifact).map_err(bad_model)?;

    let record = Record::new(&checked, frame.caller, frame.internals.block_number().saturating_to());
    settle(frame)?;
    record.write(frame, model, 0..record::SLOTS)?;
    frame.emit(&IModelRegistry::ModelRegistered {
        model,
        author: record.author,
        inputLength: record.input_len,
        outputLength: record.output_len,
        macs: record.cost.macs,
        provenance: record.provenance,
    });
    Ok(record.info(&frame.node.gas))
}

fn set_royalty(frame: &mut Frame<'_, '_>, model: B256, royalty: u64) -> Result<(), Stop> {
    let record = owned(frame, model)?;
    let bound = frame.node.gas.max_royalty;
    if royalty > bound {
        return Err(revert(IModelRegistry::RoyaltyTooHigh { royalty, bound }));
    }
    frame.charge(gas::RESET_SLOT + gas::log(2, 32))?;
    Record { royalty, ..record }.write(frame, model, 1..2)?;
    frame.emit(&IModelRegistry::RoyaltyChanged { model, royalty });
    Ok(())
}

fn retire(frame: &mut Frame<'_, '_>, model: B256) -> Result<(), Stop> {
    let record = owned(frame, model)?;
    frame.charge(gas::RESET_SLOT + gas::log(2, 0))?;
    Record { retired: true, ..record }.write(frame, model, 0..1)?;
    frame.emit(&IModelRegistry::Retired { model });
    Ok(())
}

/// The first two slots of the record of a live model that the caller has registered.
fn owned(frame: &mut Frame<'_, '_>, model: B256) -> Result<Record, Stop> {
    let record = Record::live(frame, model, 2)?;
    if record.author != frame.caller {
        return Err(revert(IModelRegistry::NotAuthor { author: record.author }));
    }
    Ok(record)
}

/// Gives the registry its byte of code where genesis did not: an account without code, nonce and balance is
/// deleted when it is touched, with its storage (EIP-161).
fn settle(frame: &mut Frame<'_, '_>) -> Result<(), Stop> {
    let mut registry = frame.internals.load_account_mut(REGISTRY_ADDRESS).map_err(state)?.data;
    if registry.account().info.is_empty() {
        registry.set_code_and_hash_slow(Bytecode::new_raw(PRECOMPILE_CODE));
    }
    Ok(())
}

/// What the check reads: the bytes of each constant as often as a node names it.
fn named(header: &Header) -> u64 {
    let constants = header.nodes.iter().flat_map(|node| node.op.constants());
    let bytes = constants.filter_map(|index| header.constants.get(index as usize)).map(|ty| ty.bytes());
    bytes.fold(0, u64::saturating_add)
}

/// The model crate's words, but not those of the decoder below it, which could change with its version.
fn bad_model(error: ModelError) -> Stop {
    let reason = match error {
        ModelError::Malformed { what, .. } => format!("malformed {what}"),
        error => error.to_string().chars().take(256).collect(),
    };
    revert(IModelRegistry::BadModel { reason })
}
