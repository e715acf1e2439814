"""precompiles/SPEC.md, "The registry": IModelRegistry.sol at 0x…c000."""

from collections.abc import Callable

from isocortex_ref import abi
from isocortex_ref.check import CHUNK, check
from isocortex_ref.faults import Fault
from isocortex_ref.header import CONSTANTS, PROVENANCE, _encode, decode
from isocortex_ref.numbers import elements, size

from . import gas, models
from .frame import Frame
from .record import LIVE, RETIRED, SLOTS, Record
from .spec import GAS_COLD_SLOAD, GAS_STORAGE_UPDATE, keccak256

RESET = int(GAS_STORAGE_UPDATE - GAS_COLD_SLOAD)  # EIP-2929's SSTORE of a warm slot that is not zero


def put_chunk(frame: Frame, data: bytes) -> bytes:
    if not 1 <= len(data) <= CHUNK:
        frame.revert("ChunkLength(uint256)", len(data))
    frame.charge(gas.keccak(len(data)))
    name = keccak256(data)
    if frame.chunk(name) is None:
        frame.charge(frame.prices.new_chunk(len(data)))
        frame.put(name, bytes(data))
    return name


def register(frame: Frame, model: bytes) -> bytes:
    if frame.record(model, 1) is not None:
        frame.revert("AlreadyRegistered(bytes32)", model)
    header_bytes = needed(frame, model)
    frame.charge(frame.prices.headerByte * len(header_bytes))
    try:
        header = decode(header_bytes)
    except Fault:
        frame.bad_model()
    frame.charge(frame.prices.register(len(header["nodes"]), header["weights_len"], named(header)))
    weights = b"".join(needed(frame, name) for name in header["chunks"])
    try:
        checked = check(header_bytes, weights)
    except Fault:
        frame.bad_model()
    models.keep(model, checked)
    cost = checked.cost
    record = Record(
        status=LIVE, op_set=header["op_set"], nodes=len(header["nodes"]),
        input_length=sum(v.bytes for v in checked.values[:len(header["inputs"])]),
        output_length=sum(checked.values[o["value"]].bytes for o in header["outputs"]),
        author=frame.caller, macs=cost["macs"], elements=cost["elements"], traffic=cost["bytes"],
        weights=cost["weights"], peak=cost["peak"], registered_at=int(frame.evm.message.block_env.number),
        provenance=int.from_bytes(keccak256(_encode(PROVENANCE, header["provenance"])), "big"),
    )
    frame.settle()
    frame.write(model, record, *range(SLOTS))
    frame.emit(
        "ModelRegistered(bytes32,address,uint64,uint64,uint64,bytes32)", [model, record.author],
        record.input_length, record.output_length, record.macs, record.provenance,
    )
    return record.info(frame.prices.one_inference(record))


def needed(frame: Frame, name: bytes) -> bytes:
    data = frame.chunk(name)
    if data is None:
        frame.revert("ChunkMissing(bytes32)", name)
    return data


def named(header: dict) -> int:
    """Bytes of constants, each as often as a node names it."""
    types = header["constants"]
    indices = (node["op"][a] for node in header["nodes"] for a in CONSTANTS[node["op"]["op"]])
    return sum(elements(types[i]["shape"]) * size(types[i]["dtype"]) for i in indices if i < len(types))


def info(frame: Frame, model: bytes) -> bytes:
    record = frame.record(model, SLOTS)
    if record is None:
        frame.revert("UnknownModel(bytes32)", model)
    return record.info(frame.prices.one_inference(record))


def set_royalty(frame: Frame, model: bytes, asked: bytes) -> bytes:
    royalty, bound = int.from_bytes(asked, "big"), frame.prices.maxRoyalty
    if royalty >= 2**64:
        frame.revert("BadCalldata()")
    record = owned(frame, model)
    if royalty > bound:
        frame.revert("RoyaltyTooHigh(uint64,uint64)", royalty, bound)
    frame.charge(RESET + gas.log(2, 32))
    record.royalty = royalty
    frame.write(model, record, 1)
    frame.emit("RoyaltyChanged(bytes32,uint64)", [model], royalty)
    return b""


def retire(frame: Frame, model: bytes) -> bytes:
    record = owned(frame, model)
    frame.charge(RESET + gas.log(2, 0))
    record.status = RETIRED
    frame.write(model, record, 0)
    frame.emit("Retired(bytes32)", [model])
    return b""


def owned(frame: Frame, model: bytes) -> Record:
    record = frame.live(model, 2)
    if record.author != frame.caller:
        frame.revert("NotAuthor(address)", record.author)
    return record


METHODS: dict[bytes, tuple[str, bool, Callable[..., bytes]]] = {  # selector: arguments, writes, function
    abi.selector("putChunk(bytes)"): ("b", True, put_chunk),
    abi.selector("register(bytes32)"): ("w", True, register),
    abi.selector("info(bytes32)"): ("w", False, info),
    abi.selector("setRoyalty(bytes32,uint64)"): ("ww", True, set_royalty),
    abi.selector("retire(bytes32)"): ("w", True, retire),
}


def run(frame: Frame) -> bytes:
    selector = bytes(frame.evm.message.data[:4])
    if selector not in METHODS:
        frame.revert("BadCalldata()")
    kinds, writes, method = METHODS[selector]
    if writes and frame.evm.message.is_static:
        frame.revert("StaticCall()")
    return method(frame, *frame.arguments(kinds))
