//! Models in memory, ready to run.

use crate::Error;
use alloy_primitives::B256;
use isocortex_inference::{Backend, Loaded, Model, Reference, catch};
use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};
use std::{fmt, sync::Arc};

type Models = Cache<B256, Arc<dyn Loaded>, Bytes>;

/// A backend and the models that it has loaded. One serves all EVMs of a process, on any number of threads.
///
/// What is in memory changes how long a call takes and nothing else.
pub struct Engine {
    backend: Arc<dyn Backend>,
    models: Models,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("backend", &self.backend.name())
            .field("models", &self.models.len())
            .finish()
    }
}

impl Default for Engine {
    /// The reference backend with 256 MiB of models.
    fn default() -> Self {
        Self::new(Arc::new(Reference), 1 << 28)
    }
}

/// Estimated memory of a loaded model, from above.
#[derive(Clone, Copy, Debug)]
struct Bytes;

impl Weighter<B256, Arc<dyn Loaded>> for Bytes {
    fn weight(&self, _: &B256, loaded: &Arc<dyn Loaded>) -> u64 {
        let (model, nodes) = (loaded.model(), &loaded.model().header().nodes);
        // Each node has its own packed copy of what it names, however often it was named before: up to eight
        // times as large, and more only where it is small (see `isocortex_inference::Cpu`).
        let packed =
            |bytes: u64| bytes.saturating_mul(128).min(bytes.saturating_mul(8).saturating_add(1 << 17));
        let named = nodes.iter().flat_map(|node| node.op.constants());
        let named = named.filter_map(|index| model.header().constants.get(index as usize));
        [
            model.cost().weights.saturating_mul(4), // as they are, or widened to 32 bits
            model.cost().peak.min(1 << 22),         // what a backend keeps to run in
            512 * nodes.len() as u64,
            1 << 16,
        ]
        .into_iter()
        .chain(named.map(|ty| packed(ty.bytes())))
        .fold(0, u64::saturating_add)
    }
}

impl Engine {
    /// An engine that keeps about `budget` bytes of models in memory, those used lately. A model that is
    /// larger is loaded anew for each call.
    pub fn new(backend: Arc<dyn Backend>, budget: u64) -> Self {
        // One shard, so that the budget is one.
        let options =
            OptionsBuilder::new().shards(1).estimated_items_capacity(64).weight_capacity(budget).build();
        let models = match options {
            Ok(options) => Cache::with_options(
                options,
                Bytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            // Only for options that lack a capacity.
            Err(_) => Cache::with_weighter(64, budget, Bytes),
        };
        Self { backend, models }
    }

    /// Name of the backend.
    pub fn backend(&self) -> &'static str {
        self.backend.name()
    }

    /// Whether a model is in memory.
    pub fn holds(&self, model: B256) -> bool {
        self.models.contains_key(&model)
    }

    /// A model that is in memory, or the one that `fetch` finds, loaded.
    ///
    /// Two threads may load the same model at once; nobody waits for another, so no thread pool can be
    /// blocked by it.
    pub(crate) fn get<E: From<Error>>(
        &self,
        id: B256,
        fetch: impl FnOnce() -> Result<Model, E>,
    ) -> Result<Arc<dyn Loaded>, E> {
        if let Some(loaded) = self.models.get(&id) {
            return Ok(loaded);
        }
        let model = Arc::new(fetch()?);
        let loaded: Arc<dyn Loaded> = self.guard(id, || self.backend.load(model))?.into();
        self.models.insert(id, Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Runs a batch of inputs of the right length.
    pub(crate) fn run(&self, loaded: &dyn Loaded, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let model = loaded.model();
        let outputs = self.guard(model.id(), || loaded.run(batch))?;
        if outputs.len() != batch.len() || outputs.iter().any(|output| output.len() != model.output_len()) {
            let reason = format!("backend {} gave outputs of the wrong number or length", self.backend());
            return Err(Error::Backend { model: model.id(), reason });
        }
        Ok(outputs)
    }

    /// A backend's error or panic is the node's fault, whatever it says.
    fn guard<T>(
        &self,
        model: B256,
        work: impl FnOnce() -> Result<T, isocortex_inference::Error>,
    ) -> Result<T, Error> {
        catch(self.backend(), work).map_err(|error| Error::Backend { model, reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::{
        Artifact, DType, Node, Op, Output, Port, Quant, Tensor, TensorType,
        ops::{Clamp, MatMul},
    };

    fn weight(constants: Vec<Tensor>, nodes: u32, op: &Op) -> u64 {
        let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
        let artifact = Artifact::build(
            vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[256]), quant }],
            constants,
            (0..nodes).map(|_| Node { operands: vec![0], op: op.clone() }).collect(),
            vec![Output { name: "y".into(), value: nodes, quant }],
            Default::default(),
        );
        let loaded = Reference.load(Arc::new(Model::check(&artifact).unwrap())).unwrap();
        Bytes.weight(&B256::ZERO, &loaded.into())
    }

    #[test]
    fn a_constant_weighs_as_often_as_it_is_named() {
        let constants = || vec![Tensor::i8(&[256, 256], vec![1; 1 << 16]), Tensor::i32(&[256], vec![0; 256])];
        let matmul = Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 });
        assert!(weight(constants(), 100, &matmul) > weight(constants(), 1, &matmul) + 99 * (1 << 18));
    }

    #[test]
    fn a_small_model_weighs_little() {
        assert!(weight(vec![], 1, &Op::Clamp(Clamp { lo: 0, hi: 9 })) < 1 << 17);
    }
}
