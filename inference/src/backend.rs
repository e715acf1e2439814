//! The seam between what a model is and who computes it.

use isocortex_model::{B256, Model};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// Why a backend gave no answer. Neither kind may ever become a wrong answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's fault: an input of the wrong length.
    #[error("input {index} of the batch has {got} bytes, the model takes {wanted}")]
    InputLength {
        /// Position in the batch.
        index: usize,
        /// Bytes that the model takes.
        wanted: usize,
        /// Bytes given.
        got: usize,
    },
    /// The machine's fault: no memory, a lost device, a failed self-test. Never the model's or the input's.
    #[error("backend {backend}: {reason}")]
    Device {
        /// The backend's name.
        backend: &'static str,
        /// Its kind, for counting, and for telling what may pass.
        fault: Fault,
        /// What happened, and what an operator can do.
        reason: String,
    },
}

/// What kind of fault a machine had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// Not enough memory for this model or batch; others may fit.
    Memory,
    /// The device is gone, or in a state that it does not leave before it is opened again.
    Lost,
    /// No answer within the time that the driver allows.
    TimeOut,
    /// The backend panicked; what it holds may be half done.
    Panic,
    /// A known answer is wrong, or two backends differ.
    Wrong,
    /// Anything else.
    Other,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Memory, Self::Lost, Self::TimeOut, Self::Panic, Self::Wrong, Self::Other];

    /// A word for it, as in metrics: "memory", "lost", "time-out", "panic", "wrong", "other".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Lost => "lost",
            Self::TimeOut => "time-out",
            Self::Panic => "panic",
            Self::Wrong => "wrong",
            Self::Other => "other",
        }
    }
}

/// Where a model runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the backend that computes it.
    pub backend: &'static str,
    /// Why that is not the backend that loaded it; nothing where it is.
    pub because: Option<String>,
}

impl From<&'static str> for Place {
    /// On the backend of that name, as asked for.
    fn from(backend: &'static str) -> Self {
        Self { backend, because: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.because {
            None => f.write_str(self.backend),
            Some(reason) => write!(f, "{} ({reason})", self.backend),
        }
    }
}

/// A way to compute models.
pub trait Backend: Send + Sync {
    /// A short name: "reference", "cpu", "cuda".
    fn name(&self) -> &'static str;

    /// Prepares a model: packs weights, plans memory. Done once; the result serves many threads.
    ///
    /// # Errors
    /// [`Error::Device`] only: every checked model can be loaded by a healthy machine.
    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error>;
}

/// A model ready to run.
pub trait Loaded: Send + Sync {
    /// The model that this computes.
    fn model(&self) -> &Model;

    /// Where the next run is computed. For people and metrics: it says nothing of the answer.
    fn place(&self) -> Place;

    /// Runs each input of a batch (any number, also none): bytes in, bytes out, as in SPEC.md section 1.
    ///
    /// # Errors
    /// [`Error::InputLength`] before anything is computed, or [`Error::Device`].
    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error>;

    /// Runs one input and digests the result of every node, for finding the first one that differs.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error>;

    /// Refuses a batch that holds an input of the wrong length; implementations call it first.
    ///
    /// # Errors
    /// [`Error::InputLength`] for the first such input.
    fn check_lengths(&self, batch: &[&[u8]]) -> Result<(), Error> {
        let wanted = self.model().input_len();
        match batch.iter().position(|input| input.len() != wanted) {
            None => Ok(()),
            Some(index) => Err(Error::InputLength { index, wanted, got: batch[index].len() }),
        }
    }
}

/// The result of one node: its bytes, and their keccak-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpDigest {
    /// Index of the node.
    pub node: usize,
    /// Name of its op.
    pub op: &'static str,
    /// keccak-256 of the bytes of its result.
    pub digest: B256,
    /// The bytes of its result, to name the first differing word.
    pub bytes: Vec<u8>,
}

/// The first node whose results differ, with the position of the first differing byte.
pub fn first_difference<'a>(a: &'a [OpDigest], b: &'a [OpDigest]) -> Option<(&'a OpDigest, usize)> {
    let (x, y) = a.iter().zip(b).find(|(x, y)| x.digest != y.digest)?;
    let at = x.bytes.iter().zip(&y.bytes).position(|(p, q)| p != q);
    Some((x, at.unwrap_or(x.bytes.len().min(y.bytes.len()))))
}

/// Does a backend's work; a panic of it becomes [`Error::Device`] of the kind [`Fault::Panic`].
///
/// # Errors
/// Those of `work`.
pub fn catch<T>(backend: &'static str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let owned = panic.downcast_ref::<String>().map(String::as_str);
        let text = owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Error::Device { backend, fault: Fault::Panic, reason: format!("panicked: {text}") })
    })
}
