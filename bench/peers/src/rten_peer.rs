use crate::{Input, Job, Run};
use anyhow::{Result, bail};
use rten::{Model, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::{AsView, Tensor};
use std::sync::Arc;

pub fn load(job: Job) -> Result<Run> {
    let model = Model::load_file(&job.model)?;
    let pool = Arc::new(ThreadPool::with_num_threads(job.threads));
    let input = match job.input {
        Input::U8(v) => Value::UInt8Tensor(Tensor::from_data(&job.shape, v)),
        Input::F32(v) => Value::FloatTensor(Tensor::from_data(&job.shape, v)),
    };
    Ok(Box::new(move || {
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        match model.run_one(ValueOrView::from(&input), Some(options))? {
            Value::UInt8Tensor(t) => Ok(t.to_vec()),
            Value::FloatTensor(t) => Ok(t.iter().flat_map(|v| v.to_le_bytes()).collect()),
            _ => bail!("the output is neither u8 nor f32"),
        }
    }))
}
