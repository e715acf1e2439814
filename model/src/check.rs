//! The check: an artifact becomes a [`Model`] when every shape and range is proven (SPEC.md sections 2 to 6).

use crate::{
    Artifact, Cost, DType, Error, Fault, Header, Interval, Quant, Tensor, TensorType, limits,
    ops::{Constants, Inferred},
};
use alloy_primitives::B256;

/// What is known of a value for every input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Type and shape.
    pub ty: TensorType,
    /// Holds every element.
    pub interval: Interval,
}

/// A checked model: any input of [`input_len`](Self::input_len) bytes can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    id: B256,
    header: Header,
    constants: Vec<Tensor>,
    values: Vec<Value>,
    cost: Cost,
}

impl Model {
    /// Proves shapes, ranges and limits from the actual weights, in time linear in the header and in the constants
    /// of each node: one that several nodes name is read for each. Takes memory of a small multiple of the artifact.
    ///
    /// # Errors
    /// The first thing that is wrong, with the node's index and op.
    pub fn check(artifact: &Artifact) -> Result<Self, Error> {
        let header = artifact.header();
        counts(header)?;
        let constants = split(header, artifact.weights())?;
        let mut values = inputs(header)?;
        let mut cost = Cost { weights: header.weights_len, ..Cost::default() };
        let mut used = vec![false; constants.len()];

        for (index, node) in header.nodes.iter().enumerate() {
            let rule = node.op.rule();
            let at = |fault| Error::Node { index, op: node.op.name(), fault };
            let (wanted, got) = (rule.arity(), node.operands.len());
            if !wanted.contains(&got) {
                let wanted = if got < *wanted.start() { *wanted.start() } else { *wanted.end() };
                return Err(at(Fault::Arity { wanted, got }));
            }
            let operands: Vec<&Value> = node
                .operands
                .iter()
                .map(|&v| values.get(v as usize).ok_or(Fault::NotEarlier(v)))
                .collect::<Result<_, _>>()
                .map_err(at)?;
            let Inferred { ty, interval, macs, steps, bytes: moved } =
                rule.infer(&operands, Constants(&constants)).map_err(at)?;
            ty.check().map_err(at)?;

            cost.macs = cost.macs.saturating_add(macs);
            cost.elements = cost.elements.saturating_add(ty.elements()).saturating_add(steps);
            let mut bytes = ty.bytes();
            for x in operands {
                bytes = bytes.saturating_add(x.ty.bytes());
            }
            for c in rule.constants() {
                // The rule has found the constant, so both exist.
                bytes = bytes.saturating_add(header.constants.get(c as usize).map_or(0, TensorType::bytes));
                if let Some(flag) = used.get_mut(c as usize) {
                    *flag = true;
                }
            }
            cost.bytes = cost.bytes.saturating_add(moved.unwrap_or(bytes));
            values.push(Value { ty, interval });
        }

        if let Some(index) = used.iter().position(|u| !u) {
            return Err(Error::UnusedConstant(index));
        }
        outputs(header, &values)?;
        cost.peak = peak(header, &values);
        let whole = |fault| Error::Header { place: "model".into(), fault };
        Fault::limit("macs", cost.macs, limits::MACS).map_err(whole)?;
        Fault::limit("peak bytes", cost.peak, limits::PEAK_BYTES).map_err(whole)?;
        Ok(Self { id: artifact.id(), header: header.clone(), constants, values, cost })
    }

