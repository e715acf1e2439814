//! `isocortex model show`

use super::shape;
use crate::{
    commands::convert,
    failure::Failure,
    ui::{Rows, Ui, thousands},
};
use alloy_primitives::B256;
use isocortex_model::{Model, Quant};
use serde_json::json;

/// Prints all that a model file says.
pub fn show(model: &Model, ui: Ui) -> Result<(), Failure> {
    let (header, cost) = (model.header(), model.cost());
    let quant = |q: &Quant| format!("(q − {}) · {} / 2^{}", q.zero_point, q.multiplier, q.shift);
    let mut pairs =
        vec![("model id".to_owned(), model.id().to_string()), ("op set".into(), header.op_set.to_string())];
    for port in &header.inputs {
        pairs.push((format!("input {}", port.name), format!("{}, {}", shape(&port.ty), quant(&port.quant))));
    }
    for (output, ty) in header.outputs.iter().zip(model.output_types()) {
        pairs.push((format!("output {}", output.name), format!("{}, {}", shape(ty), quant(&output.quant))));
    }
    let digest = |digest: Option<[u8; 32]>| digest.map_or("not said".into(), |d| B256::from(d).to_string());
    let p = &header.provenance;
    let gas = convert::gas(model);
    pairs.extend([
        ("input, output".into(), format!("{} and {} bytes", model.input_len(), model.output_len())),
        ("MACs".into(), thousands(cost.macs)),
        ("elements".into(), thousands(cost.elements)),
        ("bytes moved".into(), thousands(cost.bytes)),
        ("bytes at work".into(), thousands(cost.peak)),
        ("gas of one inference".into(), format!("{} by the default prices", thousands(gas))),
        ("weights".into(), format!("{} bytes in {} chunk(s)", thousands(cost.weights), header.chunks.len())),
        ("source".into(), digest(p.source)),
        ("dataset".into(), digest(p.dataset)),
        ("calibration".into(), digest(p.calibration)),
        ("converter".into(), p.converter.clone()),
        ("licence".into(), p.licence.clone().unwrap_or_else(|| "not said".into())),
    ]);
    ui.table(Rows::pairs(pairs));
    let mut rows = Rows::new(&["#value", "operator", "reads", "result", "interval"]);
    for (index, node) in header.nodes.iter().enumerate() {
        let number = header.inputs.len() + index;
        let (ty, interval) = match model.values().get(number) {
            Some(value) => (shape(&value.ty), format!("{} … {}", value.interval.lo, value.interval.hi)),
            None => Default::default(),
        };
        let reads: Vec<_> = node.operands.iter().map(u32::to_string).collect();
        rows.row([number.to_string(), node.op.name().into(), reads.join(", "), ty, interval]);
    }
    ui.table(rows);
    let chunks: Vec<_> = header.chunks.iter().map(|chunk| B256::from(*chunk)).collect();
    chunks.iter().enumerate().for_each(|(index, chunk)| ui.line(format_args!("chunk {index}: {chunk}")));
    let values: Vec<_> =
        model.values().iter().map(|v| json!({ "type": v.ty, "interval": v.interval })).collect();
    let document = json!({
        "id": model.id(), "opSet": header.op_set, "inputs": header.inputs, "outputs": header.outputs,
        "nodes": header.nodes, "values": values, "cost": cost, "inferenceGas": gas,
        "inputLength": model.input_len(), "outputLength": model.output_len(), "chunks": chunks,
        "provenance": {
            "source": p.source.map(B256::from), "dataset": p.dataset.map(B256::from),
            "calibration": p.calibration.map(B256::from), "converter": p.converter, "licence": p.licence,
        },
    });
    ui.document(&document)
}
