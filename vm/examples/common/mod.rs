//! What all examples do on the EVM that they have set up: publish a tiny model, register it, run it.

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use isocortex_model::{Artifact, DType, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
use isocortex_precompiles::abi::{IInference, IModelRegistry};
use isocortex_precompiles::{INFERENCE_ADDRESS, REGISTRY_ADDRESS};
use std::error::Error;

/// A model without weights: the positive part of four numbers. Real ones come from `isocortex convert`.
fn model() -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let ty = TensorType::new(DType::I8, &[4]);
    let relu = Op::Clamp(Clamp { lo: 0, hi: 127 });
    Artifact::build(
        vec![Port { name: "x".into(), ty, quant }],
        vec![],
        vec![Node { operands: vec![0], op: relu }],
        vec![Output { name: "y".into(), value: 1, quant }],
        Default::default(),
    )
}

/// Sends what it takes, in this order, to addresses with calldata; the last answer is the inference's.
pub fn demo(
    mut send: impl FnMut(Address, Bytes) -> Result<Bytes, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let artifact = model();
    let put = |data: &[u8]| IModelRegistry::putChunkCall { data: data.to_vec().into() }.abi_encode().into();
    send(REGISTRY_ADDRESS, put(&artifact.header().to_bytes()))?;
    for chunk in artifact.chunks() {
        send(REGISTRY_ADDRESS, put(chunk))?;
    }
    send(REGISTRY_ADDRESS, IModelRegistry::registerCall { model: artifact.id() }.abi_encode().into())?;
    let input = Bytes::from([5i8, -5, 127, -128].map(|x| x.to_le_bytes()[0]).to_vec());
    let call = IInference::inferCall { model: artifact.id(), input: input.clone() };
    let answer = send(INFERENCE_ADDRESS, call.abi_encode().into())?;
    let output = IInference::inferCall::abi_decode_returns(&answer)?;
    println!("model {}\n  {input} → {output}", artifact.id());
    assert_eq!(output, Bytes::from_static(&[5, 0, 127, 0]));
    Ok(())
}
