//! Which of a machine's Vulkan devices is used.

use crate::{Error, Facts};
use wgpu::{Adapter, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

/// Pointers and the struct that the largest kernel takes.
const BINDINGS: u32 = 10;

/// A device that a Vulkan driver shows.
#[derive(Clone, Debug)]
pub struct VulkanAdapter {
    adapter: Adapter,
}

impl VulkanAdapter {
    /// All of them, the best first: a card of its own, then one that shares the machine's memory, then others, then
    /// what only emulates a card on the CPU.
    pub fn all() -> Vec<Self> {
        let instance = Instance::new(InstanceDescriptor {
            backends: Backends::VULKAN,
            flags: InstanceFlags::empty(),
            ..InstanceDescriptor::new_without_display_handle()
        });
        let mut found: Vec<_> = pollster::block_on(instance.enumerate_adapters(Backends::VULKAN))
            .into_iter()
            .map(|adapter| Self { adapter })
            .collect();
        found.sort_by_key(|a| match a.adapter.get_info().device_type {
            DeviceType::DiscreteGpu => 0,
            DeviceType::IntegratedGpu => 1,
            DeviceType::VirtualGpu => 2,
            DeviceType::Other => 3,
            DeviceType::Cpu => 4,
        });
        found
    }

    /// The best that has what the kernels need. One that emulates a card on the CPU is taken only where `software`
    /// is set: the CPU backend is much faster.
    ///
    /// # Errors
    /// [`Error::NoVulkan`], which says what there was instead.
    pub fn best(software: bool) -> Result<Self, Error> {
        let mut refused = vec![];
        for adapter in Self::all() {
            match adapter.unfit(software) {
                None => return Ok(adapter),
                Some(reason) => refused.push(format!("{}: {reason}", adapter.name())),
            }
        }
        Err(Error::NoVulkan(if refused.is_empty() { "no driver found".into() } else { refused.join("; ") }))
    }

    /// Why it is not taken.
    fn unfit(&self, software: bool) -> Option<&'static str> {
        let limits = self.adapter.limits();
        if self.is_software() && !software {
            Some("software, slower than the CPU backend")
        } else if limits.max_storage_buffers_per_shader_stage < BINDINGS {
            Some("too few storage buffers")
        } else if limits.max_compute_invocations_per_workgroup < crate::THREADS
            || limits.max_compute_workgroup_size_x < crate::THREADS
        {
            Some("work groups too small")
        } else {
            None
        }
    }

    /// Whether it emulates a card on the CPU.
    pub fn is_software(&self) -> bool {
        self.adapter.get_info().device_type == DeviceType::Cpu
    }

    /// What it says of itself: Vulkan tells of memory only how much of it is where, so that is left out.
    pub fn facts(&self) -> Facts {
        let kind = match self.adapter.get_info().device_type {
            DeviceType::DiscreteGpu => "discrete",
            DeviceType::IntegratedGpu => "integrated",
            DeviceType::VirtualGpu => "virtual",
            DeviceType::Cpu => "software",
            DeviceType::Other => "other",
        };
        let driver = format!("{kind}, {}", self.driver());
        Facts { name: self.name(), driver, memory: 0, kernels: "packed dot products".into() }
    }

    fn name(&self) -> String {
        self.adapter.get_info().name
    }

    /// The driver's name and version.
    fn driver(&self) -> String {
        let info = self.adapter.get_info();
        format!("{} {}", info.driver, info.driver_info).trim().to_owned()
    }

    pub(super) fn get(&self) -> &Adapter {
        &self.adapter
    }
}
