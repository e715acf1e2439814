//! What a machine with a GPU runs: `isocortex-gpu-check` compares every kernel with the reference, and
//! `isocortex-gpu-bench` measures. Both also run on the emulated driver, where times mean nothing.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod bench;
pub mod check;
mod net;

pub use net::{Network, digest, gemm, random_bytes};

use isocortex_gpu::{CudaBackend, CudaDevice, Error, GpuBackend, Target};
use std::{process::ExitCode, sync::Arc};

/// A card with the kernels of one target, whose self-test has passed.
pub struct Card {
    /// Which kernels.
    pub target: Target,
    /// The backend over them.
    pub backend: Arc<CudaBackend>,
}

impl Card {
    /// The card once for each target that it runs, the best last.
    ///
    /// # Errors
    /// A missing driver or card; a failed self-test.
    pub fn open_all(ordinal: u32) -> Result<Vec<Self>, Error> {
        let compute = CudaDevice::open(ordinal)?.compute();
        let targets = Target::ALL.iter().filter(|target| target.runs_on(compute));
        targets
            .map(|&target| {
                let device = CudaDevice::open_with(ordinal, Some(target))?;
                Ok(Self { target, backend: Arc::new(GpuBackend::with_device(device)?) })
            })
            .collect()
    }

    /// The card with the best kernels that it runs.
    ///
    /// # Errors
    /// As [`open_all`](Self::open_all).
    pub fn open_best(ordinal: u32) -> Result<Self, Error> {
        let backend = GpuBackend::with_device(CudaDevice::open(ordinal)?)?;
        let compute = backend.device().compute();
        let target = Target::ALL.iter().rfind(|target| target.runs_on(compute)).copied();
        Ok(Self { target: target.unwrap_or(Target::ALL[0]), backend: Arc::new(backend) })
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
