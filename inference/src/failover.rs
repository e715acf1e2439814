//! A backend that may fail, and one that answers for it.

use crate::{Backend, Error, Fault, Loaded, Metrics, OpDigest, Place, catch};
use isocortex_model::Model;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering::Relaxed},
};

/// Faults in a row, of a kind that may pass, after which a backend or a model is not tried again.
const TRIES: u32 = 3;

/// Asks a first backend, and on any fault of its machine the second, which gives the same bits.
///
/// A fault is [`Error::Device`] or a panic, while loading, running or tracing; the call that it hits is answered by
/// the second. A fault that does not pass (a lost device, a time-out, a panic), or three others in a row, and the
/// first is left alone until a new `Failover` is made; a model that three times in a row found no memory
/// stays with the second by itself. The second loads a model when it is first needed.
///
/// What is not hidden: an input of the wrong length, which is the caller's fault, and [`Fault::Wrong`], after which
/// no answer of the first can be trusted.
///
/// ```
/// use isocortex_inference::{Cpu, Failover, Metrics, Reference};
/// use std::sync::Arc;
///
/// let metrics = Arc::new(Metrics::with_notice(|line| eprintln!("{line}")));
/// let gpu = Arc::new(Reference); // a backend that may fail
/// let backend = Failover::new(gpu, Arc::new(Cpu::new(1)?), Arc::clone(&metrics));
/// # let _ = backend;
/// assert_eq!(metrics.snapshot().failovers, []);
/// # Ok::<(), isocortex_inference::Error>(())
/// ```
pub struct Failover(Arc<Pair>);

struct Pair {
    first: Arc<dyn Backend>,
    second: Arc<dyn Backend>,
    metrics: Arc<Metrics>,
    tries: Tries,
}

/// Whether something is still tried.
#[derive(Default)]
struct Tries {
    faults_in_a_row: AtomicU32,
    /// Why it is not any more.
    over: OnceLock<String>,
}

impl Tries {
    fn went_well(&self) {
        self.faults_in_a_row.store(0, Relaxed);
    }

    /// Takes note of a fault; `lasts` where it will not pass. True the one time that the tries are over by it.
    fn went_wrong(&self, lasts: bool, fault: &str) -> bool {
        let faults = self.faults_in_a_row.fetch_add(1, Relaxed).saturating_add(1);
        (lasts || faults >= TRIES) && self.over.set(fault.into()).is_ok()
    }
}

impl Failover {
    /// Over these two.
    pub fn new(first: Arc<dyn Backend>, second: Arc<dyn Backend>, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Pair { first, second, metrics, tries: Tries::default() }))
    }
}

impl Pair {
    /// Takes note of a fault of the first: its text. Gives it back where it must not be hidden.
    fn fault(&self, error: Error) -> Result<String, Error> {
        let fault = match error {
            Error::Device { fault: Fault::Wrong, .. } => return Err(error),
            Error::Device { fault, .. } => fault,
            // Lengths were right: a backend that says otherwise is not well.
            Error::InputLength { .. } => Fault::Other,
        };
        let (first, second, text) = (self.first.name(), self.second.name(), error.to_string());
        self.metrics.failover(fault, format_args!("{text}; {second} answers, with the same bits"));
        let lasts = matches!(fault, Fault::Lost | Fault::TimeOut | Fault::Panic);
        // Too little memory for one model says nothing of the others.
        if fault != Fault::Memory && self.tries.went_wrong(lasts, &text) {
            self.metrics.leave_alone(format_args!("{first} is left alone until the next start: {text}"));
        }
        Ok(text)
    }
}

impl Backend for Failover {
    /// The first one's.
    fn name(&self) -> &'static str {
        self.0.first.name()
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        let pair = Arc::clone(&self.0);
        let mut loaded = LoadedFailover {
            pair,
            model: Arc::clone(&model),
            first: None,
            tries: Tries::default(),
            second: OnceLock::new(),
        };
        if self.0.tries.over.get().is_none() {
            match catch(self.name(), || self.0.first.load(model)) {
                Ok(first) => loaded.first = Some(first),
                Err(error) => {
                    loaded.tries.went_wrong(true, &self.0.fault(error)?);
                }
            }
        }
        if loaded.first.is_none() {
            loaded.second()?;
        }
        Ok(Box::new(loaded))
    }
}

struct LoadedFailover {
    pair: Arc<Pair>,
    model: Arc<Model>,
    /// Nothing where it could not be loaded.
    first: Option<Box<dyn Loaded>>,
    /// Those of this model on the first.
    tries: Tries,
    /// Loaded when it is needed.
    second: OnceLock<Box<dyn Loaded>>,
}

impl LoadedFailover {
    /// Why the first is not asked.
    fn over(&self) -> Option<&String> {
        self.pair.tries.over.get().or(self.tries.over.get())
    }

    /// Two threads may load at once; nobody waits for another.
    fn second(&self) -> Result<&dyn Loaded, Error> {
        if let Some(loaded) = self.second.get() {
            return Ok(&**loaded);
        }
        let loaded = self.pair.second.load(Arc::clone(&self.model))?;
        Ok(&**self.second.get_or_init(|| loaded))
    }

    fn answer<T>(&self, work: impl Fn(&dyn Loaded) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(first) = self.first.as_deref().filter(|_| self.over().is_none()) {
            match catch(self.pair.first.name(), || work(first)) {
                Ok(answer) => {
                    self.tries.went_well();
                    self.pair.tries.went_well();
                    return Ok(answer);
                }
                Err(error) => {
                    self.tries.went_wrong(false, &self.pair.fault(error)?);
                }
            }
        }
        work(self.second()?)
    }
}

impl Loaded for LoadedFailover {
    fn model(&self) -> &Model {
        &self.model
    }

    fn place(&self) -> Place {
        match (&self.first, self.over()) {
            (Some(first), None) => first.place(),
            (_, over) => Place { backend: self.pair.second.name(), because: over.cloned() },
        }
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        self.check_lengths(batch)?;
        self.answer(|loaded| loaded.run(batch))
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        self.check_lengths(&[input])?;
        self.answer(|loaded| loaded.trace(input))
    }
}
