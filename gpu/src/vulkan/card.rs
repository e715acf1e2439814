//! The opened device, and how its errors become [`Error::Device`]: whatever it reports, and panics of the library
//! below, in the call that they come from.

use super::VulkanAdapter;
use crate::Error;
use isocortex_inference::Fault;
use std::{
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    time::Duration,
};
use wgpu::{CommandBuffer, DeviceDescriptor, ErrorFilter, ExperimentalFeatures, Features, PollType};

pub(super) struct Card {
    // Freed by `drop`, but where the device hangs.
    device: ManuallyDrop<wgpu::Device>,
    queue: ManuallyDrop<wgpu::Queue>,
    /// Why nothing works any more.
    lost: Arc<OnceLock<(Fault, String)>>,
}

impl Card {
    pub fn open(adapter: &VulkanAdapter) -> Result<Self, Error> {
        let descriptor = DeviceDescriptor {
            label: None,
            required_features: Features::empty(),
            required_limits: adapter.get().limits(),
            experimental_features: ExperimentalFeatures::disabled(),
            memory_hints: wgpu::MemoryHints::Performance,
            trace: wgpu::Trace::Off,
        };
        let (device, queue) = pollster::block_on(adapter.get().request_device(&descriptor))
            .map_err(|e| error(Fault::Other, "opening the device", e))?;
        let lost = Arc::new(OnceLock::new());
        let cell = Arc::clone(&lost);
        device.set_device_lost_callback(move |reason, text| {
            let _ = cell.set((Fault::Lost, format!("{reason:?} {text}")));
        });
        // Every call has scopes of its own, so nothing comes here unless it is from elsewhere.
        let cell = Arc::clone(&lost);
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
            let _ = cell.set((Fault::Lost, e.to_string()));
        }));
        Ok(Self { device: ManuallyDrop::new(device), queue: ManuallyDrop::new(queue), lost })
    }

    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// Does `work`, and gives the first error of the device or of `work`. `what` is what is being done.
    pub fn guarded<T>(&self, what: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.alive(what)?;
        let filters = [ErrorFilter::Validation, ErrorFilter::Internal, ErrorFilter::OutOfMemory];
        // Scopes belong to the thread, and are left in reverse order.
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let done = catch_unwind(AssertUnwindSafe(work));
        let mut found = None;
        for scope in scopes.into_iter().rev() {
            found = pollster::block_on(scope.pop()).or(found);
        }
        if done.is_err() {
            self.give_up(Fault::Panic, "the graphics library panicked");
        }
        self.alive(what)?;
        if let Some(e) = found {
            let fault =
                if matches!(e, wgpu::Error::OutOfMemory { .. }) { Fault::Memory } else { Fault::Other };
            return Err(error(fault, what, e));
        }
        done.unwrap_or_else(|_| Err(error(Fault::Panic, what, "the graphics library panicked")))
    }

    /// Hands over commands, calls `started`, and waits for the commands; after `limit` the device counts as lost.
    pub fn submit(
        &self,
        what: &str,
        commands: CommandBuffer,
        limit: Duration,
        started: impl FnOnce(),
    ) -> Result<(), Error> {
        let index = self.queue.submit([commands]);
        started();
        let wait = PollType::Wait { submission_index: Some(index), timeout: Some(limit) };
        match self.device.poll(wait) {
            Ok(_) => Ok(()),
            Err(wgpu::PollError::Timeout) => {
                self.give_up(Fault::TimeOut, &format!("no answer after {limit:?}"));
                self.alive(what)
            }
            Err(e) => Err(error(Fault::Other, what, e)),
        }
    }

    fn alive(&self, what: &str) -> Result<(), Error> {
        self.lost.get().map_or(Ok(()), |(fault, reason)| Err(error(*fault, what, reason)))
    }

    /// From now on every call is this error.
    pub fn give_up(&self, fault: Fault, reason: &str) {
        let _ = self.lost.set((fault, reason.into()));
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // Freeing a device waits for it, which would be for ever where it hangs or a panic left it half done.
        if self.lost.get().is_none() {
            // SAFETY: nothing uses them afterwards; this is the only place that drops them.
            unsafe {
                ManuallyDrop::drop(&mut self.queue);
                ManuallyDrop::drop(&mut self.device);
            }
        }
    }
}

pub(super) fn error(fault: Fault, what: &str, reason: impl ToString) -> Error {
    Error::Device { fault, what: what.into(), reason: reason.to_string() }
}
