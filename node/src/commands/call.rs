//! `isocortex call`

use super::DataDir;
use crate::{
    abi::Data,
    backend::Choice,
    chain::{self, explain},
    failure::{Failure, Verdict},
    ui::{BAD, Rows, Ui, thousands},
};
use alloy_primitives::{Address, U256};
use isocortex_vm::{CallRequest, Outcome};
use serde_json::json;

/// Calls a contract on the state of the head, without a transaction; nothing is changed. Exits 1 if it reverts
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    isocortex call --data chain --to 0xCONTRACT --sig 'count() returns (uint256)'")]
pub struct Args {
    #[command(flatten)]
    data: DataDir,
    /// The contract
    #[arg(long)]
    to: Address,
    /// The caller; no signature is asked for
    #[arg(long, default_value_t)]
    from: Address,
    /// Wei to send along
    #[arg(long, default_value = "0")]
    value: U256,
    /// Gas limit [default: the block's]
    #[arg(long)]
    gas: Option<u64>,
    #[command(flatten)]
    call: Data,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let data = args.call.encode()?;
    let chain = chain::open(&args.data.path, choice)?;
    let request = CallRequest {
        from: args.from,
        to: Some(args.to),
        value: args.value,
        data,
        gas: args.gas,
        ..CallRequest::default()
    };
    let called = chain.call(&request)?;
    let gas = called.outcome.gas_used();
    let Outcome::Success { output, .. } = &called.outcome else {
        let reason = explain(&called.outcome);
        ui.line(format_args!("{BAD}{reason}{BAD:#} ({} gas)", thousands(gas)));
        ui.document(&json!({ "success": false, "reason": reason, "gasUsed": gas }))?;
        return Ok(Verdict::No);
    };
    let values = args.call.decode(output)?;
    match &values {
        Some(values) => values.iter().for_each(|value| ui.line(value)),
        None => ui.line(output),
    }
    if !called.inferences.is_empty() {
        let mut rows = Rows::new(&["#inference", "model", "output digest", "#gas"]);
        for entry in &called.inferences {
            rows.row([
                entry.call_index.to_string(),
                entry.model.to_string(),
                crate::ui::short(entry.output),
                thousands(entry.gas),
            ]);
        }
        ui.table(rows);
    }
    ui.line(format_args!("{} gas", thousands(gas)));
    ui.document(&json!({
        "success": true, "output": output, "values": values, "gasUsed": gas, "inferences": called.inferences,
    }))?;
    Ok(Verdict::Yes)
}
