//! How long models and copies take on a device. Nothing but measurements uses it.

use crate::{Device, Error, GpuBackend, Part, loaded::LoadedModel};
use isocortex_model::Model;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A model whose runs are timed.
pub struct Stopwatch<D: Device>(LoadedModel<D>);

impl<D: Device> GpuBackend<D> {
    /// Loads a model to time it.
    ///
    /// # Errors
    /// As loading it; also [`Error::NoKernel`].
    pub fn stopwatch(&self, model: Arc<Model>) -> Result<Stopwatch<D>, Error> {
        Ok(Stopwatch(LoadedModel::new(Arc::clone(self.residency()), model)?))
    }

    /// The least time of some copies of `bytes` to the device, and of as many from it: as a run copies its inputs
    /// and outputs, waiting included.
    ///
    /// # Errors
    /// As [`Device::play`].
    pub fn copies(&self, bytes: usize, times: u32) -> Result<(Duration, Duration), Error> {
        let (device, limit) = (self.device(), Duration::from_secs(60));
        let memory = device.alloc(bytes)?;
        let part = Part { memory: &memory, offset: 0, bytes };
        let mut nothing = device.record(&[])?;
        let mut host: Vec<u8> = (0..bytes).map(|i| (i * 7 % 251) as u8).collect();
        let (mut to, mut from) = (Duration::MAX, Duration::MAX);
        for _ in 0..times {
            let start = Instant::now();
            device.play(&mut nothing, &[(part, &host)], &mut [], limit)?;
            to = to.min(start.elapsed());
            let start = Instant::now();
            device.play(&mut nothing, &[], &mut [(part, &mut host)], limit)?;
            from = from.min(start.elapsed());
        }
        Ok((to, from))
    }
}

impl<D: Device> Stopwatch<D> {
    /// Times of one batch on the device, without copies: each the mean of `repeats` batches in one sequence, for
    /// about `budget` altogether and at least one.
    ///
    /// From the second batch on the inputs are what earlier ones left in their place, for their memory is used
    /// again as soon as they have been read.
    ///
    /// # Errors
    /// [`Error::Layout`] where the batch is no power of two or does not fit; as [`Device::time`].
    pub fn times(&self, batch: &[&[u8]], repeats: u32, budget: Duration) -> Result<Vec<Duration>, Error> {
        let loaded = &self.0;
        let (device, resident) = (loaded.device(), loaded.resident()?);
        resident.with(batch.len(), |lane| {
            if lane.runs != batch.len() {
                return Err(Error::layout(format!("a batch of {}", batch.len())));
            }
            for (item, bytes) in loaded.inputs_of(batch)? {
                device.upload(lane.part(item)?, &bytes)?;
            }
            let (mut sequence, limit) = lane.repeated(&resident, repeats)?;
            let (begin, mut times) = (Instant::now(), vec![]);
            while times.is_empty() || begin.elapsed() < budget {
                times.push(device.time(&mut sequence, limit)? / repeats.max(1));
            }
            Ok(times)
        })
    }
}
