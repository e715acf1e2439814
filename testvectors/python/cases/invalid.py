"""Artifacts that must be refused, each for one fault alone."""

import copy

from isocortex_ref.check import check
from isocortex_ref.faults import Fault
from isocortex_ref.header import encode
from isocortex_ref.keccak import keccak256

from . import (  # noqa: F401
    invalid_arithmetic, invalid_copying, invalid_linear, invalid_ops, invalid_pools, invalid_rows, invalid_sequences,
    invalid_trees)
from .build import REFUSED, UNIT, Graph, bind
from .rng import Rng

VALID = Graph(("i8", [2, 2, 1]))
VALID.add("Conv2d", 0, weight=("i8", [2, 1, 1, 1], [3, -4]), bias=("i32", [2], [100, -100]), zero_point=1,
          stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0), groups=1)
VALID.add("Rescale", 1, multiplier=("i32", [1], [1 << 30]), shift=("i8", [1], [33]), zero_point=0, lo=-128, hi=127,
          dtype="i8")
VALID.add("Clamp", 2, lo=-50, hi=50)


def case(name: str, fault: str, header, weights: bytes) -> dict:
    """Only what this implementation refuses, and for that reason, becomes a vector."""
    data = header if isinstance(header, bytes) else encode(header)
    try:
        check(data, weights)
    except Fault as found:
        assert found.kind == fault, f"{name}: {found}"
        return {"name": name, "fault": fault, "header": data.hex(), "weights": weights.hex()}
    raise AssertionError(f"{name}: accepted")


def bytes_cases() -> list:
    """Headers that no decoder may take."""
    header, weights = VALID.build()
    data = encode(header)
    out = [case(f"header cut to {n} of {len(data)} bytes", "truncated", data[:n], weights)
           for n in (0, 1, 3, 4, 5, 9, 14, 40, 100, len(data) - 33, len(data) - 1)]

    def put(name, fault, old: bytes, new: bytes):
        assert data.count(old) == 1, name
        out.append(case(name, fault, data.replace(old, new), weights))

    out.append(case("one byte after the header", "trailing bytes", data + b"\0", weights))
    out.append(case("the header twice", "trailing bytes", data + data, weights))
    out.append(case("65,536 bytes", "limit", data + bytes(65_536 - len(data)), weights))
    put("magic in small letters", "bad magic", b"ISOC", b"isoc")
    put("magic of another format", "bad magic", b"ISOC", b"\x08\x07\x12\x07")
    put("op set 0", "unknown op set", b"ISOC\1\0", b"ISOC\0\0")
    put("op set 2", "unknown op set", b"ISOC\1\0", b"ISOC\2\0")
    put("op set 257", "unknown op set", b"ISOC\1\0", b"ISOC\1\1")
    # A Clamp node: one operand, value 2, then the tag.
    clamp = b"\1\0\0\0\2\0\0\0\6"
    for tag in (0, 52, 59, 63, 255):
        put(f"op {tag}", "unknown op", clamp, clamp[:-1] + bytes([tag]))
    port = b"\2\0\0\0x0\0\3\0\0\0"
    put("dtype 3 of an input", "unknown dtype", port, b"\2\0\0\0x0\3\3\0\0\0")
    put("dtype 255 of an input", "unknown dtype", port, b"\2\0\0\0x0\xff\3\0\0\0")
    put("dtype 3 of a Rescale", "unknown dtype", b"\x7f\0\0\0\0" + clamp, b"\x7f\0\0\0\3" + clamp)
    put("a name that is not UTF-8", "encoding", b"x0", b"\xff0")
    put("a name cut inside a character", "encoding", b"x0", b"x\xc3")
    put("a name with an overlong form", "encoding", b"x0", b"\xc0\x80")
    converter = b"\0\0\0\7\0\0\0vectors\0"
    put("Option tag 2 of the source", "encoding", converter, b"\2" + converter[1:])
    put("Option tag 255 of the licence", "encoding", converter, converter[:-1] + b"\xff")
    put("2^32 - 1 inputs", "truncated", b"\1\0\0\0\2\0\0\0x0", b"\xff\xff\xff\xff\2\0\0\0x0")
    put("a name of 2^32 - 1 bytes", "truncated", b"\2\0\0\0x0", b"\xff\xff\xff\xffx0")
    put("a shape of 2^31 dimensions", "truncated", port, b"\2\0\0\0x0\0\0\0\0\x80")
    return out + meaningless()


