//! Opening a GPU.

use super::{Kind, tally};
use crate::failure::Failure;
use isocortex_gpu::{CudaBackend, Device, Error, Facts, GpuBackend, Kernel};
#[cfg(feature = "vulkan")]
use isocortex_gpu::{VulkanAdapter, VulkanBackend, VulkanDevice};
use isocortex_inference::Backend;
use std::sync::Arc;

/// A GPU that has passed its self-test.
pub struct Gpu {
    /// What computes on it.
    pub backend: Arc<dyn Backend>,
    /// What it says of itself.
    pub facts: Facts,
    /// How many kernels it has, each of which has given its known answers.
    pub kernels: usize,
}

impl Gpu {
    /// Opens the best device of this kind; one that is emulated by software only where that may be.
    ///
    /// # Errors
    /// No device, or a known answer that differs.
    pub fn open(kind: Kind, software: bool) -> Result<Self, Error> {
        match kind {
            Kind::Cuda => {
                let backend = CudaBackend::new()?;
                if let Some(why) = backend.device().demoted() {
                    tally::note(&format!("backend cuda: products {why}"));
                }
                Ok(Self {
                    facts: backend.device().facts(),
                    kernels: kernels(&backend),
                    backend: Arc::new(backend),
                })
            }
            _ => vulkan(software),
        }
    }
}

fn kernels<D: Device>(backend: &GpuBackend<D>) -> usize {
    Kernel::ALL.iter().filter(|&&kernel| backend.device().has(kernel)).count()
}

#[cfg(feature = "vulkan")]
fn vulkan(software: bool) -> Result<Gpu, Error> {
    let device = VulkanDevice::open(&VulkanAdapter::best(software)?)?;
    let backend = VulkanBackend::with_device(device)?;
    Ok(Gpu { facts: backend.device().facts(), kernels: kernels(&backend), backend: Arc::new(backend) })
}

#[cfg(not(feature = "vulkan"))]
fn vulkan(_: bool) -> Result<Gpu, Error> {
    Err(Error::NoVulkan("this program was built without the feature `vulkan`".into()))
}

/// Whether the machine simply has no such device.
pub fn absent(error: &Error) -> bool {
    matches!(error, Error::NoDriver(_) | Error::NoDevice { .. } | Error::NoVulkan(_))
}

/// In words, with what to do.
pub fn failure(kind: Kind, error: &Error) -> Failure {
    Failure::new(format_args!("backend {}: {error}", kind.name()))
        .hint("`isocortex devices` shows what this machine has; --backend cpu works everywhere")
}
