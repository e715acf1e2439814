//! The backend over a device, open only once its kernels have given known answers.

use crate::{
    Device, Error, Kernel, fuse,
    loaded::{LoadedModel, report},
    lower::{Step, lower},
    program::Program,
    residency::Residency,
    selftest::Case,
};
use isocortex_inference::{Backend, Cpu, Error as InferenceError, Loaded, OpDigest, Place, Reference};
use isocortex_model::Model;
use std::{collections::BTreeSet, sync::Arc};

/// Cases a kernel in the self-test.
const CASES: u64 = 4;

/// Models on a [`Device`]. A model with an op that no kernel computes runs on the CPU, whole: the same bits, and no
/// contract can stop a node by it.
///
/// **Memory.** On the device: each model's constants, and for each run of it at once the values of the batch, all
/// together within a budget. A run whose memory others have waits for it; models used longest ago give theirs up
/// and take it again when they next run. A model that needs more than the whole budget is an error when it is
/// loaded. In the machine's own memory a loaded model keeps its launches, and its packed constants only while
/// they are copied.
pub struct GpuBackend<D: Device> {
    residency: Arc<Residency<D>>,
    /// For what the device has no kernels for.
    rest: Arc<dyn Backend>,
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
        // Where the CPU's vector kernels fail their own self-test, the reference serves.
        let rest = Cpu::new(0).map_or_else(|_| Arc::new(Reference) as Arc<dyn Backend>, |cpu| Arc::new(cpu));
        let budget = device.budget();
        Self { residency: Residency::new(Arc::new(device), budget), rest }
    }

    /// The backend with another budget of device memory, in bytes, for the models that it loads from now on.
    #[must_use]
    pub fn with_budget(self, bytes: u64) -> Self {
        Self { residency: Residency::new(Arc::clone(&self.residency.device), bytes), rest: self.rest }
    }

    /// Bytes of device memory that models have now, and how many they may have.
    pub fn memory(&self) -> (u64, u64) {
        (self.residency.used(), self.residency.budget())
    }

    /// Whether the device has a kernel for every node of the model, and can count its elements.
    pub fn covers(&self, model: &Model) -> bool {
        Program::new(model, &fuse::groups(model), self.device().products(), None)
            .is_ok_and(|(program, _)| program.runs_on(self.device()).is_ok())
    }

    /// Names of the model's ops that have no kernel, or none for a type or a shape that they have here.
    pub fn missing(&self, model: &Model) -> BTreeSet<&'static str> {
        let groups = fuse::groups(model);
        let missing = groups.iter().filter(|group| match lower(model, group) {
            Ok(Step::Launches(works)) => works.iter().any(|work| !self.device().has(work.kernel)),
            lowered => matches!(lowered, Err(Error::NoKernel(_))),
        });
        missing.filter_map(|group| model.header().nodes.get(group.first)).map(|node| node.op.name()).collect()
    }

    /// Runs known cases through every kernel and compares each with the reference.
    ///
    /// # Errors
    /// As [`with_device`](Self::with_device).
    pub fn self_test(&self) -> Result<(), Error> {
        for &kernel in Kernel::ALL.iter().filter(|&&kernel| self.device().has(kernel)) {
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
        let model = Arc::clone(case.model());
        let loaded = LoadedModel::of(Arc::clone(&self.residency), model, Some(case.kernel()))?;
        case.compare(&loaded.run(&case.batch())?)
    }

    pub(crate) const fn residency(&self) -> &Arc<Residency<D>> {
        &self.residency
    }

    /// The device.
    pub fn device(&self) -> &D {
        &self.residency.device
    }
}

impl<D: Device> Backend for GpuBackend<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, InferenceError> {
        match LoadedModel::new(Arc::clone(&self.residency), Arc::clone(&model)) {
            Ok(loaded) => Ok(Box::new(loaded)),
            Err(error @ (Error::NoKernel(_) | Error::Layout(_))) => {
                Ok(Box::new(Elsewhere { loaded: self.rest.load(model)?, because: error.to_string() }))
            }
            Err(error) => Err(report::<D>(error)),
        }
    }
}

/// A model that runs on the backend behind this one, and why.
struct Elsewhere {
    loaded: Box<dyn Loaded>,
    because: String,
}

impl Loaded for Elsewhere {
    fn model(&self) -> &Model {
        self.loaded.model()
    }

    fn place(&self) -> Place {
        Place { because: Some(self.because.clone()), ..self.loaded.place() }
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, InferenceError> {
        self.loaded.run(batch)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, InferenceError> {
        self.loaded.trace(input)
    }
}
