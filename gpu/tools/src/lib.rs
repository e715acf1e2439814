//! What a machine with a GPU runs: `isocortex-gpu-check` compares every kernel with the reference, and
//! `isocortex-gpu-bench` measures. Both also run on the emulated driver, where times mean nothing.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod bench;
pub mod check;
mod net;

pub use net::{Network, digest, gemm, random_bytes};

use isocortex_gpu::{CudaBackend, Error, Target};
use std::{panic::resume_unwind, process::ExitCode, sync::Arc, thread, time::Duration};

/// A card with the kernels of one target, whose self-test has passed.
pub struct Card {
    /// Which kernels.
    pub target: Target,
    /// The backend over them.
    pub backend: Arc<CudaBackend>,
}

impl Card {
    /// The card once for each target that it runs, the best last; with one time limit for everything, where one is
    /// given, in place of what fits the work.
    ///
    /// # Errors
    /// A missing driver or card; a failed self-test.
    pub fn open_all(ordinal: u32, patience: Option<Duration>) -> Result<Vec<Self>, Error> {
        let best = Self::open_best(ordinal, patience)?;
        let compute = best.backend.device().compute();
        let others = Target::ALL.iter().filter(|target| target.runs_on(compute) && **target != best.target);
        // Side by side, for a driver compiles each target's kernels when it first sees them.
        let mut cards: Vec<Self> = thread::scope(|scope| {
            let opening: Vec<_> =
                others.map(|&target| scope.spawn(move || Self::open(ordinal, target, patience))).collect();
            opening
                .into_iter()
                .map(|card| card.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect::<Result<_, _>>()
        })?;
        cards.push(best);
        Ok(cards)
    }

    /// The card with the best kernels that it runs.
    ///
    /// # Errors
    /// As [`open_all`](Self::open_all).
    pub fn open_best(ordinal: u32, patience: Option<Duration>) -> Result<Self, Error> {
        let backend = CudaBackend::best(ordinal, patience)?;
        Ok(Self { target: backend.device().target(), backend: Arc::new(backend) })
    }

    /// The card with the kernels for this target, which it must be able to run.
    ///
    /// # Errors
    /// As [`open_all`](Self::open_all).
    pub fn open(ordinal: u32, target: Target, patience: Option<Duration>) -> Result<Self, Error> {
        Ok(Self { target, backend: Arc::new(CudaBackend::with_target(ordinal, target, patience)?) })
    }

    /// Its name, compute capability and kernels.
    pub fn description(&self) -> String {
        format!("{}, kernels for {}", self.backend.device().description(), self.target.name())
    }

    /// Whether the card is the emulation, whose times mean nothing.
    pub fn is_emulated(&self) -> bool {
        self.backend.device().description().starts_with("Emulated card")
    }
}

/// A target by the name of what makes its products, as arguments give it.
///
/// # Errors
/// The names that there are.
pub fn target(name: &str) -> Result<Target, String> {
    let names = || Target::ALL.iter().map(|target| target.name()).collect::<Vec<_>>().join(", ");
    Target::ALL.iter().find(|target| target.name() == name).copied().ok_or_else(names)
}

/// How a check ended, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything was compared and is equal.
    Equal,
    /// Something could not be compared, or not all that was asked for.
    NotMeasured,
    /// Something differs, or the device failed.
    Differs,
}

impl Verdict {
    /// Of an error at opening a card.
    pub const fn of(error: &Error) -> Self {
        match error {
            Error::NoDriver(_) | Error::NoDevice { .. } | Error::TooOld { .. } => Self::NotMeasured,
            _ => Self::Differs,
        }
    }
}

/// 0, 1 where something differs, 2 where something was not measured.
impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Equal => 0,
            Verdict::NotMeasured => 2,
            Verdict::Differs => 1,
        })
    }
}
