//! The float model: tract runs the ONNX file as it is.

use crate::{
    error::{ConvertError, guarded},
    import::known_operators,
    source::Source,
};
use std::{path::Path, sync::Arc};
use tract_onnx::prelude::*;

/// An ONNX model that runs in floats, for calibration and comparison.
///
/// Its results may differ in the last bits between machines, since tract picks kernels by processor. Nothing on
/// chain depends on them: what binds is the artifact, not the conversion.
#[derive(Clone, Debug)]
pub struct FloatModel {
    plan: Arc<TypedRunnableModel>,
    shape: Vec<usize>,
}

impl FloatModel {
    /// Loads an ONNX model. `dir` is where its external data may lie; `input_shape`, batch included, is needed
    /// where the file leaves dimensions other than the batch open.
    ///
    /// # Errors
    /// The same as [`convert`](crate::convert)'s, as far as loading goes.
    pub fn load(
        onnx: &[u8],
        dir: Option<&Path>,
        input_shape: Option<&[usize]>,
    ) -> Result<Self, ConvertError> {
        let source = Source::load(onnx, dir, input_shape, &known_operators())?;
        Self::new(&source, &[&source.output])
    }

    /// A model that yields these values, one after the other.
    pub(crate) fn new(source: &Source, values: &[&str]) -> Result<Self, ConvertError> {
        Ok(Self { plan: source.runnable(values)?, shape: source.input_shape.clone() })
    }

    /// Shape of the input as in the file, with a batch of 1.
    pub fn input_shape(&self) -> &[usize] {
        &self.shape
    }

    /// Runs one sample, given in ONNX's element order; the output likewise.
    ///
    /// # Errors
    /// A sample of the wrong length; a failure of the runtime.
    pub fn run(&self, sample: &[f32]) -> Result<Vec<f32>, ConvertError> {
        Ok(self.run_all(sample)?.into_iter().next().unwrap_or_default())
    }

    /// Runs one sample and yields all values.
    pub(crate) fn run_all(&self, sample: &[f32]) -> Result<Vec<Vec<f32>>, ConvertError> {
        let wanted: usize = self.shape.iter().product();
        if sample.len() != wanted {
            let text = format!(
                "a sample has {} elements, the model takes {wanted} ({:?})",
                sample.len(),
                self.shape
            );
            return Err(ConvertError::Data(text));
        }
        guarded("running", || {
            let failed = ConvertError::runtime("running");
            let input = Tensor::from_shape(&self.shape, sample).map_err(&failed)?;
            let outputs = self.plan.run(tvec!(input.into_tvalue())).map_err(&failed)?;
            let elements = outputs.iter().map(|t| {
                let t = t.cast_to::<f32>()?;
                Ok(t.to_plain_array_view::<f32>()?.iter().copied().collect())
            });
            elements.collect::<TractResult<_>>().map_err(&failed)
        })
    }
}
