//! What a test is run on: one store in memory a thread, made anew for each test.

use crate::summary::Outcome;
use isocortex_consensus::Chain;
use isocortex_state::{Genesis as StoreGenesis, StateError, Store};
use isocortex_vm::{ChainSpec, Engine, TraceSink, Vm};
use std::sync::Arc;

/// A store is emptied for the next test by deletions, which it keeps; after so many it is dropped.
const RESETS: u32 = 256;

/// A thread's machine and store.
pub(crate) struct Bench {
    engine: Arc<Engine>,
    trace: Option<TraceSink>,
    store: Option<(Store, u32)>,
}

impl Bench {
    pub(crate) const fn new(engine: Arc<Engine>, trace: Option<TraceSink>) -> Self {
        Self { engine, trace, store: None }
    }

    /// Starts a chain and does the test on it.
    pub(crate) fn with(
        &mut self,
        spec: ChainSpec,
        genesis: &StoreGenesis<'_>,
        test: impl FnOnce(&Chain) -> Result<(), String>,
    ) -> Outcome {
        let (store, resets) = match self.store(genesis) {
            Ok(store) => store,
            Err(error) => return Outcome::Failed(error.to_string()),
        };
        let mut vm = Vm::new(Arc::new(spec), Arc::clone(&self.engine));
        if let Some(sink) = &self.trace {
            vm = vm.with_trace(Arc::clone(sink));
        }
        let chain = Chain::from_parts(store, vm);
        let outcome = test(&chain).map_or_else(Outcome::Failed, |()| Outcome::Passed);
        self.store = Some((chain.into_store(), resets));
        outcome
    }

    fn store(&mut self, genesis: &StoreGenesis<'_>) -> Result<(Store, u32), StateError> {
        match self.store.take() {
            Some((store, left @ 1..)) => store.reset(genesis).map(|()| (store, left - 1)),
            _ => Store::create_in_memory(genesis).map(|store| (store, RESETS)),
        }
    }
}
