//! A model made ready: kernels in order, and a place in memory for each value that exists.

use super::element::Int;
use super::isa::{Detected, Kernel};
use super::plan::{Life, place};
use super::{kernels, memory};
use crate::Error;
use isocortex_model::{DType, Model, Op, ops};
use smallvec::SmallVec;
use std::ops::Range;

/// A kernel with the values that it reads and makes, by their numbers in the model.
struct Step {
    kernel: Box<dyn Kernel>,
    operands: Vec<usize>,
    result: usize,
}

pub(super) struct Program {
    steps: Vec<Step>,
    /// Places of values in the arena; `None` for what is fused away.
    places: Vec<Option<Range<usize>>>,
    words: usize,
    scratch: usize,
}

/// The memory of one run.
pub(super) struct Arena {
    words: Vec<i32>,
    scratch: Vec<u8>,
}

impl Arena {
    pub fn bytes(&self) -> usize {
        size_of_val(&self.words[..]) + self.scratch.len()
    }
}

/// What a Conv2d, DepthwiseConv2d, MatMul or Rescale is followed by and computed together with.
#[derive(Clone, Copy, Default)]
pub(super) struct Tail<'a> {
    pub rescale: Option<&'a ops::Rescale>,
    pub clamp: Option<&'a ops::Clamp>,
}

impl Program {
    /// With `fuse`, results that only the next kernel's tail needs are never stored.
    pub fn new(model: &Model, isa: Detected, fuse: bool) -> Result<Self, Error> {
        let header = model.header();
        let inputs = header.inputs.len();
        let readers = Readers::new(model);
        let mut fused = vec![false; header.nodes.len()];
        let mut steps = vec![];
        for (index, node) in header.nodes.iter().enumerate() {
            if fused[index] {
                continue;
            }
            let (mut last, mut tail) = (index, Tail::default());
            if fuse {
                let rescales = matches!(node.op, Op::Conv2d(_) | Op::DepthwiseConv2d(_) | Op::MatMul(_));
                if let Some((next, Op::Rescale(op))) = readers.only(model, inputs + last)
                    && rescales
                    && op.dtype == DType::I8
                {
                    (last, tail.rescale, fused[next]) = (next, Some(op), true);
                }
                if let Some((next, Op::Clamp(op))) = readers.only(model, inputs + last)
                    && (tail.rescale.is_some() || matches!(node.op, Op::Rescale(_)))
                {
                    (last, tail.clamp, fused[next]) = (next, Some(op), true);
                }
            }
            let kernel = kernels::kernel(model, isa, index, tail)?;
            let operands = node.operands.iter().map(|&v| v as usize).collect();
            steps.push(Step { kernel, operands, result: inputs + last });
        }
        Ok(Self::planned(model, steps))
    }

    fn planned(model: &Model, steps: Vec<Step>) -> Self {
        let inputs = model.header().inputs.len();
        let mut lives: Vec<Option<Life>> = vec![None; model.values().len()];
        let words = |v: usize| (model.values()[v].ty.bytes() as usize).div_ceil(4);
        for (v, life) in lives.iter_mut().enumerate().take(inputs) {
            *life = Some(Life { words: words(v), first: 0, last: 0 });
        }
        for (at, step) in steps.iter().enumerate() {
            lives[step.result] = Some(Life { words: words(step.result), first: at, last: at });
            step.operands.iter().filter_map(|&v| lives[v].as_mut().map(|l| l.last = at)).for_each(drop);
        }
        for output in &model.header().outputs {
            lives[output.value as usize].as_mut().iter_mut().for_each(|life| life.last = steps.len());
        }
        let (places, words) = place(&lives.iter().flatten().copied().collect::<Vec<_>>());
        let mut places = places.into_iter();
        let places = lives.iter().map(|life| life.and_then(|_| places.next())).collect();
        let scratch = steps.iter().map(|step| step.kernel.scratch()).max().unwrap_or(0);
        Self { steps, places, words, scratch }
    }

