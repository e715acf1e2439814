//! Putting a model on chain.

use crate::{
    chain::{self, Sealed},
    failure::Failure,
    sender::{Sender, TX_GAS},
};
use alloy_primitives::{B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use indicatif::ProgressBar;
use isocortex_consensus::{Chain, Recovered, TxEnvelope};
use isocortex_model::Artifact;
use isocortex_precompiles::{REGISTRY_ADDRESS, abi::IModelRegistry as registry};
use isocortex_vm::{CallRequest, Outcome};

const REGISTRY: TxKind = TxKind::Call(REGISTRY_ADDRESS);

/// Chunks and the header, in calls of the registry; each may be put in any order.
pub fn puts(artifact: &Artifact) -> Vec<Bytes> {
    let header = artifact.header().to_bytes();
    let parts = artifact.chunks().map(Bytes::copy_from_slice).chain([header.into()]);
    parts.map(|data| registry::putChunkCall { data }.abi_encode().into()).collect()
}

/// The call that makes the model callable, once all of [`puts`] are in.
pub fn register(model: B256) -> Bytes {
    registry::registerCall { model }.abi_encode().into()
}

/// Uploads and registers a model in sealed blocks. `bar` counts transactions.
///
/// # Errors
/// [`Failure::refused`] with the registry's reason; what was sealed before it stays.
pub fn upload(chain: &Chain, sender: &mut Sender, artifact: &Artifact, bar: &ProgressBar) -> Result<Vec<Sealed>, Failure> {
    let mut blocks = vec![];
    for call in puts(artifact) {
        sender.refresh(chain)?;
        let tx = sender.sign_tried(chain, REGISTRY, U256::ZERO, call)?;
        blocks.extend(chain::seal_good(chain, vec![tx])?);
        bar.inc(1);
    }
    let tx = sender.sign_tried(chain, REGISTRY, U256::ZERO, register(artifact.id()))?;
    blocks.extend(chain::seal_good(chain, vec![tx])?);
    bar.inc(1);
    Ok(blocks)
}

/// The same transactions, signed and not sealed. Nothing is tried, so each may use the most gas there is.
///
/// # Errors
/// None that a correct program has.
pub fn signed(sender: &mut Sender, artifact: &Artifact) -> Result<Vec<Recovered<TxEnvelope>>, Failure> {
    let calls = puts(artifact).into_iter().chain([register(artifact.id())]);
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
