//! `INFER` and `INFERARRAY`: two instructions that are thin doors to the packed inference precompile.
//!
//! Both end as the `CALL` instruction ends: they hand the interpreter a new call frame to
//! [`DOOR`], with value 0 and the static flag of the caller. The EVM's own machinery then keeps back
//! one 64th of the gas, runs the precompile, fills the return-data buffer, copies the output into
//! memory and pushes the success flag. `OPCODES.md` states stack order, gas and failures.

use isocortex_precompiles::PACKED_ADDRESS;
use revm::{
    context_interface::Host,
    handler::instructions::EthInstructions,
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, FrameInput, Instruction, InstructionContext,
        InstructionExecResult, InstructionResult, InterpreterAction, InterpreterTypes,
        instructions::contract::{load_acc_and_calc_gas, resize_memory},
        interpreter_types::{InputsTr, LoopControl, MemoryTr, ReturnData, RuntimeFlag, StackTr},
        popn, push,
    },
    primitives::{Address, B256, Bytes, U256, keccak256},
};
use std::{boxed::Box, ops::Range, vec::Vec};

/// The packed inference door: calldata is the 32-byte model id followed by the raw input.
pub const DOOR: Address = PACKED_ADDRESS;
/// `INFER` (0xc0): stack, top first: model, inOffset, inSize, outOffset, outSize → success.
pub const INFER: u8 = 0xc0;
/// `INFERARRAY` (0xc1): stack, top first: model, slot, outOffset, outSize → success.
pub const INFERARRAY: u8 = 0xc1;
/// Static gas of both: what reaching a warm account costs (EIP-2929); the door is always warm.
pub const STATIC_GAS: u16 = 100;
/// Longest `bytes` value that `INFERARRAY` reads from storage: 1 MiB.
pub const MAX_ARRAY_LEN: usize = 1 << 20;

/// Adds both instructions to an instruction table. Without this they are undefined, as in Ethereum.
pub fn install<W: InterpreterTypes, H: Host>(table: &mut EthInstructions<W, H>) {
    table.insert_instruction(INFER, Instruction::new(infer), STATIC_GAS);
    table.insert_instruction(INFERARRAY, Instruction::new(infer_array), STATIC_GAS);
}

/// Runs a model on a piece of memory.
fn infer<W: InterpreterTypes, H: Host + ?Sized>(ctx: InstructionContext<'_, H, W>) -> InstructionExecResult {
    popn!([model, in_offset, in_size, out_offset, out_size], ctx.interpreter);
    let input = resize_memory(ctx.interpreter, ctx.host.gas_params(), in_offset, in_size)?;
    let output = resize_memory(ctx.interpreter, ctx.host.gas_params(), out_offset, out_size)?;
    // Unlike CALL, whose input is a window on memory, the model id must be put before the input.
    charge(&mut *ctx.interpreter, ctx.host.gas_params().copy_cost(input.len().saturating_add(32)))?;
    let mut data = Vec::with_capacity(input.len().saturating_add(32));
    data.extend_from_slice(&model.to_be_bytes::<32>());
    if !input.is_empty() {
        data.extend_from_slice(ctx.interpreter.memory.slice_len(input.start, input.len()).as_ref());
    }
    call_door(ctx, data, output)
}

/// Runs a model on a Solidity `bytes` value in the storage of the executing contract.
fn infer_array<W: InterpreterTypes, H: Host + ?Sized>(
    mut ctx: InstructionContext<'_, H, W>,
) -> InstructionExecResult {
    popn!([model, slot, out_offset, out_size], ctx.interpreter);
    let output = resize_memory(ctx.interpreter, ctx.host.gas_params(), out_offset, out_size)?;
    let head = sload(&mut ctx, slot)?;
    let Some(layout) = Layout::of(head) else {
        // Not a `bytes` value: nothing is called, as CALL does where it cannot make the call.
        ctx.interpreter.return_data.clear();
        push!(ctx.interpreter, U256::ZERO);
        return Ok(());
    };
    charge(&mut *ctx.interpreter, ctx.host.gas_params().copy_cost(layout.len().saturating_add(32)))?;
    let mut data = Vec::with_capacity(layout.len().saturating_add(64));
    data.extend_from_slice(&model.to_be_bytes::<32>());
    match layout {
        Layout::Inline(_) => data.extend_from_slice(&head.to_be_bytes::<32>()),
        Layout::Far(len) => {
            // 30 for KECCAK256 and 6 for its one word.
            charge(&mut *ctx.interpreter, ctx.host.gas_params().keccak256_cost(32).saturating_add(30))?;
            let mut at = U256::from_be_bytes(keccak256(slot.to_be_bytes::<32>()).0);
            for _ in 0..len.div_ceil(32) {
                data.extend_from_slice(&sload(&mut ctx, at)?.to_be_bytes::<32>());
                at = at.wrapping_add(U256::ONE);
            }
        }
    }
    data.truncate(layout.len().saturating_add(32));
    call_door(ctx, data, output)
}

