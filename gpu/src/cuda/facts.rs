//! What a card says of itself.

use super::CudaDevice;
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
        let name = self.target.name();
        let memory = self.card.enter().ok().and_then(|()| cust::memory::mem_get_info().ok());
        Facts {
            name: self.description.split(", ").next().unwrap_or_default().into(),
            driver: format!("compute capability {major}.{minor}, {driver}"),
            memory: memory.map_or(0, |(_, total)| total as u64),
            kernels: self.demoted.as_ref().map_or(name.into(), |why| format!("{name}, {why}")),
        }
    }
}
