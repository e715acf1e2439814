//! Contracts that repeat one thing until their gas is nearly used up.

use revm::bytecode::opcode as op;

/// `setup` once, then `body` over and over while more than `reserve` gas is left, then stop. A `body`
/// that leaves a success flag for [`CHECK`] ends in an invalid instruction where one is zero.
pub fn repeat(setup: &[u8], body: &[u8], reserve: u32) -> Vec<u8> {
    // The target of CHECK stands where a jump of one byte reaches it from anywhere.
    let mut code = vec![op::PUSH1, 5, op::JUMP, op::JUMPDEST, op::INVALID, op::JUMPDEST];
    code.extend(setup);
    let start = u8::try_from(code.len()).unwrap();
    code.push(op::JUMPDEST);
    code.extend(body);
    let [_, a, b, c] = reserve.to_be_bytes();
    code.extend([op::PUSH3, a, b, c, op::GAS, op::GT, op::PUSH1, start, op::JUMPI, op::STOP]);
    code
}

/// Takes a success flag and stops everything where it is zero.
pub const CHECK: [u8; 4] = [op::ISZERO, op::PUSH1, 3, op::JUMPI];

/// A precompile called with all of the calldata, which [`COPY_CALLDATA`] has put into memory.
pub fn call_precompile(address: u8) -> Vec<u8> {
    let call =
        [op::PUSH0, op::PUSH0, op::CALLDATASIZE, op::PUSH0, op::PUSH1, address, op::GAS, op::STATICCALL];
    [&call[..], &CHECK].concat()
}

/// All of the calldata to memory at 0.
pub const COPY_CALLDATA: [u8; 4] = [op::CALLDATASIZE, op::PUSH0, op::PUSH0, op::CALLDATACOPY];

/// Puts a counter on the stack that starts where the calldata says.
pub const COUNTER: [u8; 2] = [op::PUSH0, op::CALLDATALOAD];

/// `body` on the counter, which is on top before and after, and one more, sixteen times.
pub fn count(body: &[u8]) -> Vec<u8> {
    [body, &[op::PUSH1, 1, op::ADD]].concat().repeat(16)
}
