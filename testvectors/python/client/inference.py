"""precompiles/SPEC.md, "Inference": IInference.sol at 0x…c001, and the packed door at 0x…c0c0."""

from isocortex_ref import abi
from isocortex_ref.run import run as compute

from . import models
from .frame import Frame
from .spec import Address


def infer(frame: Frame, model: bytes, inputs: list[bytes]) -> list[bytes]:
    record = frame.live(model, 3)
    for index, data in enumerate(inputs):
        if len(data) != record.input_length:
            frame.revert("InputLength(uint256,uint256,uint256)", index, record.input_length, len(data))
    price = frame.prices.one_inference(record)
    frame.charge(price * len(inputs))
    author = Address(record.author.to_bytes(20, "big"))
    paid = record.royalty > 0 and len(inputs) > 0
    if paid:
        frame.account(author)
    checked = models.load(frame.state, model)
    outputs = [compute(checked, bytes(data)) for data in inputs]
    for data, output in zip(inputs, outputs):
        frame.transcript.add(frame.evm, model, data, output, price)
    if paid:
        fee = int(frame.evm.message.block_env.base_fee_per_gas)
        frame.credit(author, royalty(record.royalty, len(inputs), fee))
    return outputs


def royalty(gas: int, inferences: int, base_fee: int) -> int:
    """What the author gets, in wei: four fifths of what the royalty's gas costs at the base fee, rounded down."""
    return gas * inferences * base_fee * 4 // 5


def run(frame: Frame) -> bytes:
    selector = bytes(frame.evm.message.data[:4])
    if selector == abi.selector("infer(bytes32,bytes)"):
        model, data = frame.arguments("wb")
        return abi.encode(abi.Bytes(infer(frame, model, [data])[0]))
    if selector == abi.selector("inferBatch(bytes32,bytes[])"):
        model, inputs = frame.arguments("wl")
        return abi.encode([abi.Bytes(output) for output in infer(frame, model, inputs)])
    frame.revert("BadCalldata()")


def packed(frame: Frame) -> bytes:
    data = bytes(frame.evm.message.data)
    if len(data) < 32:
        frame.revert("BadCalldata()")
    return infer(frame, data[:32], [data[32:]])[0]
