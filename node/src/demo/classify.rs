//! Step 3: inferences in transactions.

use super::{
    publish::Published,
    tested::{Tested, direct, same},
};
use crate::{
    chain::{self, Sealed, explain},
    commands::show_blocks,
    failure::Failure,
    sender::Sender,
    ui::{DIM, Ui, rate},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use isocortex_consensus::Chain;
use isocortex_inference::Backend;
use isocortex_precompiles::abi::Classifier::{answersCall, classifyCall, previewCall};
use isocortex_vm::{CallRequest, Outcome};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Transactions a block.
const A_BLOCK: usize = 20;
/// Users that take turns.
const USERS: usize = 4;

/// A photograph that went through a block.
pub struct Photograph {
    /// One byte a pixel.
    pub pixels: Vec<u8>,
    /// What it is.
    pub label: usize,
    /// What the contract keeps of it.
    pub prediction: usize,
    /// The model's output, kept by the contract.
    pub logits: Bytes,
    /// Gas that its transaction paid for.
    pub gas: u64,
    /// Number of its block.
    pub block: u64,
    /// State root after its block.
    pub state_root: B256,
}

/// All photographs.
pub struct Run {
    /// In the order of the test rows.
    pub photographs: Vec<Photograph>,
    /// The blocks that they are in.
    pub blocks: Vec<Sealed>,
    /// Time from signed transactions to blocks on disk.
    pub time: Duration,
}

/// Classifies every test image of `fashion` through the contract, and reads the answers back from its storage.
/// Leaves the first photograph in `folder`.
///
/// # Errors
/// A transaction that fails; an answer that is not the one outside the chain.
pub fn photographs(
    on: &Published,
    fashion: &Tested,
    backend: &dyn Backend,
    folder: &Path,
    ui: Ui,
) -> Result<Run, Failure> {
    let chain = &on.chain;
    let inputs =
        (0..fashion.labels.len()).map(|index| fashion.input(index)).collect::<Result<Vec<_>, _>>()?;
    // The contract takes pixels, 0 to 255, and makes the model's −128 to 127 of them.
    let pixels: Vec<Vec<u8>> =
        inputs.iter().map(|input| input.iter().map(|byte| byte ^ 0x80).collect()).collect();
    let calls: Vec<Bytes> =
        pixels.iter().map(|p| classifyCall { pixels: p.clone().into() }.abi_encode().into()).collect();
    let mut users: Vec<Sender> = on.users.iter().take(USERS).cloned().collect();
    let to = TxKind::Call(on.contract);
    let first = calls.first().cloned().unwrap_or_default();
    // The others cost a little more or less, by the number of their black pixels.
    let gas = users.first().map_or(Ok(0), |user| user.estimate(chain, to, U256::ZERO, first))? + 20_000;

    let bar = ui.progress("classifying", calls.len() as u64);
    let (mut blocks, mut time) = (vec![], Duration::ZERO);
    for calls in calls.chunks(A_BLOCK) {
        users.iter_mut().try_for_each(|user| user.refresh(chain))?;
        let count = users.len().max(1);
        let mut pool = vec![];
        for (index, call) in calls.iter().enumerate() {
            let Some(user) = users.get_mut(index % count) else { continue };
            pool.push(user.sign(to, U256::ZERO, call.clone(), gas)?);
        }
        let start = Instant::now();
        blocks.extend(chain::seal_good(chain, pool)?);
        time += start.elapsed();
        bar.inc(calls.len() as u64);
    }
    bar.finish_and_clear();
    show_blocks(ui, &blocks, &[]);

    let outside = direct(fashion, &inputs, backend)?;
    let transactions = blocks.iter().flat_map(|block| block.transactions.iter().map(move |tx| (block, tx)));
    let mut all = vec![];
    for (index, ((block, tx), pixels)) in transactions.zip(pixels).enumerate() {
        let stored = view(chain, on.contract, &answersCall(U256::from(index)))?;
        same("image", index, &stored.logits, outside.get(index))?;
        all.push(Photograph {
            pixels,
            label: fashion.labels.get(index).copied().unwrap_or_default(),
            prediction: stored.prediction as usize,
            logits: stored.logits,
            gas: tx.gas_used,
            block: block.number,
            state_root: block.state_root,
        });
    }
    preview(on, &all, folder, ui)?;
    Ok(Run { photographs: all, blocks, time })
}

/// Asks the contract again, in a `view` call.
fn preview(on: &Published, all: &[Photograph], folder: &Path, ui: Ui) -> Result<(), Failure> {
    let Some(photograph) = all.first() else { return Ok(()) };
    let file = folder.join("pixels.bin");
    std::fs::write(&file, &photograph.pixels).map_err(Failure::file(&file))?;
    ui.line(format_args!("{DIM}$ isocortex call --data chain --to {} --sig 'preview(bytes) returns (uint256,bytes)' @pixels.bin{DIM:#}", on.contract));
    let answer = view(&on.chain, on.contract, &previewCall { pixels: photograph.pixels.clone().into() })?;
    same("the view call of image", 0, &answer.logits, Some(&photograph.logits.to_vec()))?;
    ui.line(format_args!("the view call answers class {}, as the transaction did", answer.prediction));
    Ok(())
}

/// Calls a contract's function that changes nothing.
fn view<C: SolCall>(chain: &Chain, to: Address, call: &C) -> Result<C::Return, Failure> {
    let request = CallRequest { to: Some(to), data: call.abi_encode().into(), ..CallRequest::default() };
    match chain.call(&request)?.outcome {
        Outcome::Success { output, .. } => C::abi_decode_returns(&output).map_err(Failure::new),
        outcome => Err(Failure::refused(explain(&outcome))),
    }
}

impl Run {
    /// Photographs that the contract classified as labelled.
    pub fn right(&self) -> u64 {
        self.photographs.iter().filter(|p| p.prediction == p.label).count() as u64
    }

    /// How fast it was, in words.
    pub fn throughput(&self) -> String {
        format!(
            "{} inferences/s, {} blocks/s, {} Mgas/s: executed, roots computed, synced to disk",
            rate(self.photographs.len() as u64, self.time),
            rate(self.blocks.len() as u64, self.time),
            rate(self.gas(), self.time.saturating_mul(1_000_000)),
        )
    }

    fn gas(&self) -> u64 {
        self.blocks.iter().map(|block| block.gas_used).sum()
    }

    /// For `--json`.
    pub fn document(&self) -> Value {
        json!({
            "blocks": self.blocks, "gasUsed": self.gas(), "inferences": self.photographs.len(),
            "milliseconds": self.time.as_millis() as u64,
            "predictions": self.photographs.iter().map(|p| p.prediction).collect::<Vec<_>>(),
        })
    }
}
