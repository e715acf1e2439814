//! Known answers: for each kernel any number of small models with odd shapes and extreme values. The answers
//! are the reference's.

mod draw;
mod models;

use crate::{Error, Kernel};
use draw::Draw;
use isocortex_inference::{Backend, Reference};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType};
use std::sync::Arc;

/// A model around one kernel, a batch of inputs, and what must come out.
pub struct Case {
    kernel: Kernel,
    seed: u64,
    model: Arc<Model>,
    inputs: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
}

impl Case {
    /// Case number `seed` of a kernel; the same each time.
    ///
    /// # Errors
    /// [`Error::Case`] and [`Error::Reference`], neither of which a released version gives.
    pub fn new(kernel: Kernel, seed: u64) -> Result<Self, Error> {
        Self::build(kernel, seed, None)
    }

    /// The same model with `runs` inputs.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_runs(kernel: Kernel, seed: u64, runs: usize) -> Result<Self, Error> {
        Self::build(kernel, seed, Some(runs))
    }

    fn build(kernel: Kernel, seed: u64, runs: Option<usize>) -> Result<Self, Error> {
        let mut draw = Draw::new(kernel as u64, seed);
        let model = Arc::new(Model::check(&models::build(kernel, &mut draw))?);
        let few = draw.between(1, 3) as usize;
        let runs = runs.unwrap_or(few);
        let inputs: Vec<_> = (0..runs).map(|_| draw.bytes(model.input_len())).collect();
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let answers = Reference.load(Arc::clone(&model))?.run(&batch)?;
        Ok(Self { kernel, seed, model, inputs, answers })
    }

    /// The kernel that it is a case of.
    pub const fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The inputs.
    pub fn batch(&self) -> Vec<&[u8]> {
        self.inputs.iter().map(Vec::as_slice).collect()
    }

    /// Compares a device's answers.
    ///
    /// # Errors
    /// [`Error::SelfTest`] with the first word that differs.
    pub fn compare(&self, answers: &[Vec<u8>]) -> Result<(), Error> {
        let dtype = self.model.output_types().next().map_or(DType::I8, |ty| ty.dtype);
        for (run, wanted) in self.answers.iter().enumerate() {
            let got = answers.get(run).map_or(&[][..], Vec::as_slice);
            let (wanted, got) = (wanted.chunks(dtype.size()), got.chunks(dtype.size()));
            // A missing word counts as different.
            let mut pairs = wanted.zip(got.map(Some).chain(std::iter::repeat(None))).enumerate();
            if let Some((word, (wanted, got))) = pairs.find(|(_, (wanted, got))| Some(*wanted) != *got) {
                let (wanted, got) = (signed(wanted), signed(got.unwrap_or_default()));
                return Err(Error::SelfTest { kernel: self.kernel, seed: self.seed, run, word, wanted, got });
            }
        }
        Ok(())
    }
}

/// A little-endian integer of up to four bytes.
fn signed(bytes: &[u8]) -> i32 {
    let mut word = if bytes.last().is_some_and(|&b| b >= 128) { [255; 4] } else { [0; 4] };
    word.iter_mut().zip(bytes).for_each(|(w, &b)| *w = b);
    i32::from_le_bytes(word)
}

/// An artifact of one or more nodes in a row; the operands of the first are the inputs.
fn artifact(inputs: Vec<TensorType>, constants: Vec<Tensor>, ops: Vec<Op>) -> Artifact {
    let count = inputs.len() as u32;
    let operands = |i: u32| if i == 0 { (0..count).collect() } else { vec![count + i - 1] };
    let nodes = (0..).zip(ops).map(|(i, op)| (operands(i), op)).collect();
    graph(inputs, constants, nodes)
}

/// An artifact of nodes with their operands, the last of which is the output.
fn graph(inputs: Vec<TensorType>, constants: Vec<Tensor>, nodes: Vec<(Vec<u32>, Op)>) -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let last = (inputs.len() + nodes.len()) as u32 - 1;
    let inputs = inputs.into_iter().map(|ty| Port { name: "x".into(), ty, quant }).collect();
    let nodes = nodes.into_iter().map(|(operands, op)| Node { operands, op }).collect();
    let outputs = vec![Output { name: "y".into(), value: last, quant }];
    Artifact::build(inputs, constants, nodes, outputs, Default::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fuse::{self, Group},
        lower::{Step, lower},
    };

    #[test]
    fn every_kernel_has_models_that_pass_the_check() {
        for &kernel in Kernel::ALL {
            let mut met = 0;
            for seed in 0..200 {
                let case = Case::new(kernel, seed).unwrap_or_else(|e| panic!("{kernel} {seed}: {e}"));
                let uses = |group: &Group| match lower(&case.model, group) {
                    Ok(Step::Alias) => false,
                    Ok(Step::Launches(works)) => works.iter().any(|work| work.kernel == kernel.small()),
                    Err(error) => panic!("{kernel} {seed}: {error}"),
                };
                met += usize::from(fuse::groups(&case.model).iter().any(uses));
            }
            assert!(met >= 100, "{kernel} is in {met} of its 200 models");
        }
    }

    #[test]
    fn a_difference_is_named() {
        let case = Case::new(Kernel::Gemm, 1).unwrap();
        let mut answers = case.answers.clone();
        case.compare(&answers).unwrap();
        let last = answers.last_mut().unwrap();
        let word = last.len() / 4 - 1;
        *last.last_mut().unwrap() ^= 0x80;
        let error = case.compare(&answers).unwrap_err();
        assert!(
            matches!(&error, Error::SelfTest { kernel: Kernel::Gemm, word: w, .. } if *w == word),
            "{error}"
        );
        assert!(error.to_string().contains("gemm_s8_s8_s32"));
        answers.pop();
        assert!(case.compare(&answers).is_err());
    }

    #[test]
    fn words_are_signed() {
        assert_eq!(signed(&[0xff]), -1);
        assert_eq!(signed(&[0xff, 0x7f]), 32767);
        assert_eq!(signed(&[0, 0, 0, 0x80]), i32::MIN);
    }
}
