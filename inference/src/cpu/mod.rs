//! The CPU backend: packed int8 kernels, fused tails, planned memory. The same bits as the reference.
//!
//! - `isa`: instruction sets, found at run time; `gemm`: the matrix kernels, one file a set; `depthwise`, `add_scaled`:
//!   kernels of their own; `rows` and what is on it, and the other ops: plain loops that the compiler makes vector code
//!   of, once for each set; `kernels`, `kernels_rows`: which op has which. Ops that neither names are "reference only":
//!   `fallback` runs them as the reference does.
//! - `program`: what is computed in which order; `fuse`: what is computed together and kept turned; `team`: threads
//!   within one input. Where values lie: [`crate::plan`].
//! - `self_test`: known answers, replayed on the machine before the backend is used.
//!
//! AVX-VNNI is compiled and was never executed, for want of a processor: see `gemm/vnni256.rs`.
//! NEON and other instruction sets of other architectures: not compiled, not measured; they run the plain loops.
//!
//! An answer depends on the model and the input alone: threads share nothing but what is constant, and no sum
//! depends on an order.

mod add_scaled;
mod avg_pool;
mod batch_mat_mul;
mod broadcast;
mod conv;
mod depthwise;
mod element;
mod elementwise;
mod extreme;
mod fallback;
mod fuse;
mod gemm;
mod grouped;
mod isa;
mod kernels;
mod kernels_rows;
mod max_pool;
mod movement;
mod norm;
mod program;
mod quantise;
mod reduce_sum;
mod rescale;
mod rows;
mod self_test;
mod short;
mod softmax;
mod table16;
mod team;
mod transpose;
mod window;

pub use isa::Isa;

use crate::{Backend, Error, Fault, Loaded, OpDigest, Place};
use isa::Detected;
use isocortex_model::{Model, keccak256};
use program::{Arena, Program, write_bytes};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};
use team::Team;

/// The CPU backend.
///
/// **Memory.** A loaded model takes at most 8 times the bytes of the constants that its nodes name (each as often
/// as it is named), and 16 KiB a node, or 144 KiB where the node names weights of few channels. A run takes at most
/// 10 times the model's [`peak`](isocortex_model::Cost::peak), the constants' bytes twice, its output, and 1 MiB:
/// values at their own size, at most as much again between them (a value never moves), at most 4 times for an
/// operand laid out with its padding, and 4 times for the operands and result of an op that has no kernel here and
/// is computed in i32. Each further thread on the same input takes what one product of a BatchMatMul does: 10 times
/// its matrices, and 128 KiB. Runs at once take this each. What a machine does not have is [`Error::Device`].
/// `tests/memory.rs` and `tests/hostile` hold the backend to it.
///
/// ```
/// use isocortex_inference::{Backend, Cpu};
/// let cpu = Cpu::new(1)?; // one thread, the best instructions that the machine has
/// assert_eq!(cpu.name(), "cpu");
/// # Ok::<(), isocortex_inference::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cpu {
    isa: Detected,
    pool: Option<Arc<rayon::ThreadPool>>,
}

impl Cpu {
    /// With the machine's best instructions and `threads` threads, which share the inputs of a batch, or the work of one input: 1 stays on
    /// the caller's thread, 0 means one a CPU.
    ///
    /// # Errors
    /// [`Error::Device`] if a known answer comes out wrong on this machine, naming op and word, or if threads
    /// cannot be started.
    pub fn new(threads: usize) -> Result<Self, Error> {
        Self::with_isa(Isa::best(), threads)
    }

    /// With chosen instructions.
    ///
    /// # Errors
    /// As [`new`](Self::new); also [`Error::Device`] if the machine lacks the instructions.
    pub fn with_isa(isa: Isa, threads: usize) -> Result<Self, Error> {
        let isa = Detected::new(isa)?;
        let pool = match threads {
            1 => None,
            _ => {
                let pool =
                    rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("cpu-{i}"));
                Some(Arc::new(pool.build().map_err(|e| device(Fault::Other, format!("threads: {e}")))?))
            }
        };
        let cpu = Self { isa, pool };
        self_test::run(&cpu)?;
        Ok(cpu)
    }

    /// The instructions in use.
    pub fn isa(&self) -> Isa {
        self.isa.isa()
    }
}

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        let program = Program::new(&model, self.isa, true)?;
        Ok(Box::new(LoadedCpu { cpu: self.clone(), model, program, arenas: Mutex::default() }))
    }
}

struct LoadedCpu {
    cpu: Cpu,
    model: Arc<Model>,
    program: Program,
    /// Memory of runs that are over: as many as ever ran at once, none above [`KEPT_BYTES`].
    arenas: Mutex<Vec<Arena>>,
}

