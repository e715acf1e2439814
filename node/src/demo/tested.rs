//! Step 1: a network, converted and measured.

use super::files::{Folder, Network};
use crate::{
    commands::{convert, model},
    failure::Failure,
    ui::{DIM, Ui},
};
use alloy_primitives::hex;
use isocortex_convert::{Converted, Evaluation, Options, Samples, read_labels};
use isocortex_inference::Backend;
use serde_json::json;

/// The licence of the networks.
const LICENCE: &str = "MIT";

/// A converted network with its test data.
pub struct Tested {
    /// The network's files.
    pub network: &'static Network,
    /// What came out of the converter.
    pub converted: Converted,
    /// The first test rows, in ONNX's order.
    pub samples: Samples,
    /// The class of each.
    pub labels: Vec<usize>,
    /// Both models on exactly these rows.
    pub evaluation: Evaluation,
}

/// Converts a network, shows the report, and measures both models on the first `count` test rows.
pub fn convert(
    network: &'static Network,
    count: usize,
    folder: &Folder,
    backend: &dyn Backend,
    ui: Ui,
) -> Result<Tested, Failure> {
    let file = |name: &str| folder.path().join(network.name).join(name);
    ui.line(format_args!(
        "{DIM}$ isocortex convert {0}/model.onnx --calibration {0}/{1} --test {0}/{2} --labels {0}/test-labels.npy --licence {LICENCE} --out {0}.iso{DIM:#}",
        network.name, network.calibration, network.test
    ));
    let options = Options { licence: Some(LICENCE.into()), ..Options::default() };
    let converted = convert::file(&file("model.onnx"), &file(network.calibration), options, ui)?;
    let float = convert::float(&file("model.onnx"), None)?;
    let samples = Samples::read_npy(file(network.test))?;
    let mut labels = read_labels(file("test-labels.npy"))?;
    let whole = convert::accuracy(&float, &converted, backend, &samples, &labels, ui)?;
    let out = folder.path().join(network.name).with_extension("iso");
    std::fs::write(&out, converted.artifact.to_file()).map_err(Failure::file(&out))?;
    convert::show(&converted, Some(&whole), ui);
    let first = samples.iter().take(count).flatten().copied().collect();
    let samples = Samples::new(samples.shape().to_vec(), first)?;
    labels.truncate(samples.len());
    let evaluation = match samples.len() as u64 == whole.samples {
        true => whole,
        false => convert::accuracy(&float, &converted, backend, &samples, &labels, ui)?,
    };
    Ok(Tested { network, converted, samples, labels, evaluation })
}

impl Tested {
    /// The bytes that the integer model takes for row `index`.
    ///
    /// # Errors
    /// No such row.
    pub fn input(&self, index: usize) -> Result<Vec<u8>, Failure> {
        let sample = self.samples.iter().nth(index).ok_or_else(|| Failure::new("no such sample"))?;
        model::input(&self.converted.model, self.samples.shape(), sample)
    }

    /// The name of a class.
    pub fn class(&self, index: usize) -> &'static str {
        self.network.classes.lines().nth(index).unwrap_or("?")
    }

    /// For `--json`.
    pub fn document(&self) -> serde_json::Value {
        json!({
            "name": self.network.name, "report": self.converted.report, "evaluation": self.evaluation,
            "inferenceGas": convert::gas(&self.converted.model),
        })
    }
}

/// What the integer model answers outside the chain.
///
/// # Errors
/// A backend that fails.
pub fn direct(tested: &Tested, inputs: &[Vec<u8>], backend: &dyn Backend) -> Result<Vec<Vec<u8>>, Failure> {
    let loaded = backend.load(tested.converted.model.clone())?;
    let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    Ok(loaded.run(&batch)?)
}

/// Refuses an answer of the chain that is not the converter's.
///
/// # Errors
/// Where they differ.
pub fn same(what: &str, index: usize, chain: &[u8], direct: Option<&Vec<u8>>) -> Result<(), Failure> {
    match direct {
        Some(direct) if direct == chain => Ok(()),
        direct => Err(Failure::refused(format_args!(
            "{what} {index}: the chain answers {}, the model outside the chain {}",
            hex::encode_prefixed(chain),
            direct.map_or("nothing".into(), hex::encode_prefixed)
        ))),
    }
}
