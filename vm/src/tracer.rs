//! One line of JSON an executed instruction ([EIP-3155](https://eips.ethereum.org/EIPS/eip-3155)).

use revm::{
    Inspector,
    bytecode::opcode::OpCode,
    context_interface::{ContextTr, JournalTr},
    interpreter::{
        Interpreter,
        interpreter_types::{Jumps, LoopControl},
    },
    primitives::U256,
};
use serde::Serialize;
use std::{fmt, io::Write};

/// The tracer of the one EVM that this crate compiles: an EVM that is not traced never calls it.
#[derive(Default)]
pub(crate) struct Tracer {
    out: Option<Box<dyn Write>>,
    step: Step,
}

impl Tracer {
    pub(crate) fn new(out: Option<Box<dyn Write>>) -> Self {
        Self { out, step: Step::default() }
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("step", &self.step).finish_non_exhaustive()
    }
}

/// What is written of an instruction; numbers that may be large are in hex, as the EIP has them.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    pc: usize,
    op: u8,
    #[serde(serialize_with = "hex")]
    gas: u64,
    #[serde(serialize_with = "hex")]
    gas_cost: u64,
    mem_size: usize,
    /// The top is last.
    stack: Vec<U256>,
    /// Calls that this one is in, itself included.
    depth: usize,
    /// What the frame has earned back so far.
    refund: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_name: Option<&'static str>,
    /// How the frame ended, where this was its last instruction and it did not just stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn hex<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{number:#x}"))
}

impl<CTX: ContextTr> Inspector<CTX> for Tracer {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        let op = interpreter.bytecode.opcode();
        self.step = Step {
            pc: interpreter.bytecode.pc(),
            op,
            gas: interpreter.gas.remaining(),
            gas_cost: 0,
            mem_size: interpreter.memory.len(),
            stack: interpreter.stack.data().to_vec(),
            depth: context.journal_mut().depth(),
            refund: interpreter.gas.refunded(),
            op_name: OpCode::new(op).map(|op| op.as_str()),
            error: None,
        };
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _: &mut CTX) {
        let Some(out) = &mut self.out else { return };
        // A call takes its callee's gas along; it is given back when the callee ends.
        self.step.gas_cost = self.step.gas.saturating_sub(interpreter.gas.remaining());
        let ended = interpreter.bytecode.action().as_ref().and_then(|action| action.instruction_result());
        self.step.error = ended.filter(|result| !result.is_ok()).map(|result| format!("{result:?}"));
        // A trace that nobody reads any more is no fault of the execution's.
        let _unread = serde_json::to_writer(&mut *out, &self.step).is_ok() && out.write_all(b"\n").is_ok();
    }
}
