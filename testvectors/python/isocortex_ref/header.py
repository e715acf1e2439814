"""Section 7: the header's Borsh encoding, driven by one table. Values are dicts, lists, ints, str, bytes."""

from .faults import Fault
from .numbers import DTYPES

HASH = ("bytes", 32)
TENSOR_TYPE = ("struct", (("dtype", "dtype"), ("shape", ("vec", "u32"))))
QUANT = ("struct", (("multiplier", "i32"), ("shift", "u8"), ("zero_point", "i32")))
PORT = ("struct", (("name", "string"), ("type", TENSOR_TYPE), ("quant", QUANT)))
OUTPUT = ("struct", (("name", "string"), ("value", "u32"), ("quant", QUANT)))
PROVENANCE = ("struct", (
    ("source", ("option", HASH)), ("dataset", ("option", HASH)), ("calibration", ("option", HASH)),
    ("converter", "string"), ("licence", ("option", "string")),
))
CONV = (("weight", "u32"), ("bias", "u32"), ("zero_point", "i32"), ("stride", ("array", "u32", 2)),
        ("dilation", ("array", "u32", 2)), ("pads", ("array", "u32", 4)))
CLAMPED = (("zero_point", "i32"), ("lo", "i32"), ("hi", "i32"), ("dtype", "dtype"))
OPS = {
    1: ("Conv2d", CONV),
    2: ("DepthwiseConv2d", CONV),
    3: ("MatMul", CONV[:3]),
    4: ("Rescale", (("multiplier", "u32"), ("shift", "u32")) + CLAMPED),
    5: ("AddScaled", (("multipliers", ("array", "i32", 2)), ("zero_points", ("array", "i32", 2)),
                      ("shift", "u8")) + CLAMPED),
    6: ("Clamp", (("lo", "i32"), ("hi", "i32"))),
    7: ("MaxPool", (("kernel", ("array", "u32", 2)), ("stride", ("array", "u32", 2)),
                    ("pads", ("array", "u32", 4)))),
    8: ("ReduceSum", (("axes", ("vec", "u8")), ("zero_point", "i32"))),
    9: ("Reshape", (("shape", ("vec", "u32")),)),
    10: ("Transpose", (("perm", ("vec", "u8")),)),
    11: ("Table8", (("table", "u32"),)),
}
TAGS = {name: tag for tag, (name, _) in OPS.items()}
CONSTANTS = {  # the attributes of an op that name constants
    "Conv2d": ("weight", "bias"), "DepthwiseConv2d": ("weight", "bias"), "MatMul": ("weight", "bias"),
    "Rescale": ("multiplier", "shift"), "Table8": ("table",),
}
NODE = ("struct", (("operands", ("vec", "u32")), ("op", "op")))
HEADER = ("struct", (
    ("magic", "magic"), ("op_set", "op_set"), ("inputs", ("vec", PORT)), ("constants", ("vec", TENSOR_TYPE)),
    ("nodes", ("vec", NODE)), ("outputs", ("vec", OUTPUT)), ("weights_len", "u64"),
    ("chunks", ("vec", HASH)), ("provenance", PROVENANCE),
))
INTEGERS = {"u8": (1, False), "u16": (2, False), "u32": (4, False), "u64": (8, False), "i32": (4, True)}
MAGIC, OP_SET, HEADER_LIMIT = b"ISOC", 1, 65_535


def encode(header: dict) -> bytes:
    return _encode(HEADER, header)


def _encode(kind, v) -> bytes:
    if kind in INTEGERS:
        width, signed = INTEGERS[kind]
        return v.to_bytes(width, "little", signed=signed)
    if kind == "magic":
        return v
    if kind == "op_set":
        return _encode("u16", v)
    if kind == "dtype":
        return bytes([DTYPES.index(v)])
    if kind == "string":
        return _encode("u32", len(v.encode())) + v.encode()
    if kind == "op":
        tag = TAGS[v["op"]]
        return bytes([tag]) + _encode(("struct", OPS[tag][1]), v)
    match kind[0]:
        case "bytes":
            return v
        case "array":
            return b"".join(_encode(kind[1], e) for e in v)
        case "vec":
            return _encode("u32", len(v)) + b"".join(_encode(kind[1], e) for e in v)
        case "option":
            return b"\0" if v is None else b"\1" + _encode(kind[1], v)
        case "struct":
            return b"".join(_encode(t, v[name]) for name, t in kind[1])
    raise AssertionError(kind)


def decode(data: bytes) -> dict:
    if len(data) > HEADER_LIMIT:
        raise Fault("limit", "header bytes")
    reader = _Reader(data)
    header = reader.read(HEADER)
    if reader.at != len(data):
        raise Fault("trailing bytes")
    return header


class _Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        if len(self.data) - self.at < n:
            raise Fault("truncated")
        self.at += n
        return self.data[self.at - n:self.at]

    def read(self, kind):
        if kind in INTEGERS:
            width, signed = INTEGERS[kind]
            return int.from_bytes(self.take(width), "little", signed=signed)
        if kind == "magic":
            return self._exactly(self.take(4), MAGIC, "bad magic")
        if kind == "op_set":
            return self._exactly(self.read("u16"), OP_SET, "unknown op set")
        if kind == "dtype":
            tag = self.read("u8")
            if tag >= len(DTYPES):
                raise Fault("unknown dtype", str(tag))
            return DTYPES[tag]
        if kind == "string":
            try:
                return self.take(self.read("u32")).decode("utf-8")
            except UnicodeDecodeError as e:
                raise Fault("encoding", "text is not UTF-8") from e
        if kind == "op":
            tag = self.read("u8")
            if tag not in OPS:
                raise Fault("unknown op", str(tag))
            return {"op": OPS[tag][0], **self.read(("struct", OPS[tag][1]))}
        match kind[0]:
            case "bytes":
                return self.take(kind[1])
            case "array":
                return [self.read(kind[1]) for _ in range(kind[2])]
            case "vec":
                return [self.read(kind[1]) for _ in range(self.read("u32"))]
            case "option":
                tag = self.read("u8")
                if tag > 1:
                    raise Fault("encoding", f"Option tag {tag}")
                return self.read(kind[1]) if tag else None
            case "struct":
                return {name: self.read(t) for name, t in kind[1]}
        raise AssertionError(kind)

    @staticmethod
    def _exactly(found, wanted, kind):
        if found != wanted:
            raise Fault(kind, repr(found))
        return found
