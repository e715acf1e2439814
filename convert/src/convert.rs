//! The whole way from ONNX bytes to an artifact.

use crate::{
    calibrate::{self, RangeMethod},
    data::Samples,
    error::ConvertError,
    fold::fold,
    import::{import, known_operators},
    lower::lower,
    quantise::hold,
    report::{self, Report},
    source::Source,
};
use isocortex_model::{Artifact, Error, Model, Provenance, keccak256};
use std::{path::PathBuf, sync::Arc};

/// What a caller may decide.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Shape of the input, batch included, where the file leaves dimensions other than the batch open.
    pub input_shape: Option<Vec<usize>>,
    /// The reals that inputs can have. Without it the calibration data say so; pixels that reach both 0 and 1
    /// get a scale of 1/255 and a zero point of −128, so that on chain an input byte is pixel − 128.
    pub input_range: Option<(f32, f32)>,
    /// How ranges of activations are chosen.
    pub ranges: RangeMethod,
    /// Folder of the ONNX file, where its external data lie.
    pub folder: Option<PathBuf>,
    /// keccak-256 of the training data, for the artifact's provenance.
    pub dataset: Option<[u8; 32]>,
    /// SPDX expression, for the artifact's provenance.
    pub licence: Option<String>,
}

/// A converted model.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The artifact; its check has passed.
    pub artifact: Artifact,
    /// The checked model.
    pub model: Arc<Model>,
    /// What was done.
    pub report: Report,
}

/// Converts an ONNX model: import, calibration on `samples` (in ONNX's element order), quantisation, lowering,
/// and the check of SPEC.md. `progress` is told (done, of) of the calibration.
///
/// # Errors
/// A [`ConvertError`] that names the ONNX node where one is at fault.
pub fn convert(
    onnx: &[u8],
    samples: &Samples,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Converted, ConvertError> {
    let source =
        Source::load(onnx, options.folder.as_deref(), options.input_shape.as_deref(), &known_operators())?;
    fits(samples, &source.input_shape)?;
    let (graph, notes) = import(&source)?;
    let graph = fold(graph);
    let seen = calibrate::observe(&source, &graph, samples, progress)?;
    let held = hold(&graph, &seen, options.ranges, options.input_range)?;
    let digest = keccak256(onnx);
    let provenance = Provenance {
        source: Some(digest.0),
        dataset: options.dataset,
        calibration: Some(samples.digest().0),
        converter: concat!("isocortex-convert ", env!("CARGO_PKG_VERSION")).into(),
        licence: options.licence.clone(),
    };
    let lowered = lower(&graph, &held, provenance)?;
    let model = Model::check(&lowered.artifact).map_err(|error| {
        let origin = match error {
            Error::Node { index, .. } => lowered.origins.get(index),
            _ => None,
        };
        let layer = origin.and_then(|&o| graph.nodes.get(o)).map(|n| n.name.clone());
        ConvertError::Check { layer, error }
    })?;
    let model = Arc::new(model);
    let report = report::report(report::Inputs {
        source: &source,
        digest,
        graph: &graph,
        seen: &seen,
        held: &held,
        lowered: &lowered,
        model: model.clone(),
        samples,
        notes,
    })?;
    Ok(Converted { artifact: lowered.artifact, model, report })
}

/// Samples fit where they have the input's dimensions, those of 1 not counted.
fn fits(samples: &Samples, shape: &[usize]) -> Result<(), ConvertError> {
    let large = |s: &[usize]| -> Vec<usize> { s.iter().copied().filter(|&d| d != 1).collect() };
    if large(samples.shape()) == large(shape) {
        return Ok(());
    }
    Err(ConvertError::Data(format!(
        "samples have the shape {:?} and the input {shape:?}; give them in ONNX's order, images as [N, C, H, W]",
        samples.shape()
    )))
}