/// Largest arena to keep for the next run. A model of a few bytes may need a gigabyte to run in, and there may
/// be thousands of them in memory; larger ones are made anew, which costs little beside filling them.
const KEPT_BYTES: usize = 1 << 22;

/// Multiply-accumulates of a model above which several threads work on one input: waking them takes microseconds.
const SHARED_MACS: u64 = 1 << 22;

impl LoadedCpu {
    fn worth_sharing(&self) -> bool {
        self.model.cost().macs >= SHARED_MACS
    }

    fn one(&self, input: &[u8], team: &Team) -> Result<Vec<u8>, Error> {
        let mut bytes = room(self.model.output_len())?;
        // What kernels take as they run has to be there too: they cannot refuse.
        drop(room::<u8>(self.program.heap(team.threads()))?);
        let arenas = || self.arenas.lock().unwrap_or_else(PoisonError::into_inner);
        let spare = arenas().pop();
        let mut arena = spare.map_or_else(|| self.program.arena(), Ok)?;
        self.program.run(&self.model, &mut arena, input, team, |_, _| ());
        for (output, ty) in self.model.header().outputs.iter().zip(self.model.output_types()) {
            let words = self.program.value(&arena, output.value as usize);
            write_bytes(ty.dtype, ty.bytes() as usize, words, &mut bytes);
        }
        if arena.bytes() <= KEPT_BYTES {
            arenas().push(arena);
        }
        Ok(bytes)
    }
}

impl Loaded for LoadedCpu {
    fn model(&self) -> &Model {
        &self.model
    }

    fn place(&self) -> Place {
        self.cpu.name().into()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        self.check_lengths(batch)?;
        let alone = Team::alone();
        let Some(pool) = &self.cpu.pool else {
            return batch.iter().map(|x| self.one(x, &alone)).collect();
        };
        // One thread an input while there are as many inputs as threads; all threads on each of the rest.
        let threads = pool.current_num_threads();
        let rest = if self.worth_sharing() { batch.len() % threads } else { 0 };
        let (full, rest) = batch.split_at(batch.len() - rest);
        let mut all: Vec<_> = match full {
            [] => vec![],
            [one] => vec![self.one(one, &alone)?],
            _ => pool.install(|| full.par_iter().map(|x| self.one(x, &alone)).collect::<Result<_, _>>())?,
        };
        if !rest.is_empty() {
            let team = Team::of(pool);
            for x in rest {
                all.push(self.one(x, &team)?);
            }
        }
        Ok(all)
    }

    /// Each node by itself, nothing fused; made ready anew on each call.
    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        self.check_lengths(&[input])?;
        let program = Program::new(&self.model, self.cpu.isa, false)?;
        let inputs = self.model.header().inputs.len();
        let mut digests = vec![];
        program.run(&self.model, &mut program.arena()?, input, &Team::alone(), |value, words| {
            let (node, ty) = (value - inputs, &self.model.values()[value].ty);
            let mut bytes = vec![];
            write_bytes(ty.dtype, ty.bytes() as usize, words, &mut bytes);
            let op = self.model.header().nodes[node].op.name();
            digests.push(OpDigest { node, op, digest: keccak256(&bytes), bytes });
        });
        Ok(digests)
    }
}

fn device(fault: Fault, reason: String) -> Error {
    Error::Device { backend: "cpu", fault, reason }
}

/// Room for `n` elements, or an error where the machine has no memory for them.
fn room<T>(n: usize) -> Result<Vec<T>, Error> {
    let mut v = vec![];
    let reserved = v.try_reserve_exact(n);
    let error =
        |_| device(Fault::Memory, format!("no memory for {} bytes", n.saturating_mul(size_of::<T>())));
    reserved.map_err(error)?;
    Ok(v)
}

/// `n` times `value`, or an error where the machine has no memory for it.
fn memory<T: Clone>(n: usize, value: T) -> Result<Vec<T>, Error> {
    let mut v = room(n)?;
    v.resize(n, value);
    Ok(v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::{Artifact, DType, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};

    #[test]
    fn large_arenas_are_not_kept() {
        for (elements, kept) in [(1 << 20, 1), (1 << 22, 0)] {
            let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
            let artifact = Artifact::build(
                vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[elements]), quant }],
                vec![],
                vec![Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }],
                vec![Output { name: "y".into(), value: 1, quant }],
                Default::default(),
            );
            let (cpu, model) = (Cpu::new(1).unwrap(), Arc::new(Model::check(&artifact).unwrap()));
            let program = Program::new(&model, cpu.isa, true).unwrap();
            let loaded = LoadedCpu { cpu, model, program, arenas: Mutex::default() };
            loaded.run(&[&vec![0; elements as usize]]).unwrap();
            assert_eq!(loaded.arenas.lock().unwrap().len(), kept);
        }
    }
}
