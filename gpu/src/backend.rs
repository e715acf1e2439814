//! The backend over a device, open only once its kernels have given known answers.

use crate::{Device, Error, Kernel, loaded::LoadedModel, loaded::report, selftest::Case};
use isocortex_inference::{Backend, Error as InferenceError, Loaded};
use isocortex_model::Model;
use std::sync::Arc;

/// Cases a kernel in the self-test.
const CASES: u64 = 4;

/// Models on a [`Device`].
pub struct GpuBackend<D> {
    device: Arc<D>,
}

impl<D: Device> GpuBackend<D> {
    /// A backend over this device, after its self-test.
    ///
    /// # Errors
    /// [`Error::SelfTest`] where a kernel's answer differs in one bit; what the device refuses.
    pub fn with_device(device: D) -> Result<Self, Error> {
        let backend = Self::unchecked(device);
        backend.self_test()?;
        Ok(backend)
    }

    /// A backend that has answered nothing yet. For tests of the self-test.
    pub fn unchecked(device: D) -> Self {
        Self { device: Arc::new(device) }
    }

    /// Runs known cases through every kernel and compares each with the reference.
    ///
    /// # Errors
    /// As [`with_device`](Self::with_device).
    pub fn self_test(&self) -> Result<(), Error> {
        for &kernel in Kernel::ALL {
            for seed in 0..CASES {
                self.check(&Case::new(kernel, seed)?)?;
            }
        }
        Ok(())
    }

    /// Runs one case and compares it with the reference.
    ///
    /// # Errors
    /// As [`with_device`](Self::with_device).
    pub fn check(&self, case: &Case) -> Result<(), Error> {
        let loaded = LoadedModel::new(Arc::clone(&self.device), Arc::clone(case.model()))?;
        case.compare(&loaded.run(&case.batch())?)
    }

    /// The device.
    pub fn device(&self) -> &D {
        &self.device
    }
}

impl<D: Device> Backend for GpuBackend<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, InferenceError> {
        Ok(Box::new(LoadedModel::new(Arc::clone(&self.device), model).map_err(report::<D>)?))
    }
}
