//! What a card says of itself.

use super::{CudaDevice, Target};
use crate::Facts;
use cust::CudaApiVersion;

impl CudaDevice {
    /// Name, generation and driver, memory, kernels. What the driver does not say is left out.
    pub fn facts(&self) -> Facts {
        let (major, minor) = self.compute;
        let driver = CudaApiVersion::get()
            .map_or("a driver that does not say its version".into(), |version| {
                format!("driver for CUDA {}.{}", version.major(), version.minor())
            });
        let memory = self.card.enter().ok().and_then(|()| cust::memory::mem_get_info().ok());
        let target = Target::ALL.iter().rfind(|target| target.runs_on(self.compute));
        Facts {
            name: self.description.split(", ").next().unwrap_or_default().into(),
            driver: format!("compute capability {major}.{minor}, {driver}"),
            memory: memory.map_or(0, |(_, total)| total as u64),
            kernels: target.map_or("none", |target| target.name()).into(),
        }
    }
}
