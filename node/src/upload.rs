//! Putting a model on chain.

use crate::{
    chain::{self, Sealed},
    failure::Failure,
    sender::{Sender, TX_GAS},
};
use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, TxKind, U256, keccak256};
use alloy_sol_types::SolCall;
use indicatif::ProgressBar;
use isocortex_consensus::{Chain, Recovered, TxEnvelope};
use isocortex_model::Artifact;
use isocortex_precompiles::{REGISTRY_ADDRESS, abi::IModelRegistry as registry, chunk_address};
use isocortex_vm::{CallRequest, Outcome};

const REGISTRY: TxKind = TxKind::Call(REGISTRY_ADDRESS);

/// Chunks and the header, each under its keccak-256, in calls of the registry. Any order will do.
pub fn puts(artifact: &Artifact) -> Vec<(B256, Bytes)> {
    let header = artifact.header().to_bytes();
    let parts = artifact.chunks().map(Bytes::copy_from_slice).chain([header.into()]);
    parts.map(|data| (keccak256(&data), registry::putChunkCall { data }.abi_encode().into())).collect()
}

/// The call that makes the model callable, once all of [`puts`] are in.
pub fn register(model: B256) -> Bytes {
    registry::registerCall { model }.abi_encode().into()
}

/// Uploads and registers a model in sealed blocks. What is on chain already is not sent again, so an upload that
/// was cut short goes on. `bar` counts transactions.
///
/// # Errors
/// [`Failure::refused`] with the registry's reason; what was sealed before it stays.
pub fn upload(
    chain: &Chain,
    sender: &mut Sender,
    artifact: &Artifact,
    bar: &ProgressBar,
) -> Result<Vec<Sealed>, Failure> {
    let model = artifact.id();
    if inference_gas(chain, model).is_ok() {
        let text = format!("model {model} is registered already");
        return Err(Failure::refused(text).hint("nothing to do: contracts can call it by this id"));
    }
    let mut blocks = vec![];
    for (name, call) in puts(artifact) {
        bar.inc(1);
        // Ether may lie at the address before the chunk does; only code is a chunk.
        let account = chain.store().account(chunk_address(name)).map_err(Failure::new)?;
        if account.is_some_and(|account| account.code_hash != KECCAK256_EMPTY) {
            continue;
        }
        sender.refresh(chain)?;
        let tx = sender.sign_tried(chain, REGISTRY, U256::ZERO, call)?;
        blocks.extend(chain::seal_good(chain, vec![tx])?);
    }
    sender.refresh(chain)?;
    let tx = sender.sign_tried(chain, REGISTRY, U256::ZERO, register(model))?;
    blocks.extend(chain::seal_good(chain, vec![tx])?);
    bar.inc(1);
    Ok(blocks)
}

/// The same transactions, signed and not sealed. Nothing is tried, so each may use the most gas there is.
///
/// # Errors
/// None that a correct program has.
pub fn signed(sender: &mut Sender, artifact: &Artifact) -> Result<Vec<Recovered<TxEnvelope>>, Failure> {
    let calls = puts(artifact).into_iter().map(|(_, call)| call).chain([register(artifact.id())]);
    calls.map(|call| sender.sign(REGISTRY, U256::ZERO, call, TX_GAS)).collect()
}

/// Gas that the chain takes for one inference of a registered model, as the registry tells it.
///
/// # Errors
/// [`Failure::refused`] for a model that it does not know.
pub fn inference_gas(chain: &Chain, model: B256) -> Result<u64, Failure> {
    let data = registry::infoCall { model }.abi_encode().into();
    let request = CallRequest { to: Some(REGISTRY_ADDRESS), data, ..CallRequest::default() };
    match chain.call(&request)?.outcome {
        Outcome::Success { output, .. } => {
            let info = registry::infoCall::abi_decode_returns(&output).map_err(Failure::new)?;
            Ok(info.inferenceGas)
        }
        outcome => Err(Failure::refused(chain::explain(&outcome))),
    }
}
