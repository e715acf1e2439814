//! A backend that does what a test tells it, call by call, and a small model.

use isocortex_inference::{Backend, Error, Fault, Loaded, Model, OpDigest, Place, Reference};
use isocortex_model::{
    Artifact, DType, Node, Op, Output, Port, Quant, Tensor, TensorType, keccak256,
    ops::{Clamp, MatMul},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// What one call does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// What the reference does.
    Right,
    Fails(Fault),
    Panics,
    /// Says that a right input is none.
    BlamesCaller,
    /// Turns the lowest bit of word 1 of every answer, and of what a trace shows of node 0.
    Flips,
    /// The same, and its trace is right.
    FlipsUnseen,
    /// One answer too few.
    Forgets,
}

/// Loads, runs and traces as its script says, and rightly once that is over. The script is shared by its models.
#[derive(Clone, Default)]
pub struct Scripted(Arc<Mutex<VecDeque<Act>>>);

impl Scripted {
    pub fn then(&self, acts: impl IntoIterator<Item = Act>) {
        self.0.lock().unwrap().extend(acts);
    }

    /// Acts that nothing asked for.
    pub fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn act(&self) -> Result<Act, Error> {
        let act = self.0.lock().unwrap().pop_front().unwrap_or(Act::Right);
        match act {
            Act::Fails(fault) => Err(Error::Device { backend: "scripted", fault, reason: "on fire".into() }),
            Act::Panics => panic!("went wrong"),
            Act::BlamesCaller => Err(Error::InputLength { index: 0, wanted: 1, got: 2 }),
            act => Ok(act),
        }
    }
}

impl Backend for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        self.act()?;
        Ok(Box::new(LoadedScripted { script: self.clone(), loaded: Reference.load(model)? }))
    }
}

struct LoadedScripted {
    script: Scripted,
    loaded: Box<dyn Loaded>,
}

impl Loaded for LoadedScripted {
    fn model(&self) -> &Model {
        self.loaded.model()
    }

    fn place(&self) -> Place {
        "scripted".into()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let act = self.script.act()?;
        let mut answers = self.loaded.run(batch)?;
        match act {
            Act::Flips | Act::FlipsUnseen => answers.iter_mut().for_each(|answer| answer[4] ^= 1),
            Act::Forgets => drop(answers.pop()),
            _ => {}
        }
        Ok(answers)
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        let act = self.script.act()?;
        let mut trace = self.loaded.trace(input)?;
        if let Act::Flips = act {
            trace[0].bytes[4] ^= 1;
            trace[0].digest = keccak256(&trace[0].bytes);
        }
        Ok(trace)
    }
}

/// Three i8 to two i32: 1·a + 2·b + 3·c − 100 and a − b + c + 7, then at most `hi`.
pub fn model_with(hi: i32) -> Arc<Model> {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let artifact = Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[3]), quant }],
        vec![Tensor::i8(&[2, 3], vec![1, 2, 3, 1, -1, 1]), Tensor::i32(&[2], vec![-100, 7])],
        vec![
            Node { operands: vec![0], op: Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }) },
            Node { operands: vec![1], op: Op::Clamp(Clamp { lo: -(1 << 20), hi }) },
        ],
        vec![Output { name: "y".into(), value: 2, quant }],
        Default::default(),
    );
    Arc::new(Model::check(&artifact).unwrap())
}

pub fn model() -> Arc<Model> {
    model_with(1 << 20)
}

/// An input and its answer, told by hand: 10 + 40 + 90 − 100 and 10 − 20 + 30 + 7.
pub const INPUT: &[u8] = &[10, 20, 30];
pub const ANSWER: [u8; 8] = [40, 0, 0, 0, 27, 0, 0, 0];