/// How Solidity lays out a `bytes` value, told by the word in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Up to 31 bytes in the high end of the slot itself; twice the length in the lowest byte.
    Inline(usize),
    /// 32 bytes or more from slot `keccak256(slot)` on; twice the length plus one in the slot.
    Far(usize),
}

impl Layout {
    /// `None`: a word that Solidity never writes for `bytes`, or more than [`MAX_ARRAY_LEN`] bytes.
    fn of(head: U256) -> Option<Self> {
        if head.bit(0) {
            let len = usize::try_from(head >> 1usize).ok()?;
            (32..=MAX_ARRAY_LEN).contains(&len).then_some(Self::Far(len))
        } else {
            let len = usize::from(head.byte(0)) / 2;
            (len < 32).then_some(Self::Inline(len))
        }
    }

    const fn len(self) -> usize {
        match self {
            Self::Inline(len) | Self::Far(len) => len,
        }
    }
}

/// One word of the executing contract's storage, at the price of an SLOAD (EIP-2929).
fn sload<W: InterpreterTypes, H: Host + ?Sized>(
    ctx: &mut InstructionContext<'_, H, W>,
    key: U256,
) -> InstructionExecResult<U256> {
    charge(&mut *ctx.interpreter, ctx.host.gas_params().warm_storage_read_cost())?;
    let cold_cost = ctx.host.gas_params().cold_storage_additional_cost();
    let skip_cold = ctx.interpreter.gas.remaining() < cold_cost;
    let word = ctx.host.sload_skip_cold_load(ctx.interpreter.input.target_address(), key, skip_cold)?;
    if word.is_cold {
        charge(&mut *ctx.interpreter, cold_cost)?;
    }
    Ok(word.data)
}

/// Takes `cost` from the frame's gas, or ends the frame out of gas.
fn charge<W: InterpreterTypes>(
    interpreter: &mut revm::interpreter::Interpreter<W>,
    cost: u64,
) -> InstructionExecResult {
    if interpreter.gas.record_regular_cost(cost) { Ok(()) } else { Err(InstructionResult::OutOfGas) }
}

/// Suspends the frame and asks for a call of the door with `data`; `output` is a range of memory.
fn call_door<W: InterpreterTypes, H: Host + ?Sized>(
    mut ctx: InstructionContext<'_, H, W>,
    data: Vec<u8>,
    output: Range<usize>,
) -> InstructionExecResult {
    let (gas_limit, bytecode, bytecode_hash, charged_new_account_state_gas) =
        load_acc_and_calc_gas(&mut ctx, DOOR, false, true, u64::MAX)?;
    let known_bytecode: (B256, _) = (bytecode_hash, bytecode);
    let inputs = CallInputs {
        input: CallInput::Bytes(Bytes::from(data)),
        gas_limit,
        target_address: DOOR,
        caller: ctx.interpreter.input.target_address(),
        bytecode_address: DOOR,
        known_bytecode,
        value: CallValue::Transfer(U256::ZERO),
        scheme: CallScheme::Call,
        is_static: ctx.interpreter.runtime_flag.is_static(),
        return_memory_offset: output,
        reservoir: ctx.interpreter.gas.reservoir(),
        charged_new_account_state_gas,
    };
    ctx.interpreter.bytecode.set_action(InterpreterAction::NewFrame(FrameInput::Call(Box::new(inputs))));
    Err(InstructionResult::Suspend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_of_solidity_bytes() {
        // https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html#bytes-and-string
        let word = |last: u64| U256::from(last);
        assert_eq!(Layout::of(word(0)), Some(Layout::Inline(0)));
        assert_eq!(Layout::of((U256::from(0xab) << 248usize) | word(2)), Some(Layout::Inline(1)));
        assert_eq!(Layout::of(word(62)), Some(Layout::Inline(31)));
        assert_eq!(Layout::of(word(64)), None, "32 bytes do not fit beside their length");
        assert_eq!(Layout::of(word(63)), None, "31 bytes are never stored apart");
        assert_eq!(Layout::of(word(65)), Some(Layout::Far(32)));
        assert_eq!(Layout::of(word((1 << 21) + 1)), Some(Layout::Far(1 << 20)));
        assert_eq!(Layout::of(word((1 << 21) + 3)), None, "over-long");
        assert_eq!(Layout::of(U256::MAX), None);
    }
}
