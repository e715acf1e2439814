//! Launches with everything bound, and the copies around them.

use super::{VulkanDevice, VulkanMemory, card::error};
use crate::{ALIGNMENT, Error, Kernel, Launch, Part};
use isocortex_inference::Fault;
use std::{num::NonZeroU64, sync::mpsc, time::Duration};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindingResource, Buffer, BufferBinding, BufferDescriptor,
    BufferUsages, ComputePassDescriptor, MapMode,
};

/// How long it may take until a thread is told that its answer is there.
const MOMENT: Duration = Duration::from_secs(10);

/// Launches prepared on a [`VulkanDevice`].
pub struct VulkanSequence {
    launches: Vec<(Kernel, BindGroup, [u32; 2])>,
    /// What outputs are read from: mapped when a play is done. Grows.
    back: Option<Buffer>,
}

impl VulkanSequence {
    pub(super) fn record(on: &VulkanDevice, launches: &[Launch<'_, VulkanMemory>]) -> Result<Self, Error> {
        let mut ints = vec![];
        for launch in launches {
            launch.check()?;
            ints.resize(ints.len().next_multiple_of(ALIGNMENT), 0);
            ints.extend(launch.ints.iter().flat_map(|i| i.to_le_bytes()));
        }
        let device = on.card.device();
        on.card.guarded("preparing kernels", || {
            let structs = device.create_buffer(&BufferDescriptor {
                label: None,
                size: ints.len().max(4) as u64,
                usage: BufferUsages::STORAGE | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            on.card.queue().write_buffer(&structs, 0, &ints);
            let mut at = 0u64;
            let mut bound = vec![];
            for launch in launches {
                let layout = &on.pipelines.get(launch.kernel)?.layout;
                let mut ranges = vec![];
                for part in &launch.memory {
                    ranges.push((&part.memory.buffer, part.offset as u64, on.extent(part)?));
                }
                let size = 4 * launch.ints.len() as u64;
                ranges.push((&structs, at, size));
                at = (at + size).next_multiple_of(ALIGNMENT as u64);
                let entries = (0..).zip(ranges).map(|(binding, (buffer, offset, size))| BindGroupEntry {
                    binding,
                    resource: BindingResource::Buffer(BufferBinding {
                        buffer,
                        offset,
                        size: NonZeroU64::new(size),
                    }),
                });
                let entries: Vec<_> = entries.collect();
                let group = BindGroupDescriptor { label: None, layout, entries: &entries };
                bound.push((launch.kernel, device.create_bind_group(&group), on.grid(launch.blocks)));
            }
            Ok(Self { launches: bound, back: None })
        })
    }

    pub(super) fn play(
        &mut self,
        on: &VulkanDevice,
        inputs: &[(Part<'_, VulkanMemory>, &[u8])],
        outputs: &mut [(Part<'_, VulkanMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        let what = &self.what();
        let played = on.card.guarded(what, || {
            for (part, bytes) in inputs {
                on.write(part, bytes)?;
            }
            let mut encoder = on.card.device().create_command_encoder(&Default::default());
            if !self.launches.is_empty() {
                let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
                for (kernel, group, [x, y]) in &self.launches {
                    pass.set_pipeline(&on.pipelines.get(*kernel)?.shader);
                    pass.set_bind_group(0, group, &[]);
                    pass.dispatch_workgroups(*x, *y, 1);
                }
            }
            let mut total = 0u64;
            for (part, bytes) in outputs.iter() {
                total += on.extent(&Part { bytes: bytes.len(), ..*part })?;
            }
            if total > 0 {
                let back = self.back(on, total);
                let mut at = 0;
                for (part, bytes) in outputs.iter() {
                    let size = on.extent(&Part { bytes: bytes.len(), ..*part })?;
                    encoder.copy_buffer_to_buffer(&part.memory.buffer, part.offset as u64, back, at, size);
                    at += size;
                }
            }
            let (sender, mapped) = mpsc::channel();
            let back = self.back.as_ref().filter(|_| total > 0);
            on.card.submit(what, encoder.finish(), limit, || {
                if let Some(back) = back {
                    back.map_async(MapMode::Read, 0..total, move |result| {
                        let _ = sender.send(result);
                    });
                }
            })?;
            let Some(back) = back else { return Ok(()) };
            // Another thread that waits may be the one that tells, a moment later.
            match mapped.recv_timeout(limit.max(MOMENT)) {
                Ok(Ok(())) => {}
                Ok(Err(e)) => return Err(error(Fault::Other, what, e)),
                Err(e) => {
                    on.card.give_up(Fault::TimeOut, "the answer could not be read");
                    return Err(error(Fault::TimeOut, what, e));
                }
            }
            let view = back.get_mapped_range(0..total).map_err(|e| error(Fault::Other, what, e))?;
            let mut rest = &*view;
            for (_, bytes) in outputs {
                let Some((part, after)) = rest.split_at_checked(bytes.len().next_multiple_of(4)) else {
                    return Err(error(Fault::Other, what, "a short answer"));
                };
                bytes.copy_from_slice(part.get(..bytes.len()).unwrap_or(part));
                rest = after;
            }
            drop(view);
            back.unmap();
            Ok(())
        });
        if played.is_err() {
            // Perhaps it is still mapped.
            self.back = None;
        }
        played
    }

    /// For errors: the driver does not tell which of the kernels it was.
    fn what(&self) -> String {
        match self.launches.as_slice() {
            [] => "copying".into(),
            [(kernel, ..)] => format!("kernel {kernel}"),
            [(first, ..), .., (last, ..)] => format!("kernels {first} … {last}"),
        }
    }

    /// A buffer to read from of at least `size` bytes.
    fn back(&mut self, on: &VulkanDevice, size: u64) -> &Buffer {
        if self.back.as_ref().is_some_and(|back| back.size() < size) {
            self.back = None;
        }
        self.back.get_or_insert_with(|| {
            on.card.device().create_buffer(&BufferDescriptor {
                label: None,
                size,
                usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })
    }
}
