use crate::{Input, Job, Run};
use anyhow::Result;
use tract_linalg::multithread::{Executor, set_default_executor};
use tract_onnx::prelude::*;

pub fn load(job: Job) -> Result<Run> {
    if job.threads > 1 {
        set_default_executor(Executor::multithread(job.threads));
    }
    let input = match &job.input {
        Input::U8(v) => Tensor::from_shape(&job.shape, v)?,
        Input::F32(v) => Tensor::from_shape(&job.shape, v)?,
    };
    let fact = InferenceFact::dt_shape(input.datum_type(), job.shape);
    let mut onnx = tract_onnx::onnx();
    onnx.ignore_value_info = true; // it holds the symbol of the batch, which `fact` replaces
    onnx.use_output_shapes = false;
    let model = onnx.model_for_path(&job.model)?.with_input_fact(0, fact)?;
    let model = model.into_optimized()?.into_runnable()?;
    Ok(Box::new(move || {
        let output = model.run(tvec!(input.clone().into_tvalue()))?.remove(0).into_tensor();
        Ok(output.as_bytes().to_vec())
    }))
}
