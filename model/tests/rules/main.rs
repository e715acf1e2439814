//! Each op's rule: accepted at the bound, refused just past it; type, interval and cost by hand.
#![allow(clippy::unwrap_used, clippy::panic)]

mod elements;
mod f24;
mod linear;
mod lookups;
mod movement;
mod pools;
mod reductions;
mod rows;
mod sequences;
mod trees;

use isocortex_model::{
    Artifact, Cost, DType, Error, Fault, Interval, Model, Node, Op, Output, Port, Quant, Tensor, TensorType,
    ops::Clamp,
};

/// An operand: type, shape and interval.
type Operand<'a> = (DType, &'a [u32], i32, i32);

/// What a rule gives: type, shape, interval, macs, elements beside the result's, bytes.
#[derive(Debug, PartialEq)]
struct Given {
    dtype: DType,
    shape: Vec<u32>,
    interval: (i32, i32),
    macs: u64,
    steps: u64,
    bytes: u64,
}

fn given(dtype: DType, shape: &[u32], interval: (i32, i32), [macs, steps, bytes]: [u64; 3]) -> Given {
    Given { dtype, shape: shape.to_vec(), interval, macs, steps, bytes }
}

/// The check of one node of this op, after Clamps that give the operands their intervals.
fn rule(operands: &[Operand<'_>], constants: Vec<Tensor>, op: impl Into<Op>) -> Result<Given, Fault> {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let n = operands.len() as u32;
    // An input that no op reads, for ops without operands.
    let spare = (DType::I8, &[1][..], -128, 127);
    let inputs = operands.iter().chain((n == 0).then_some(&spare));
    let inputs = inputs.map(|&(dtype, shape, ..)| Port {
        name: String::new(),
        ty: TensorType::new(dtype, shape),
        quant,
    });
    let inputs: Vec<Port> = inputs.collect();
    let first = inputs.len() as u32;
    let clamps = operands
        .iter()
        .enumerate()
        .map(|(i, &(_, _, lo, hi))| Node { operands: vec![i as u32], op: Op::Clamp(Clamp { lo, hi }) });
    let clamps: Vec<Node> = clamps.collect();
    let check = |nodes: &[Node], constants: &[Tensor]| {
        let outputs = vec![Output { name: String::new(), value: first + nodes.len() as u32 - 1, quant }];
        let outputs =
            if nodes.is_empty() { vec![Output { name: String::new(), value: 0, quant }] } else { outputs };
        Model::check(&Artifact::build(
            inputs.clone(),
            constants.to_vec(),
            nodes.to_vec(),
            outputs,
            Default::default(),
        ))
    };
    let before: Cost = *check(&clamps, &[]).unwrap().cost();
    let node = Node { operands: (first..first + n).collect(), op: op.into() };
    let nodes = [clamps, vec![node]].concat();
    let model = match check(&nodes, &constants) {
        Ok(model) => model,
        Err(Error::Node { index, fault, .. }) if index == nodes.len() - 1 => return Err(fault),
        Err(other) => panic!("{other}"),
    };
    let (value, cost) = (model.values().last().unwrap(), model.cost());
    let Interval { lo, hi } = value.interval;
    Ok(Given {
        dtype: value.ty.dtype,
        shape: value.ty.shape.clone(),
        interval: (lo, hi),
        macs: cost.macs - before.macs,
        steps: cost.elements - before.elements - value.ty.elements(),
        bytes: cost.bytes - before.bytes,
    })
}

/// Refused, with this word in what is said.
#[track_caller]
fn refused(operands: &[Operand<'_>], constants: Vec<Tensor>, op: impl Into<Op>, word: &str) {
    match rule(operands, constants, op) {
        Ok(given) => panic!("accepted: {given:?}"),
        Err(fault) => assert!(fault.to_string().contains(word), "{fault}"),
    }
}
