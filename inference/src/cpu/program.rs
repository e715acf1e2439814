//! A model made ready: kernels in order, and a place in memory for each value that exists.

use super::element::{Int, view};
use super::fallback::Widened;
use super::isa::{Detected, Kernel};
use super::team::Team;
use super::{fuse, kernels, memory, room};
use crate::Error;
use crate::plan::{Life, place};
use isocortex_model::{DType, Model};
use smallvec::SmallVec;
use std::ops::Range;

/// A kernel with the values that it reads and makes, by their numbers in the model.
struct Step {
    kernel: Box<dyn Kernel>,
    operands: Vec<usize>,
    result: usize,
}

/// Words beyond a value that may be read, and hold anything.
const SLACK_WORDS: usize = 16;

pub(super) struct Program {
    steps: Vec<Step>,
    /// Places of values in the arena; `None` for what is fused away.
    places: Vec<Option<Range<usize>>>,
    /// Of each input: whether it is kept turned.
    turned: Vec<bool>,
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

impl Program {
    /// With `fuse`, results that only the next kernel's tail needs are never stored, and some are turned.
    pub fn new(model: &Model, isa: Detected, fuse: bool) -> Result<Self, Error> {
        let units = fuse::units(model, fuse);
        let turned = if fuse { fuse::turned(model, &units) } else { vec![false; model.values().len()] };
        let mut steps = Vec::with_capacity(units.len());
        let mut widened = Widened::new();
        for unit in &units {
            // What a kernel holds of its constants is at most eight times their bytes, small ones aside.
            let rescale = unit.tail.rescale.map(|op| [op.multiplier, op.shift]);
            let constants = model.header().nodes[unit.node].op.constants();
            let constants = constants.into_iter().chain(rescale.into_iter().flatten());
            let bytes =
                constants.map(|c| model.header().constants[c as usize].bytes() as usize).sum::<usize>();
            drop(room::<u8>(8 * bytes)?);
            let kernel = kernels::kernel(model, isa, unit, &turned, &mut widened)?;
            let operands = model.header().nodes[unit.node].operands.iter().map(|&v| v as usize).collect();
            steps.push(Step { kernel, operands, result: unit.result });
        }
        Ok(Self::planned(model, steps, turned))
    }

    fn planned(model: &Model, steps: Vec<Step>, mut turned: Vec<bool>) -> Self {
        let inputs = model.header().inputs.len();
        let mut lives: Vec<Option<Life>> = vec![None; model.values().len()];
        // More than the value has, since a kernel may read a whole vector from any byte on.
        let words = |v: usize| (model.values()[v].ty.bytes() as usize).div_ceil(4) + SLACK_WORDS;
        let read = |lives: &mut Vec<Option<Life>>, v: usize, at: usize| {
            // An input is there from the start, if anything reads it.
            lives[v].get_or_insert(Life { words: words(v), first: 0, last: at }).last = at;
        };
        for (at, step) in steps.iter().enumerate() {
            lives[step.result] = Some(Life { words: words(step.result), first: at, last: at });
            step.operands.iter().for_each(|&v| read(&mut lives, v, at));
        }
        model.header().outputs.iter().for_each(|output| read(&mut lives, output.value as usize, steps.len()));
        let (places, words) = place(&lives.iter().flatten().copied().collect::<Vec<_>>());
        let mut places = places.into_iter();
        let places = lives.iter().map(|life| life.and_then(|_| places.next())).collect();
        let scratch = steps.iter().map(|step| step.kernel.scratch()).max().unwrap_or(0);
        turned.truncate(inputs);
        Self { steps, places, turned, words, scratch }
    }

    /// Most bytes that a kernel takes from the heap while so many threads run it.
    pub fn heap(&self, threads: usize) -> usize {
        self.steps.iter().map(|step| step.kernel.heap(threads)).max().unwrap_or(0)
    }

    pub fn arena(&self) -> Result<Arena, Error> {
        Ok(Arena { words: memory(self.words, 0)?, scratch: memory(self.scratch, 0)? })
    }

    /// Runs on an input of the model's length, by the threads of a team. `made` sees each step's result, by its value, once it is there.
    pub fn run(
        &self,
        model: &Model,
        arena: &mut Arena,
        mut input: &[u8],
        team: &Team,
        mut made: impl FnMut(usize, &[i32]),
    ) {
        for ((place, ty), turned) in self.places.iter().zip(model.input_types()).zip(&self.turned) {
            let (bytes, rest) = input.split_at(ty.bytes() as usize);
            if let Some(place) = place {
                read_bytes(ty.dtype, bytes, *turned, &mut arena.words[place.clone()]);
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
            step.kernel.run(&x, y, &mut arena.scratch, team);
            made(step.result, y);
        }
    }

    /// The words of a value that is an output.
    pub fn value<'a>(&self, arena: &'a Arena, value: usize) -> &'a [i32] {
        self.places[value].clone().map_or(&[], |place| &arena.words[place])
    }
}

fn read_bytes(dtype: DType, bytes: &[u8], turned: bool, to: &mut [i32]) {
    fn each<T: Int, const N: usize>(bytes: &[u8], to: &mut [i32], decode: fn([u8; N]) -> T) {
        let to: &mut [T] = bytemuck::cast_slice_mut(to);
        to.iter_mut().zip(bytes.as_chunks::<N>().0).for_each(|(to, bytes)| *to = decode(*bytes));
    }
    match dtype {
        DType::I8 if turned => each(bytes, to, |[byte]| byte ^ 0x80),
        DType::I8 => each(bytes, to, i8::from_le_bytes),
        DType::I16 => each(bytes, to, i16::from_le_bytes),
        DType::I32 => each(bytes, to, i32::from_le_bytes),
    }
}

/// Appends the bytes of a value (SPEC.md section 1).
pub(super) fn write_bytes(dtype: DType, bytes: usize, words: &[i32], to: &mut Vec<u8>) {
    let n = bytes / dtype.size(); // the words hold more
    match dtype {
        DType::I8 => to.extend_from_slice(view(words, n)),
        DType::I16 => to.extend(view::<i16>(words, n).iter().flat_map(|v| v.to_le_bytes())),
        DType::I32 => to.extend(view::<i32>(words, n).iter().flat_map(|v| v.to_le_bytes())),
    }
}
