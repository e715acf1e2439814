//! Running a model: what both inference doors share.

use crate::{
    Call, Error, Stop,
    abi::{IInference, revert},
    chunk,
    error::state,
    frame::Frame,
    record::Record,
};
use alloy_evm::EvmInternals;
use alloy_primitives::{B256, U256, keccak256};
use isocortex_model::{Artifact, Model};

/// Slots of the record that an inference needs: lengths, author and royalty, cost.
const SLOTS: usize = 3;

/// Runs a model on each input: record, then gas, then work, then the royalty.
pub(crate) fn run(frame: &mut Frame<'_, '_>, id: B256, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, Stop> {
    let record = Record::live(frame, id, SLOTS)?;
    for (index, input) in inputs.iter().enumerate() {
        if input.len() as u64 != record.input_len {
            let (expected, actual) = (U256::from(record.input_len), U256::from(input.len()));
            return Err(revert(IInference::InputLength { index: U256::from(index), expected, actual }));
        }
    }
    let (count, price) = (inputs.len() as u64, record.price(&frame.node.gas));
    frame.charge(price.saturating_mul(count))?;
    if record.royalty > 0 && count > 0 {
        drop(frame.account(record.author)?); // paid for and warm before the work, whatever it yields
    }
    if count == 0 {
        return Ok(Vec::new());
    }

    let engine = &frame.node.engine;
    let loaded = engine.get(id, || fetch(&mut frame.internals, id))?;
    record.matches(loaded.model())?;
    let outputs = engine.run(&*loaded, inputs)?;
    for (input, output) in inputs.iter().zip(&outputs) {
        let (input, output) = (keccak256(input), keccak256(output));
        frame.node.transcript.record(Call { model: id, input, output, gas: price });
    }
    pay(frame, &record, count)?;
    Ok(outputs)
}

/// Reads a registered model from the state, without a trace.
fn fetch(internals: &mut EvmInternals<'_>, id: B256) -> Result<Model, Stop> {
    let corrupt =
        |error: isocortex_model::Error| Error::ModelCorrupt { model: id, reason: error.to_string() };
    let bytes = chunk::peek(internals, id)?;
    let header = Artifact::decode_header(&bytes).map_err(corrupt)?;
    let mut weights = Vec::new();
    for name in &header.chunks {
        weights.extend_from_slice(&chunk::peek(internals, name.into())?);
    }
    let artifact = Artifact::from_parts(&bytes, weights).map_err(corrupt)?;
    Ok(Model::check(&artifact).map_err(corrupt)?)
}

/// Credits the author with 4/5 of what the royalty's gas costs at the base fee.
///
/// The base fee of all gas is burnt, so this comes out of what would be burnt. Four fifths, because a
/// transaction gets at most a fifth of its gas refunded (EIP-3529): however large the refund, as much is
/// burnt as is paid here, and no ether comes into being. It goes through the journal, so that a frame that
/// reverts later pays nothing; and it is the one change that a STATICCALL can make to a balance, as the fee
/// itself changes one.
fn pay(frame: &mut Frame<'_, '_>, record: &Record, count: u64) -> Result<(), Stop> {
    if record.royalty == 0 {
        return Ok(());
    }
    let base_fee = U256::from(frame.internals.block_env().basefee());
    // Below 2^64 · 2^64 · 2^64 · 4.
    let amount = U256::from(record.royalty) * U256::from(count) * base_fee * U256::from(4) / U256::from(5);
    frame.internals.balance_incr(record.author, amount).map_err(state)
}
