//! Step 3, without images or a contract: rows of measurements.

use super::{
    publish::Published,
    tested::{Tested, direct, same},
};
use crate::{
    chain,
    failure::Failure,
    ui::{Ui, thousands},
};
use alloy_primitives::{TxKind, U256};
use alloy_sol_types::SolCall;
use isocortex_convert::{class, dequantise_output};
use isocortex_inference::Backend;
use isocortex_precompiles::{INFERENCE_ADDRESS, abi::IInference::inferCall};
use serde_json::{Value, json};

/// Rows of measurements that are sent.
const ROWS: usize = 8;

/// Rows of measurements that went through a block.
pub struct Rows {
    /// How many.
    pub count: u64,
    /// How many were classified as labelled.
    pub right: u64,
    /// Gas of their block.
    pub gas: u64,
}

/// Sends a few rows straight to the inference precompile: no image, no contract.
///
/// # Errors
/// A transaction that fails; an answer that is not the one outside the chain.
pub fn rows(on: &Published, cancer: &Tested, backend: &dyn Backend, ui: Ui) -> Result<Rows, Failure> {
    let (chain, model) = (&on.chain, &cancer.converted.model);
    let inputs = (0..ROWS).map(|index| cancer.input(index)).collect::<Result<Vec<_>, _>>()?;
    let Some(mut user) = on.users.last().cloned() else {
        return Err(Failure::new("no development account"));
    };
    user.refresh(chain)?;
    let mut pool = vec![];
    for input in &inputs {
        let call = inferCall { model: model.id(), input: input.clone().into() }.abi_encode().into();
        pool.push(user.sign_tried(chain, TxKind::Call(INFERENCE_ADDRESS), U256::ZERO, call)?);
    }
    let blocks = chain::seal_good(chain, pool)?;
    let outside = direct(cancer, &inputs, backend)?;
    let (Some(port), Some(ty)) = (model.header().outputs.first(), model.output_types().next()) else {
        return Err(Failure::new("the model has no output"));
    };
    let mut right = 0;
    for (index, tx) in blocks.iter().flat_map(|block| &block.transactions).enumerate() {
        let output = inferCall::abi_decode_returns(&tx.output).map_err(Failure::new)?;
        same("row", index, &output, outside.get(index))?;
        right += u64::from(cancer.labels.get(index) == Some(&class(&dequantise_output(port, ty, &output))));
    }
    let gas = blocks.iter().map(|block| block.gas_used).sum();
    ui.line(format_args!("{ROWS} rows of the tabular model, straight to IInference: {} gas", thousands(gas)));
    Ok(Rows { count: ROWS as u64, right, gas })
}

impl Rows {
    /// For `--json`.
    pub fn document(&self) -> Value {
        json!({ "count": self.count, "right": self.right, "gasUsed": self.gas })
    }
}
