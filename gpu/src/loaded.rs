//! A model on a device: constants resident, values in memory of their own, freed after their last reader.

use crate::{
    Device, Error, Launch, fuse,
    fuse::Group,
    lower::{Argument, Step, Work, lower},
};
use isocortex_inference::{Error as InferenceError, Loaded, OpDigest, Place};
use isocortex_model::{Model, keccak256};
use std::{collections::BTreeMap, sync::Arc};

/// Elements of one value in one launch: kernels count in 32 bits.
const ELEMENTS: u64 = 1 << 30;

pub(crate) struct LoadedModel<D: Device> {
    device: Arc<D>,
    model: Arc<Model>,
    groups: Vec<Group>,
    steps: Vec<Prepared<D::Memory>>,
    /// For each value the node after which it is dead; outputs never die.
    dies_after: Vec<usize>,
    /// Runs in one go.
    batch: usize,
}

enum Prepared<M> {
    Alias,
    Launches(Vec<Ready<M>>),
}

/// A launch with its constants on the device, in the order of its constant arguments.
struct Ready<M> {
    work: Work,
    constants: Vec<M>,
}

impl<D: Device> LoadedModel<D> {
    pub fn new(device: Arc<D>, model: Arc<Model>) -> Result<Self, Error> {
        let groups = fuse::groups(&model);
        Self::of_groups(device, model, groups)
    }

    fn of_groups(device: Arc<D>, model: Arc<Model>, groups: Vec<Group>) -> Result<Self, Error> {
        let header = model.header();
        let mut steps = vec![];
        for group in &groups {
            steps.push(match lower(&model, group)? {
                Step::Alias => Prepared::Alias,
                Step::Launches(works) => {
                    let ready = works.into_iter().map(|work| prepare(&*device, work));
                    Prepared::Launches(ready.collect::<Result<_, _>>()?)
                }
            });
        }
        let mut dies_after: Vec<usize> =
            (0..model.values().len()).map(|v| v.saturating_sub(header.inputs.len())).collect();
        let reads = groups.iter().flat_map(|group| group.operands.iter().map(move |&v| (v, group.last)));
        let outputs = header.outputs.iter().map(|o| (o.value, usize::MAX));
        for (value, node) in reads.chain(outputs) {
            if let Some(slot) = dies_after.get_mut(value as usize) {
                *slot = (*slot).max(node);
            }
        }
        let largest = model.values().iter().map(|v| v.ty.elements()).max().unwrap_or(1);
        let batch = (ELEMENTS / largest.max(1)).min(device.budget() / model.cost().peak.max(1)).max(1);
        Ok(Self { device, groups, steps, dies_after, batch: batch as usize, model })
    }

    /// Runs at most `self.batch` inputs of the right length. `seen` gets each node's result.
    fn execute(
        &self,
        batch: &[&[u8]],
        mut seen: impl FnMut(usize, &D::Memory) -> Result<(), Error>,
    ) -> Result<Vec<Vec<u8>>, Error> {
        let mut values = self.upload(batch)?;
        for (group, step) in self.groups.iter().zip(&self.steps) {
            let node = group.last;
            // Nobody reads what lies within a group.
            values.resize_with(self.model.header().inputs.len() + node, || None);
            let operands =
                group.operands.iter().map(|&v| alive(&values, v)).collect::<Result<Vec<_>, _>>()?;
            let result = match (step, operands.as_slice()) {
                (Prepared::Alias, [x, ..]) => Arc::clone(x),
                (Prepared::Alias, []) => return Err(Error::layout("a node without operands")),
                (Prepared::Launches(launches), operands) => {
                    let y = self.device.alloc(self.bytes(values.len())?.saturating_mul(batch.len()))?;
                    let mut scratch = BTreeMap::new();
                    for ready in launches {
                        self.launch(ready, batch.len(), operands, &mut scratch, &y)?;
                    }
                    Arc::new(y)
                }
            };
            seen(node, &result)?;
            values.push(Some(result));
            for (value, _) in values.iter_mut().zip(&self.dies_after).filter(|(_, dies)| **dies <= node) {
                *value = None;
            }
        }
        self.download(batch.len(), &values)
    }