    pub fn arena(&self) -> Result<Arena, Error> {
        Ok(Arena { words: memory(self.words, 0)?, scratch: memory(self.scratch, 0)? })
    }

    /// Runs on an input of the model's length. `made` sees each step's result, by its value, once it is there.
    pub fn run(
        &self,
        model: &Model,
        arena: &mut Arena,
        mut input: &[u8],
        mut made: impl FnMut(usize, &[i32]),
    ) {
        for (place, ty) in self.places.iter().zip(model.input_types()) {
            let (bytes, rest) = input.split_at(ty.bytes() as usize);
            if let Some(place) = place {
                read_bytes(ty.dtype, bytes, &mut arena.words[place.clone()]);
            }
            input = rest;
        }
        for step in &self.steps {
            let Some(place) = self.places[step.result].clone() else { continue };
            // Places of values alive together never overlap, so each operand is wholly on one side.
            let (before, rest) = arena.words.split_at_mut(place.start);
            let (y, after) = rest.split_at_mut(place.len());
            let operand = |&v: &usize| {
                let from = self.places[v].clone().unwrap_or(0..0);
                if from.end <= place.start {
                    &before[from]
                } else {
                    &after[from.start - place.end..from.end - place.end]
                }
            };
            let x: SmallVec<[&[i32]; 4]> = step.operands.iter().map(operand).collect();
            step.kernel.run(&x, y, &mut arena.scratch);
            made(step.result, y);
        }
    }

    /// The words of a value that is an output.
    pub fn value<'a>(&self, arena: &'a Arena, value: usize) -> &'a [i32] {
        self.places[value].clone().map_or(&[], |place| &arena.words[place])
    }
}

/// For each value, how often it is read (as an operand or an output) and the node that reads it last.
struct Readers(Vec<(usize, usize)>);

impl Readers {
    fn new(model: &Model) -> Self {
        let mut readers = vec![(0, 0); model.values().len()];
        for (index, node) in model.header().nodes.iter().enumerate() {
            node.operands.iter().for_each(|&v| readers[v as usize] = (readers[v as usize].0 + 1, index));
        }
        model.header().outputs.iter().for_each(|output| readers[output.value as usize].0 += 2);
        Self(readers)
    }

    /// The one node that reads a value, where there is just one reader and it is a node.
    fn only<'m>(&self, model: &'m Model, value: usize) -> Option<(usize, &'m Op)> {
        let (times, node) = self.0[value];
        (times == 1).then(|| (node, &model.header().nodes[node].op))
    }
}

fn read_bytes(dtype: DType, bytes: &[u8], to: &mut [i32]) {
    fn each<T: Int, const N: usize>(bytes: &[u8], to: &mut [i32], decode: fn([u8; N]) -> T) {
        let to: &mut [T] = bytemuck::cast_slice_mut(to);
        to.iter_mut().zip(bytes.as_chunks::<N>().0).for_each(|(to, bytes)| *to = decode(*bytes));
    }
    match dtype {
        DType::I8 => each(bytes, to, i8::from_le_bytes),
        DType::I16 => each(bytes, to, i16::from_le_bytes),
        DType::I32 => each(bytes, to, i32::from_le_bytes),
    }
}

/// Appends the bytes of a value (SPEC.md section 1).
pub(super) fn write_bytes(dtype: DType, bytes: usize, words: &[i32], to: &mut Vec<u8>) {
    let from = to.len();
    match dtype {
        DType::I8 => to.extend_from_slice(bytemuck::cast_slice(words)),
        DType::I16 => to.extend(bytemuck::cast_slice::<i32, i16>(words).iter().flat_map(|v| v.to_le_bytes())),
        DType::I32 => to.extend(words.iter().flat_map(|v| v.to_le_bytes())),
    }
    // The last word may be part of the value only.
    to.truncate(from + bytes);
}
