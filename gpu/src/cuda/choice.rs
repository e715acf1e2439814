//! Which kernels a card is given: the best that it runs and that give the known answers.

use super::{CudaBackend, CudaDevice, Target};
use crate::Error;
use isocortex_inference::Fault;
use std::time::Duration;

impl CudaBackend {
    /// Card number `ordinal` after its self-test, with the best kernels that it runs. Where those by wgmma do not load,
    /// or one of them is wrong, those for 8.0 and later serve, and [`CudaDevice::demoted`] says why. With one time
    /// limit for everything, where one is given, in place of what fits the work.
    ///
    /// # Errors
    /// As [`CudaBackend::new`].
    pub fn best(ordinal: u32, patience: Option<Duration>) -> Result<Self, Error> {
        let compute = CudaDevice::find(ordinal)?.compute;
        let (mut because, mut first) = (None, None);
        for &target in Target::ALL.iter().rev().filter(|target| target.runs_on(compute)) {
            match Self::with(ordinal, target, patience, because.take()) {
                Err(error) if target == Target::Sm90a && error.fault() != Fault::TimeOut => {
                    because = Some(format!("not by wgmma: {error}"));
                    first = Some(error);
                }
                // After some faults nothing works any more, and only the first says why.
                tried => return tried.map_err(|error| first.unwrap_or(error)),
            }
        }
        Err(Error::layout("a card without kernels"))
    }

    /// Card number `ordinal` after its self-test, with the kernels for this target, which it must be able to run.
    ///
    /// # Errors
    /// As [`CudaBackend::new`].
    pub fn with_target(ordinal: u32, target: Target, patience: Option<Duration>) -> Result<Self, Error> {
        Self::with(ordinal, target, patience, None)
    }

    fn with(
        ordinal: u32,
        target: Target,
        patience: Option<Duration>,
        demoted: Option<String>,
    ) -> Result<Self, Error> {
        let mut device = CudaDevice::open_with(ordinal, Some(target))?;
        device.patience = patience;
        device.demoted = demoted;
        Self::with_device(device)
    }
}

impl CudaDevice {
    /// Which kernels it has.
    pub const fn target(&self) -> Target {
        self.target
    }

    /// Why these are not the best that such cards run, where they are not: something to tell the operator.
    pub fn demoted(&self) -> Option<&str> {
        self.demoted.as_deref()
    }
}
