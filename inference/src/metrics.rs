//! What a process can tell about its backends. Numbers only go up; nothing that is computed depends on them.

use crate::Fault;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Counters of one process, shared by all its backends, and the way in which it says what an operator must know.
#[derive(Default)]
pub struct Metrics {
    backends: Mutex<BTreeMap<&'static str, Arc<Counts>>>,
    failovers: ByFault,
    compared: AtomicU64,
    last_fault: Mutex<Option<String>>,
    left_alone: OnceLock<String>,
    notice: Option<Notice>,
}

/// Is given each notice, a line of text.
type Notice = Box<dyn Fn(&str) + Send + Sync>;
type ByFault = [AtomicU64; Fault::ALL.len()];

/// Counters of one backend.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    models: AtomicU64,
    handed_on: AtomicU64,
    runs: AtomicU64,
    inputs: AtomicU64,
    input_bytes: AtomicU64,
    output_bytes: AtomicU64,
    faults: ByFault,
}

/// The counters as they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// By backend, in the order of the names.
    pub backends: Vec<BackendCounts>,
    /// Calls that a second backend answered because the first had a fault, by its kind; kinds that never came
    /// are left out.
    pub failovers: Vec<(Fault, u64)>,
    /// Answers that two backends gave and that were compared.
    pub compared: u64,
    /// The text of the last fault.
    pub last_fault: Option<String>,
    /// Which backend is left alone until the next start, and why.
    pub left_alone: Option<String>,
}

/// What one backend did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendCounts {
    /// Its name.
    pub backend: &'static str,
    /// Models loaded on it.
    pub models: u64,
    /// Of these, models that another backend was to load, and handed on.
    pub handed_on: u64,
    /// Batches that it answered.
    pub runs: u64,
    /// Inputs in them.
    pub inputs: u64,
    /// Bytes of these inputs.
    pub input_bytes: u64,
    /// Bytes of their outputs.
    pub output_bytes: u64,
    /// Its faults by kind; kinds that never came are left out.
    pub faults: Vec<(Fault, u64)>,
}

impl Metrics {
    /// Counters that also say, one line at a time, what an operator must know. Each kind of notice comes once.
    pub fn with_notice(notice: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { notice: Some(Box::new(notice)), ..Self::default() }
    }

    /// The counters now. Those of runs that are under way may be in it by half.
    pub fn snapshot(&self) -> Snapshot {
        let backends = lock(&self.backends);
        Snapshot {
            backends: backends.iter().map(|(name, counts)| counts.read(name)).collect(),
            failovers: read(&self.failovers),
            compared: self.compared.load(Relaxed),
            last_fault: lock(&self.last_fault).clone(),
            left_alone: self.left_alone.get().cloned(),
        }
    }

    pub(crate) fn of(&self, backend: &'static str) -> Arc<Counts> {
        Arc::clone(lock(&self.backends).entry(backend).or_default())
    }

    /// A model that its backend handed on.
    pub(crate) fn handed_on(&self, counts: &Counts, what: impl fmt::Display) {
        if counts.handed_on.fetch_add(1, Relaxed) == 0 {
            self.say(format_args!("{what}; further models that are handed on are counted"));
        }
    }

    /// A fault that a second backend makes good.
    pub(crate) fn failover(&self, fault: Fault, what: impl fmt::Display) {
        *lock(&self.last_fault) = Some(what.to_string());
        if one(&self.failovers, fault) == 0 {
            self.say(format_args!("{what}; further faults of this kind are counted"));
        }
    }

    /// A backend that is not asked again.
    pub(crate) fn leave_alone(&self, what: impl fmt::Display) {
        self.say(self.left_alone.get_or_init(|| what.to_string()));
    }

    pub(crate) fn compared(&self, answers: usize) {
        self.compared.fetch_add(answers as u64, Relaxed);
    }

    pub(crate) fn say(&self, what: impl fmt::Display) {
        if let Some(notice) = &self.notice {
            notice(&what.to_string());
        }
    }
}

impl Counts {
    pub fn loaded(&self) {
        self.models.fetch_add(1, Relaxed);
    }

    pub fn ran(&self, batch: &[&[u8]], answers: &[Vec<u8>]) {
        self.runs.fetch_add(1, Relaxed);
        self.inputs.fetch_add(batch.len() as u64, Relaxed);
        self.input_bytes.fetch_add(batch.iter().map(|input| input.len() as u64).sum(), Relaxed);
        self.output_bytes.fetch_add(answers.iter().map(|answer| answer.len() as u64).sum(), Relaxed);
    }

    pub fn fault(&self, fault: Fault) {
        one(&self.faults, fault);
    }

    fn read(&self, backend: &'static str) -> BackendCounts {
        BackendCounts {
            backend,
            models: self.models.load(Relaxed),
            handed_on: self.handed_on.load(Relaxed),
            runs: self.runs.load(Relaxed),
            inputs: self.inputs.load(Relaxed),
            input_bytes: self.input_bytes.load(Relaxed),
            output_bytes: self.output_bytes.load(Relaxed),
            faults: read(&self.faults),
        }
    }
}

/// Counts one more; returns how many came before.
fn one(counters: &ByFault, fault: Fault) -> u64 {
    let counter = Fault::ALL.iter().zip(counters).find(|(kind, _)| **kind == fault);
    counter.map_or(0, |(_, counter)| counter.fetch_add(1, Relaxed))
}

fn read(counters: &ByFault) -> Vec<(Fault, u64)> {
    let counts = Fault::ALL.into_iter().zip(counters.iter().map(|counter| counter.load(Relaxed)));
    counts.filter(|(_, count)| *count > 0).collect()
}

/// What these locks guard is whole after any panic.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}