def meaningless() -> list:
    """Booleans and enumerations with values that say nothing."""
    pool = dict(kernel=(1, 1), stride=(1, 1), pads=(0, 0, 0, 0))
    resize = dict(scale=(1, 1, 1, 1), offset=(0, 0), border=(0, 0))
    out = []
    for op, shape, operands, attribute, values, rest in (
        ("BatchMatMul", [2, 2], (0, 0), "transposed", (2, 255), dict(zero_points=(0, 0))),
        ("Shift", [3], (0,), "round", (2, 128), dict(bits=-1)),
        ("Compare", [3], (0, 0), "relation", (3, 255), {}),
        ("AvgPool", [2, 2, 1], (0,), "count_padding", (2, 255), dict(**pool, zero_points=(0, 0))),
        ("Resize", [2, 2, 1], (0,), "mode", (2, 255), resize),
    ):
        for value in values:
            g = Graph(("i8", shape))
            g.add(op, *operands, **rest, **{attribute: value})
            out.append(case(f"{op}: {attribute} {value}", "encoding", *g.build()))
    return out


def header_cases() -> list:
    """Well-formed headers whose parts contradict each other, the limits or the weights."""
    header, weights = VALID.build()
    out = []

    def change(name, fault, edit, rebind=True):
        changed = copy.deepcopy(header)
        new = edit(changed)
        new = weights if new is None else new
        out.append(case(name, fault, bind(changed, new) if rebind else changed, new))

    def port(h, **fields):
        h["inputs"][0] = {**h["inputs"][0], **fields}

    def shape(s):
        return lambda h: port(h, type={"dtype": "i8", "shape": s})

    def quant(which, **fields):
        return lambda h: h[which][0].update(quant={**UNIT, **fields})

    def node(i, *operands):
        return lambda h: h["nodes"][i].update(operands=list(operands))

    def attribute(i, **fields):
        return lambda h: h["nodes"][i]["op"].update(fields)

    change("a node reads itself", "operand", node(1, 2))
    change("a node reads the next", "operand", node(0, 2))
    change("two nodes read each other", "operand", lambda h: (node(0, 2)(h), node(1, 1)(h)) and None)
    change("a node reads a value that is not there", "operand", node(2, 9))
    change("a node reads value 2^32 - 1", "operand", node(2, 2**32 - 1))
    change("no operand", "operand", node(0))
    change("two operands for a Clamp", "operand", node(2, 2, 2))
    change("an output that is not there", "output", lambda h: h["outputs"][0].update(value=4))
    change("output 2^32 - 1", "output", lambda h: h["outputs"][0].update(value=2**32 - 1))
    change("a weight that is not there", "constant", attribute(0, weight=4))
    change("a shift that is not there", "constant", attribute(1, shift=2**32 - 1))

    def unused(h):
        h["constants"].append({"dtype": "i8", "shape": [1]})
        return weights + b"\0"

    change("a constant that nothing names", "constant unused", unused)
    change("17 inputs", "limit", lambda h: h.update(inputs=h["inputs"] * 17))
    change("17 outputs", "limit", lambda h: h.update(outputs=h["outputs"] * 17))
    change("a name of 65 bytes", "limit", lambda h: port(h, name="n" * 65))
    change("a name of 33 characters and 66 bytes", "limit", lambda h: h["outputs"][0].update(name="é" * 33))
    for field in ("converter", "licence"):
        change(f"a {field} of 65 bytes", "limit", lambda h, field=field: h["provenance"].update({field: "é" * 32 + "n"}))
    change("an input without dimensions", "shape", shape([]))
    change("an input of 7 dimensions", "limit", shape([1] * 7))
    change("an empty dimension", "shape", shape([2, 0, 1]))
    change("a dimension of 2^24 + 1", "limit", shape([2**24 + 1]))
    change("a dimension of 2^32 - 1", "limit", shape([2**32 - 1, 1, 1]))
    change("2^28 + 2^24 elements", "limit", shape([2**24, 17]))
    change("six dimensions whose product wraps 64 bits", "limit", shape([2**24] * 6))
    change("quantisation multiplier 0", "quant", quant("inputs", multiplier=0))
    change("quantisation multiplier -1", "quant", quant("outputs", multiplier=-1))
    change("quantisation shift 63", "quant", quant("inputs", shift=63))
    change("quantisation shift 255", "quant", quant("outputs", shift=255))
    change("an input's zero point outside its type", "quant", quant("inputs", zero_point=128))
    change("an output's zero point outside its type", "quant", quant("outputs", zero_point=-129))

    change("weights one byte short", "weights length", lambda h: weights[:-1], rebind=False)
    change("weights one byte long", "weights length", lambda h: weights + b"\0", rebind=False)
    change("no weights", "weights length", lambda h: b"", rebind=False)
    change("weights and header one byte long", "weights length", lambda h: weights + b"\0")
    change("weights_len one less", "weights length", lambda h: h.update(weights_len=len(weights) - 1), rebind=False)
    change("weights_len 2^64 - 1", "limit", lambda h: h.update(weights_len=2**64 - 1), rebind=False)
    change("no chunk", "weights length", lambda h: h.update(chunks=[]), rebind=False)
    change("a chunk too many", "weights length", lambda h: h.update(chunks=h["chunks"] * 2), rebind=False)
    change("an empty chunk at the end", "weights length",
           lambda h: h["chunks"].append(keccak256(b"")), rebind=False)
    change("one bit of the weights", "weights hash", lambda h: bytes([weights[0] ^ 1]) + weights[1:], rebind=False)
    change("one bit of a hash", "weights hash",
           lambda h: h.update(chunks=[h["chunks"][0][:31] + bytes([h["chunks"][0][31] ^ 128])]), rebind=False)
    change("the hash of SHA-3, not keccak", "weights hash", lambda h: h.update(chunks=[sha3(weights)]), rebind=False)
    out += big_cases()
    return out


