//! The Vulkan device, by wgpu: every GPU that has a Vulkan driver.

mod adapter;
mod card;
mod pipelines;
mod sequence;
mod shaders;

pub use adapter::VulkanAdapter;
pub use sequence::VulkanSequence;

use crate::{ALIGNMENT, Device, Error, Facts, GpuBackend, Kernel, Launch, Part, Products};
use card::Card;
use isocortex_inference::Fault;
use pipelines::Pipelines;
use std::time::Duration;
use wgpu::{Buffer, BufferDescriptor, BufferUsages};

/// Vulkan does not say what is free: what models may use unless the backend is told otherwise.
const BUDGET: u64 = 2 << 30;
/// How much slower than a GPU one on the CPU may be before it counts as lost.
const SOFTWARE: u32 = 100;
/// How long a copy from the device may take.
const DOWNLOAD: Duration = Duration::from_secs(60);

/// Models on a GPU by its Vulkan driver.
pub type VulkanBackend = GpuBackend<VulkanDevice>;

impl VulkanBackend {
    /// The best GPU, after its self-test; never one that a CPU emulates.
    ///
    /// # Errors
    /// [`Error::NoVulkan`], [`Error::SelfTest`], or what the driver says.
    pub fn new() -> Result<Self, Error> {
        Self::with_device(VulkanDevice::open(&VulkanAdapter::best(false)?)?)
    }
}

/// A Vulkan device with the kernels loaded.
pub struct VulkanDevice {
    pipelines: Pipelines,
    card: Card,
    budget: u64,
    /// Most bytes of one piece of memory, and of one pointer; most blocks along one side of a grid.
    largest: u64,
    binding: u64,
    side: u32,
    /// Limits of time are stretched by this.
    patience: u32,
    facts: Facts,
}

/// Memory of a [`VulkanDevice`].
pub struct VulkanMemory {
    buffer: Buffer,
}

impl VulkanDevice {
    /// This device, with all kernels compiled.
    ///
    /// # Errors
    /// What the driver says, with the kernel's name.
    pub fn open(adapter: &VulkanAdapter) -> Result<Self, Error> {
        let card = Card::open(adapter)?;
        let pipelines = Pipelines::new(&card)?;
        let limits = card.device().limits();
        let largest = limits.max_buffer_size;
        Ok(Self {
            pipelines,
            card,
            budget: largest.min(BUDGET),
            largest,
            binding: limits.max_storage_buffer_binding_size,
            side: limits.max_compute_workgroups_per_dimension.max(1),
            patience: if adapter.is_software() { SOFTWARE } else { 1 },
            facts: adapter.facts(),
        })
    }

    /// What it says of itself.
    pub fn facts(&self) -> Facts {
        self.facts.clone()
    }

    /// Whole words of a part, in bytes.
    fn extent(&self, part: &Part<'_, VulkanMemory>) -> Result<u64, Error> {
        let size = (part.bytes as u64).next_multiple_of(4);
        if size > self.binding {
            let most = self.binding;
            return Err(Error::NoKernel(format!("values of {size} bytes: {most} is the most that it binds")));
        }
        if (part.offset as u64).saturating_add(size) > part.memory.buffer.size() {
            return Err(Error::layout("a part beyond its memory"));
        }
        Ok(size)
    }

    /// Copies before the next commands.
    fn write(&self, to: &Part<'_, VulkanMemory>, bytes: &[u8]) -> Result<(), Error> {
        let size = self.extent(&Part { bytes: bytes.len(), ..*to })?;
        let Some(size) = wgpu::BufferSize::new(size) else { return Ok(()) };
        let view = self.card.queue().write_buffer_with(&to.memory.buffer, to.offset as u64, size);
        let mut view = view.ok_or_else(|| card::error(Fault::Memory, "copying to the device", "refused"))?;
        view.slice(..bytes.len()).copy_from_slice(bytes);
        // Part of the last word's bytes are beyond the part: up to ALIGNMENT they are no one's.
        view.slice(bytes.len()..).fill(0);
        Ok(())
    }

    /// A grid of two dimensions, none too long for the device, and few blocks over.
    fn grid(&self, blocks: u32) -> [u32; 2] {
        let rows = blocks.div_ceil(self.side);
        [blocks.div_ceil(rows.max(1)), rows]
    }
}

impl Device for VulkanDevice {
    const NAME: &'static str = "vulkan";
    type Memory = VulkanMemory;
    type Sequence = VulkanSequence;

    fn products(&self) -> Products {
        Products::Rows
    }

    fn has(&self, kernel: Kernel) -> bool {
        self.pipelines.get(kernel).is_ok()
    }

    fn alloc(&self, bytes: usize) -> Result<VulkanMemory, Error> {
        let what = &format!("allocating {bytes} bytes");
        if bytes as u64 > self.largest {
            return Err(card::error(Fault::Memory, what, format!("{} is the most at once", self.largest)));
        }
        self.card.guarded(what, || {
            let buffer = self.card.device().create_buffer(&BufferDescriptor {
                label: None,
                // Whole words of the last part, and more.
                size: (bytes as u64).next_multiple_of(ALIGNMENT as u64),
                usage: BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            Ok(VulkanMemory { buffer })
        })
    }

    fn upload(&self, to: Part<'_, VulkanMemory>, bytes: &[u8]) -> Result<(), Error> {
        within(&to, bytes.len())?;
        self.card.guarded("copying to the device", || self.write(&to, bytes))
    }

    fn download(&self, from: Part<'_, VulkanMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        let mut copy = VulkanSequence::record(self, &[])?;
        self.play(&mut copy, &[], &mut [(from, bytes)], DOWNLOAD)
    }

    fn record(&self, launches: &[Launch<'_, VulkanMemory>]) -> Result<VulkanSequence, Error> {
        VulkanSequence::record(self, launches)
    }

    fn play(
        &self,
        sequence: &mut VulkanSequence,
        inputs: &[(Part<'_, VulkanMemory>, &[u8])],
        outputs: &mut [(Part<'_, VulkanMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        inputs.iter().try_for_each(|(part, bytes)| within(part, bytes.len()))?;
        outputs.iter().try_for_each(|(part, bytes)| within(part, bytes.len()))?;
        sequence.play(self, inputs, outputs, limit.saturating_mul(self.patience))
    }

    fn budget(&self) -> u64 {
        self.budget
    }
}

fn within(part: &Part<'_, VulkanMemory>, bytes: usize) -> Result<(), Error> {
    if bytes <= part.bytes { Ok(()) } else { Err(Error::layout("a copy beyond its part")) }
}
