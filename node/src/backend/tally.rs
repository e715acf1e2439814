//! What the backends of this process did, for people and scripts.

use crate::ui::{BOLD, Rows, Ui, thousands};
use isocortex_inference::{BackendCounts, Fault, Metrics, Snapshot};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

/// The counters of this process. What an operator must know at once is a line on standard error.
pub static METRICS: LazyLock<Arc<Metrics>> = LazyLock::new(|| Arc::new(Metrics::with_notice(note)));

/// A line on standard error that stops nothing.
pub fn note(text: &str) {
    anstream::eprintln!("{BOLD}note:{BOLD:#} {text}");
}

/// Who computed what, as a JSON value.
pub fn computed() -> Value {
    let backends = METRICS.snapshot().backends;
    backends.iter().map(|b| json!({ "backend": b.backend, "models": b.models, "inputs": b.inputs })).collect()
}

/// "3 model(s) on cpu", for each backend that others handed models on to.
pub fn elsewhere() -> Vec<String> {
    let others = METRICS.snapshot().backends.into_iter().filter(|b| b.handed_on > 0);
    others.map(|b| format!("{} model(s) on {}", b.handed_on, b.backend)).collect()
}

/// With `--metrics`: all counters, on standard error.
pub fn tally(ui: Ui) {
    let Snapshot { backends, failovers, compared, last_fault, left_alone } = METRICS.snapshot();
    let mut rows = Rows::new(&[
        "backend",
        "#models",
        "#handed on",
        "#runs",
        "#inputs",
        "#bytes in",
        "#bytes out",
        "faults",
    ]);
    for BackendCounts { backend, models, handed_on, runs, inputs, input_bytes, output_bytes, faults } in
        backends
    {
        let numbers = [models, handed_on, runs, inputs, input_bytes, output_bytes].map(thousands);
        rows.row([backend.to_owned()].into_iter().chain(numbers).chain([kinds(&faults)]));
    }
    ui.aside(rows);
    let pairs = [
        ("failovers", kinds(&failovers)),
        ("answers compared", thousands(compared)),
        ("last fault", last_fault.unwrap_or_else(|| "none".into())),
        ("left alone", left_alone.unwrap_or_else(|| "none".into())),
    ];
    ui.aside(Rows::pairs(pairs));
}

/// "2 memory, 1 lost"
fn kinds(faults: &[(Fault, u64)]) -> String {
    let words: Vec<_> = faults.iter().map(|(fault, count)| format!("{count} {}", fault.name())).collect();
    if words.is_empty() { "none".into() } else { words.join(", ") }
}