def sha3(data: bytes) -> bytes:
    import hashlib
    return hashlib.sha3_256(data).digest()


def big_cases() -> list:
    """Small artifacts that would cost more than the limits."""
    out = []
    g = Graph(("i32", [2**24, 16]))
    g.add("Clamp", 0, lo=0, hi=1)
    out.append(case("a peak of 2^31 bytes", "limit", *g.build()))
    g = Graph(("i32", [2**24, 8]), ("i8", [1]))
    g.add("Clamp", 0, lo=0, hi=1)
    g.add("Clamp", 1, lo=0, hi=1)
    out.append(case("a peak one byte above 2^30", "limit", *g.build(2, 3)))
    g = Graph(("i8", [2**21, 64]))
    first = dict(weight=("i8", [64, 64], Rng("macs").tensor("i8", [64, 64])), bias=("i32", [64], [0] * 64))
    g.add("MatMul", 0, **first, zero_point=0)
    for _ in range(512):
        g.add("MatMul", 0, weight=0, bias=1, zero_point=0)
    out.append(case("2^42 + 2^33 macs", "limit", *g.build()))
    return out


def files() -> dict:
    ops = [case(name, fault, *graph.build()) for make in REFUSED for name, fault, graph in make()]
    return {"bytes": bytes_cases(), "headers": header_cases(), "ops": ops}
