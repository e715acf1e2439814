//! The packed door at 0x…c0c0: model id ‖ input → output.

use crate::{Stop, abi, frame::Frame, run};
use alloy_primitives::Bytes;

pub(crate) fn run(frame: &mut Frame<'_, '_>) -> Result<Bytes, Stop> {
    let (model, input) = frame.data.split_first_chunk::<32>().ok_or_else(abi::bad_calldata)?;
    let mut outputs = run::run(frame, model.into(), &[input])?;
    Ok(outputs.pop().unwrap_or_default().into())
}