    fn launch(
        &self,
        Ready { work, constants }: &Ready<D::Memory>,
        batch: usize,
        operands: &[&Arc<D::Memory>],
        scratch: &mut BTreeMap<usize, D::Memory>,
        result: &D::Memory,
    ) -> Result<(), Error> {
        for argument in &work.memory {
            if let Argument::Scratch { slot, bytes } = *argument
                && !scratch.contains_key(&slot)
            {
                let bytes = usize::try_from(bytes).map_err(|_| Error::layout("scratch"))?;
                scratch.insert(slot, self.device.alloc(bytes.saturating_mul(batch))?);
            }
        }
        let mut constants = constants.iter();
        let memory = work.memory.iter().map(|argument| match argument {
            Argument::Operand(i) => operands.get(*i).map(|x| x.as_ref()),
            Argument::Constant(_) => constants.next(),
            Argument::Scratch { slot, .. } => scratch.get(slot),
            Argument::Result => Some(result),
        });
        let memory = memory.collect::<Option<Vec<_>>>().ok_or_else(|| Error::layout(work.kernel))?;
        let (blocks, ints) = work.at(batch as u64)?;
        self.device.launch(&Launch { kernel: work.kernel, blocks, memory: &memory, ints: &ints })
    }

    fn upload(&self, batch: &[&[u8]]) -> Result<Vec<Option<Arc<D::Memory>>>, Error> {
        let mut values = vec![];
        let mut from = 0usize;
        for port in 0..self.model.header().inputs.len() {
            let to = from.saturating_add(self.bytes(port)?);
            let parts = batch.iter().map(|input| input.get(from..to).unwrap_or_default());
            values.push(Some(Arc::new(resident(&*self.device, &parts.collect::<Vec<_>>().concat())?)));
            from = to;
        }
        Ok(values)
    }

    fn download(&self, batch: usize, values: &[Option<Arc<D::Memory>>]) -> Result<Vec<Vec<u8>>, Error> {
        let mut answers = vec![Vec::with_capacity(self.model.output_len()); batch];
        for output in &self.model.header().outputs {
            let size = self.bytes(output.value as usize)?;
            let mut bytes = vec![0; size.saturating_mul(batch)];
            self.device.download(alive(values, output.value)?, &mut bytes)?;
            for (answer, part) in answers.iter_mut().zip(bytes.chunks(size.max(1))) {
                answer.extend_from_slice(part);
            }
        }
        Ok(answers)
    }

    /// Bytes of a value in one run.
    fn bytes(&self, value: usize) -> Result<usize, Error> {
        let value = self.model.values().get(value).ok_or_else(|| Error::layout("a missing value"))?;
        usize::try_from(value.ty.bytes()).map_err(|_| Error::layout("a value"))
    }
}

/// Its constants move to the device.
fn prepare<D: Device>(device: &D, mut work: Work) -> Result<Ready<D::Memory>, Error> {
    let mut constants = vec![];
    for argument in &mut work.memory {
        if let Argument::Constant(bytes) = argument {
            constants.push(resident(device, &std::mem::take(bytes))?);
        }
    }
    Ok(Ready { work, constants })
}

fn resident<D: Device>(device: &D, bytes: &[u8]) -> Result<D::Memory, Error> {
    let memory = device.alloc(bytes.len())?;
    device.upload(&memory, bytes)?;
    Ok(memory)
}

fn alive<M>(values: &[Option<Arc<M>>], value: u32) -> Result<&Arc<M>, Error> {
    values.get(value as usize).and_then(Option::as_ref).ok_or_else(|| Error::layout("a value that is dead"))
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
        let mut answers = Vec::with_capacity(batch.len());
        for part in batch.chunks(self.batch) {
            answers.extend(self.execute(part, |_, _| Ok(())).map_err(report::<D>)?);
        }
        Ok(answers)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, InferenceError> {
        self.check_lengths(&[input])?;
        let unfused = fuse::single(&self.model);
        let unfused = Self::of_groups(Arc::clone(&self.device), Arc::clone(&self.model), unfused);
        let header = self.model.header();
        let mut digests = vec![];
        let look = |node: usize, result: &D::Memory| {
            let mut bytes = vec![0; self.bytes(header.inputs.len() + node)?];
            self.device.download(result, &mut bytes)?;
            let op = header.nodes.get(node).map_or("", |n| n.op.name());
            digests.push(OpDigest { node, op, digest: keccak256(&bytes), bytes });
            Ok(())
        };
        unfused.and_then(|unfused| unfused.execute(&[input], look)).map_err(report::<D>)?;
        Ok(digests)
    }
}
