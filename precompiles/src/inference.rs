//! `IInference` at 0x…c001.

use crate::{
    Stop,
    abi::{
        self,
        IInference::{inferBatchCall, inferCall},
    },
    frame::Frame,
    run,
};
use alloy_primitives::Bytes;
use alloy_sol_types::SolCall;

pub(crate) fn run(frame: &mut Frame<'_, '_>) -> Result<Bytes, Stop> {
    let (selector, data) = abi::selector(frame.data)?;
    match selector {
        inferCall::SELECTOR => {
            let call = abi::arguments::<inferCall>(data)?;
            let mut outputs = run::run(frame, call.model, &[&call.input])?;
            let output = outputs.pop().unwrap_or_default();
            Ok(inferCall::abi_encode_returns(&output.into()).into())
        }
        inferBatchCall::SELECTOR => {
            let call = abi::arguments::<inferBatchCall>(data)?;
            let inputs: Vec<&[u8]> = call.inputs.iter().map(AsRef::as_ref).collect();
            let outputs = run::run(frame, call.model, &inputs)?;
            Ok(inferBatchCall::abi_encode_returns(&outputs.into_iter().map(Bytes::from).collect()).into())
        }
        _ => Err(abi::bad_calldata()),
    }
}
