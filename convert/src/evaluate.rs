//! The float model and the integer model side by side on labelled samples.

use crate::{
    data::Samples,
    error::ConvertError,
    float::FloatModel,
    ports::{dequantise_output, port_order, quantise_input},
};
use isocortex_inference::Backend;
use isocortex_model::Model;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Samples that go to the backend at once.
const BATCH: usize = 64;

/// How often each model is right, and how often they agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of samples.
    pub samples: u64,
    /// Samples that the float model classifies as labelled.
    pub float_right: u64,
    /// Samples that the integer model classifies as labelled.
    pub integer_right: u64,
    /// Samples that both put into the same class.
    pub agree: u64,
}

impl Evaluation {
    /// Share of samples that the float model gets right, 0 to 1.
    pub fn float_accuracy(&self) -> f64 {
        self.share(self.float_right)
    }

    /// Share of samples that the integer model gets right, 0 to 1.
    pub fn integer_accuracy(&self) -> f64 {
        self.share(self.integer_right)
    }

    /// Share of samples on which both say the same, 0 to 1.
    pub fn agreement(&self) -> f64 {
        self.share(self.agree)
    }

    fn share(&self, n: u64) -> f64 {
        n as f64 / self.samples.max(1) as f64
    }
}

/// Runs both models on labelled samples, given in ONNX's element order. `progress` is told (done, of).
///
/// # Errors
/// Samples that do not fit the model or the labels; a failing runtime or backend.
pub fn evaluate(
    float: &FloatModel,
    backend: &dyn Backend,
    model: Arc<Model>,
    samples: &Samples,
    labels: &[usize],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Evaluation, ConvertError> {
    if samples.len() != labels.len() {
        return Err(ConvertError::Data(format!("{} samples and {} labels", samples.len(), labels.len())));
    }
    let failed = |e: isocortex_inference::Error| ConvertError::Backend(e.to_string());
    let (Some(port), Some(output)) = (model.header().inputs.first(), model.header().outputs.first()) else {
        return Err(ConvertError::Model("it has no input or output".into()));
    };
    let Some(ty) = model.output_types().next() else {
        return Err(ConvertError::Model("it has no output".into()));
    };
    let loaded = backend.load(model.clone()).map_err(failed)?;
    let mut counts = Evaluation::default();
    let all: Vec<(&[f32], usize)> = samples.iter().zip(labels.iter().copied()).collect();
    for part in all.chunks(BATCH) {
        let inputs = part.iter().map(|(s, _)| quantise_input(port, &port_order(float.input_shape(), s)));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let answers = loaded.run(&batch).map_err(failed)?;
        for ((sample, label), bytes) in part.iter().zip(&answers) {
            let real = class(&float.run(sample)?);
            let integer = class(&dequantise_output(output, ty, bytes));
            counts.samples += 1;
            counts.float_right += u64::from(real == *label);
            counts.integer_right += u64::from(integer == *label);
            counts.agree += u64::from(real == integer);
        }
        progress(counts.samples, all.len() as u64);
    }
    Ok(counts)
}

/// The index of the largest output, the lowest one of equals. A single output is a probability: class 1 is what
/// exceeds one half.
pub fn class(outputs: &[f32]) -> usize {
    if let [one] = outputs {
        return usize::from(*one > 0.5);
    }
    let best = outputs.iter().enumerate().fold(None, |best: Option<(usize, f32)>, (i, &x)| match best {
        Some((_, top)) if top >= x => best,
        _ => Some((i, x)),
    });
    best.map_or(0, |(i, _)| i)
}
