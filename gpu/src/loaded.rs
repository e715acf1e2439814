//! A model on a device, whether it has memory there or not.

use crate::{
    Device, Error, Kernel, fuse,
    program::{Computed, Constant, Program},
    residency::Residency,
    resident::{Lane, Resident},
};
use isocortex_inference::{Error as InferenceError, Loaded, OpDigest, Place};
use isocortex_model::{Model, keccak256};
use std::sync::{Arc, Mutex, PoisonError};

/// Holds the model and its launches, but no packed constants: where the device's memory was given to other
/// models, these are packed anew for the next run.
pub(crate) struct LoadedModel<D: Device> {
    residency: Arc<Residency<D>>,
    key: u64,
    model: Arc<Model>,
    program: Arc<Program>,
    preferred: Option<Kernel>,
    /// Held while the model takes memory, so that one thread does.
    taking: Mutex<()>,
}

impl<D: Device> LoadedModel<D> {
    pub fn new(residency: Arc<Residency<D>>, model: Arc<Model>) -> Result<Self, Error> {
        Self::of(residency, model, None)
    }

    /// With this form of its products, where the device has it, and not the one that their shapes call for.
    pub fn of(
        residency: Arc<Residency<D>>,
        model: Arc<Model>,
        preferred: Option<Kernel>,
    ) -> Result<Self, Error> {
        let products = residency.device.products();
        let (program, constants) = Program::new(&model, &fuse::groups(&model), products, preferred)?;
        program.runs_on(&*residency.device)?;
        let (key, program) = (residency.key(), Arc::new(program));
        let this = Self { residency, key, model, program, preferred, taking: Mutex::default() };
        this.take(constants)?;
        Ok(this)
    }

    fn take(&self, constants: Vec<Constant>) -> Result<Arc<Resident<D>>, Error> {
        let resident = Arc::new(Resident::new(&self.residency, &self.program, constants)?);
        self.residency.keep(self.key, &resident);
        Ok(resident)
    }

    pub fn device(&self) -> &D {
        &self.residency.device
    }

    /// Its memory, taken anew where other models have it.
    pub fn resident(&self) -> Result<Arc<Resident<D>>, Error> {
        if let Some(resident) = self.residency.find(self.key) {
            return Ok(resident);
        }
        let _one = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        match self.residency.find(self.key) {
            Some(resident) => Ok(resident),
            None => {
                let groups = fuse::groups(&self.model);
                self.take(Program::new(&self.model, &groups, self.device().products(), self.preferred)?.1)
            }
        }
    }

    fn all(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let mut answers = Vec::with_capacity(batch.len());
        if batch.is_empty() {
            return Ok(answers);
        }
        let resident = self.resident()?;
        while let Some(rest) = batch.get(answers.len()..).filter(|rest| !rest.is_empty()) {
            answers.extend(resident.with(rest.len(), |lane| self.some(&resident, lane, rest))?);
        }
        Ok(answers)
    }

    /// Runs as many as the lane takes.
    fn some(
        &self,
        resident: &Resident<D>,
        lane: &mut Lane<D>,
        batch: &[&[u8]],
    ) -> Result<Vec<Vec<u8>>, Error> {
        let batch = batch.get(..lane.runs).ok_or_else(|| Error::layout("a batch"))?;
        let mut outputs = vec![];
        for &item in &self.program.outputs {
            outputs.push((item, vec![0; self.program.bytes(item)?.saturating_mul(batch.len())]));
        }
        lane.play(resident, &Self::inputs(&self.program, batch)?, &mut outputs)?;
        let mut answers = vec![Vec::with_capacity(self.model.output_len()); batch.len()];
        for (_, bytes) in outputs {
            for (answer, part) in answers.iter_mut().zip(bytes.chunks(bytes.len() / batch.len().max(1))) {
                answer.extend_from_slice(part);
            }
        }
        Ok(answers)
    }

    /// The bytes of each input that is read, over the batch.
    fn inputs(program: &Program, batch: &[&[u8]]) -> Result<Vec<(usize, Vec<u8>)>, Error> {
        let (mut inputs, mut from) = (vec![], 0usize);
        for &item in &program.inputs {
            let to = from.saturating_add(program.bytes(item)?);
            if program.items.get(item).is_some_and(|item| item.life.is_some()) {
                let parts: Vec<_> =
                    batch.iter().map(|input| input.get(from..to).unwrap_or_default()).collect();
                inputs.push((item, parts.concat()));
            }
            from = to;
        }
        Ok(inputs)
    }

    /// As [`inputs`](Self::inputs), where they lie for whole runs.
    pub fn inputs_of(&self, batch: &[&[u8]]) -> Result<Vec<(usize, Vec<u8>)>, Error> {
        Self::inputs(&self.program, batch)
    }

    /// Runs node after node, nothing fused, in memory of its own.
    fn each(&self, input: &[u8], mut seen: impl FnMut(usize, Vec<u8>)) -> Result<(), Error> {
        let (program, constants) =
            Program::new(&self.model, &fuse::single(&self.model), self.device().products(), None)?;
        let program = Arc::new(program);
        let resident = Resident::new(&self.residency, &program, constants)?;
        resident.with(1, |lane| {
            let device = &self.residency.device;
            for (item, bytes) in Self::inputs(&program, &[input])? {
                device.upload(lane.part(item)?, &bytes)?;
            }
            for Computed { node, item, launches } in &program.groups {
                let launches = program.launches.get(launches.clone());
                if let Some(launches) = launches.filter(|some| !some.is_empty()) {
                    let mut sequence = lane.record(&resident, launches)?;
                    device.play(&mut sequence, &[], &mut [], program.limit(1))?;
                }
                let mut bytes = vec![0; program.bytes(*item)?];
                device.download(lane.part(*item)?, &mut bytes)?;
                seen(*node, bytes);
            }
            Ok(())
        })
    }
}

impl<D: Device> Drop for LoadedModel<D> {
    fn drop(&mut self) {
        self.residency.forget(self.key);
    }
}

/// As the callers of every backend see it.
pub(crate) fn report<D: Device>(error: Error) -> InferenceError {
    InferenceError::Device { backend: D::NAME, fault: error.fault(), reason: error.to_string() }
}

impl<D: Device> Loaded for LoadedModel<D> {
    fn model(&self) -> &Model {
        &self.model
    }

    fn place(&self) -> Place {
        D::NAME.into()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, InferenceError> {
        self.check_lengths(batch)?;
        self.all(batch).map_err(report::<D>)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, InferenceError> {
        self.check_lengths(&[input])?;
        let nodes = &self.model.header().nodes;
        let mut digests = vec![];
        let seen = |node: usize, bytes: Vec<u8>| {
            let op = nodes.get(node).map_or("", |n| n.op.name());
            digests.push(OpDigest { node, op, digest: keccak256(&bytes), bytes });
        };
        self.each(input, seen).map_err(report::<D>)?;
        Ok(digests)
    }
}
