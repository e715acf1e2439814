//! A backend whose work is counted.

use crate::{Backend, Error, Loaded, Metrics, OpDigest, Place, metrics::Counts};
use isocortex_model::Model;
use std::sync::Arc;

/// Another backend, counted in [`Metrics`] under the name of whoever computes: a model that it hands on is
/// counted there.
pub struct Metered {
    backend: Arc<dyn Backend>,
    metrics: Arc<Metrics>,
}

impl Metered {
    /// Counts what this backend does.
    pub fn new(backend: Arc<dyn Backend>, metrics: Arc<Metrics>) -> Self {
        Self { backend, metrics }
    }
}

impl Backend for Metered {
    fn name(&self) -> &'static str {
        self.backend.name()
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        let id = model.id();
        let loaded = seen(&self.metrics.of(self.name()), self.backend.load(model))?;
        let place = loaded.place();
        let counts = self.metrics.of(place.backend);
        counts.loaded();
        if place.because.is_some() {
            self.metrics.handed_on(&counts, format_args!("model {id} runs on {place}"));
        }
        Ok(Box::new(LoadedMetered { loaded, counts }))
    }
}

struct LoadedMetered {
    loaded: Box<dyn Loaded>,
    counts: Arc<Counts>,
}

/// Counts a fault.
fn seen<T>(counts: &Counts, outcome: Result<T, Error>) -> Result<T, Error> {
    if let Err(Error::Device { fault, .. }) = &outcome {
        counts.fault(*fault);
    }
    outcome
}

impl Loaded for LoadedMetered {
    fn model(&self) -> &Model {
        self.loaded.model()
    }

    fn place(&self) -> Place {
        self.loaded.place()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let answers = seen(&self.counts, self.loaded.run(batch))?;
        self.counts.ran(batch, &answers);
        Ok(answers)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        seen(&self.counts, self.loaded.trace(input))
    }
}
