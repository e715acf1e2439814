"""vm/OPCODES.md: INFER and INFERARRAY."""

from .frame import PACKED
from .spec import (
    GAS_COPY, GAS_COLD_SLOAD, GAS_WARM_ACCESS, U256, Bytes32, Evm, Uint, calculate_gas_extend_memory, charge_gas,
    generic_call, get_account, get_storage, keccak256, max_message_call_gas, memory_read_bytes, pop, push,
)
from .gas import keccak, words

INFER, INFERARRAY = 0xC0, 0xC1
LONGEST = 1 << 20  # bytes of a value in storage


def infer(evm: Evm):
    model, in_offset, in_size, out_offset, out_size = (pop(evm.stack) for _ in range(5))
    charge_gas(evm, GAS_WARM_ACCESS)
    extend(evm, (in_offset, in_size), (out_offset, out_size))
    charge_gas(evm, GAS_COPY * Uint(words(32 + int(in_size))))
    call_door(evm, model, memory_read_bytes(evm.memory, in_offset, in_size), out_offset, out_size)


def infer_array(evm: Evm):
    model, slot, out_offset, out_size = (pop(evm.stack) for _ in range(4))
    charge_gas(evm, GAS_WARM_ACCESS)
    extend(evm, (out_offset, out_size))
    head = sload(evm, int(slot))
    far, length = layout(head)
    if length is None:
        evm.return_data = b""
        push(evm.stack, U256(0))
        evm.pc += Uint(1)
        return
    charge_gas(evm, GAS_COPY * Uint(words(32 + length)))
    value = head.to_bytes(32, "big")
    if far:
        charge_gas(evm, Uint(keccak(32)))
        first = int.from_bytes(keccak256(slot.to_be_bytes32()), "big")
        value = b"".join(sload(evm, first + i).to_bytes(32, "big") for i in range(words(length)))
    call_door(evm, model, value[:length], out_offset, out_size)


def layout(head: int) -> tuple[bool, int | None]:
    """Whether a `bytes` value lies apart from its slot, and its length, or None for no such value."""
    if head % 2:
        return True, head // 2 if 32 <= head // 2 <= LONGEST else None
    return False, head % 256 // 2 if head % 256 < 64 else None


def extend(evm: Evm, *areas: tuple[U256, U256]):
    more = calculate_gas_extend_memory(evm.memory, list(areas))
    charge_gas(evm, more.cost)
    evm.memory += b"\0" * more.expand_by


def sload(evm: Evm, slot: int) -> int:
    key = Bytes32((slot % 2**256).to_bytes(32, "big"))
    account = evm.message.current_target
    if (account, key) in evm.accessed_storage_keys:
        charge_gas(evm, GAS_WARM_ACCESS)
    else:
        charge_gas(evm, GAS_COLD_SLOAD)
        evm.accessed_storage_keys.add((account, key))
    return int(get_storage(evm.message.block_env.state, account, key))


def call_door(evm: Evm, model: U256, data: bytes, out_offset: U256, out_size: U256):
    """CALL with value 0 and all the gas that EIP-150 gives away, of model || data."""
    gas = max_message_call_gas(evm.gas_left)
    charge_gas(evm, gas)
    # The spec's call takes its input from memory: it lies behind the end of this frame's for that long.
    end = len(evm.memory)
    evm.memory += model.to_be_bytes32() + data
    generic_call(
        evm, gas=gas, value=U256(0), caller=evm.message.current_target, to=PACKED, code_address=PACKED,
        should_transfer_value=True, is_staticcall=False, memory_input_start_position=U256(end),
        memory_input_size=U256(32 + len(data)), memory_output_start_position=out_offset, memory_output_size=out_size,
        code=get_account(evm.message.block_env.state, PACKED).code, disable_precompiles=False,
    )
    del evm.memory[end:]
    evm.pc += Uint(1)