    /// keccak-256 of the header bytes.
    pub fn id(&self) -> B256 {
        self.id
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Constant tensors, in table order.
    pub fn constants(&self) -> &[Tensor] {
        &self.constants
    }

    /// All values: inputs, then one a node.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What one run costs.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// Types of the inputs, in order.
    pub fn input_types(&self) -> impl Iterator<Item = &TensorType> {
        self.header.inputs.iter().map(|p| &p.ty)
    }

    /// Types of the outputs, in order.
    pub fn output_types(&self) -> impl Iterator<Item = &TensorType> {
        self.header.outputs.iter().filter_map(|o| self.values.get(o.value as usize)).map(|v| &v.ty)
    }

    /// Bytes of an input.
    pub fn input_len(&self) -> usize {
        self.input_types().map(|t| t.bytes() as usize).sum()
    }

    /// Bytes of an output.
    pub fn output_len(&self) -> usize {
        self.output_types().map(|t| t.bytes() as usize).sum()
    }
}

fn place(place: &str, index: usize) -> impl Fn(Fault) -> Error {
    let place = format!("{place} {index}");
    move |fault| Error::Header { place: place.clone(), fault }
}

fn counts(header: &Header) -> Result<(), Error> {
    let p = &header.provenance;
    let licence = p.licence.as_ref().map_or(0, String::len);
    for (what, got, limit) in [
        ("inputs", header.inputs.len(), limits::PORTS),
        ("outputs", header.outputs.len(), limits::PORTS),
        ("nodes", header.nodes.len(), limits::NODES),
        ("constants", header.constants.len(), limits::CONSTANTS),
        ("converter bytes", p.converter.len(), limits::NAME_BYTES),
        ("licence bytes", licence, limits::NAME_BYTES),
    ] {
        let fault = Fault::limit(what, got as u64, limit as u64);
        fault.map_err(|fault| Error::Header { place: "header".into(), fault })?;
    }
    for (what, list) in [("no inputs", header.inputs.is_empty()), ("no outputs", header.outputs.is_empty())] {
        if list {
            return Err(Error::Header { place: "header".into(), fault: Fault::Shape(what.into()) });
        }
    }
    Ok(())
}

fn split(header: &Header, mut weights: &[u8]) -> Result<Vec<Tensor>, Error> {
    let mut constants = Vec::with_capacity(header.constants.len());
    for (index, ty) in header.constants.iter().enumerate() {
        ty.check().map_err(place("constant", index))?;
        let short = Error::WeightsLength { wanted: header.weights_len, got: weights.len() as u64 };
        let Some((bytes, rest)) = weights.split_at_checked(ty.bytes() as usize) else { return Err(short) };
        constants.push(Tensor::from_bytes(ty, bytes).ok_or(short)?);
        weights = rest;
    }
    Ok(constants)
}

fn port(name: &str, quant: &Quant, dtype: DType) -> Result<(), Fault> {
    Fault::limit("name bytes", name.len() as u64, limits::NAME_BYTES as u64)?;
    Fault::range("multiplier", quant.multiplier.into(), 1, (1 << 31) - 1)?;
    Fault::range("shift", quant.shift.into(), 0, 62)?;
    Fault::range("zero_point", quant.zero_point.into(), dtype.range().lo.into(), dtype.range().hi.into())
}

fn inputs(header: &Header) -> Result<Vec<Value>, Error> {
    let mut values = Vec::with_capacity(header.inputs.len() + header.nodes.len());
    for (index, input) in header.inputs.iter().enumerate() {
        let checked = input.ty.check().and_then(|()| port(&input.name, &input.quant, input.ty.dtype));
        checked.map_err(place("input", index))?;
        values.push(Value { ty: input.ty.clone(), interval: input.ty.dtype.range() });
    }
    Ok(values)
}

fn outputs(header: &Header, values: &[Value]) -> Result<(), Error> {
    for (index, output) in header.outputs.iter().enumerate() {
        let value = values.get(output.value as usize).ok_or(Fault::NotEarlier(output.value));
        let checked = value.and_then(|v| port(&output.name, &output.quant, v.ty.dtype));
        checked.map_err(place("output", index))?;
    }
    Ok(())
}

/// The largest number of bytes alive while a node runs (SPEC.md section 2). With no nodes: 0.
fn peak(header: &Header, values: &[Value]) -> u64 {
    // For each value the last node that reads it; outputs live to the end.
    let inputs = header.inputs.len();
    let mut last: Vec<Option<usize>> = vec![None; values.len()];
    let mut set = |v: u32, node: usize| {
        if let Some(slot) = last.get_mut(v as usize) {
            *slot = Some(node);
        }
    };
    for (index, node) in header.nodes.iter().enumerate() {
        node.operands.iter().for_each(|&v| set(v, index));
    }
    header.outputs.iter().for_each(|o| set(o.value, usize::MAX));

    let mut dies_after: Vec<u64> = vec![0; header.nodes.len()];
    let mut alive = 0u64;
    for (v, value) in values.iter().enumerate() {
        if let Some(slot) = last[v].and_then(|node| dies_after.get_mut(node)) {
            *slot = slot.saturating_add(value.ty.bytes());
        }
        if v < inputs && last[v].is_some() {
            alive = alive.saturating_add(value.ty.bytes());
        }
    }
    let mut peak = 0;
    for ((v, value), dying) in values.iter().enumerate().skip(inputs).zip(dies_after) {
        alive = alive.saturating_add(value.ty.bytes());
        peak = peak.max(alive);
        alive -= dying;
        if last[v].is_none() {
            alive -= value.ty.bytes(); // a result that nobody reads
        }
    }
    peak
}
