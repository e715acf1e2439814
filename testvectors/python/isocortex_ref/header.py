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
PAIR, SIDES = ("array", "u32", 2), ("array", "u32", 4)  # of height and width; top, left, bottom, right
TWO = ("array", "i32", 2)                               # one an operand
CONV = (("weight", "constant"), ("bias", "constant"), ("zero_point", "i32"), ("stride", PAIR), ("dilation", PAIR),
        ("pads", SIDES))
CLAMPED = (("zero_point", "i32"), ("lo", "i32"), ("hi", "i32"), ("dtype", "dtype"))
POOL = (("kernel", PAIR), ("stride", PAIR), ("pads", SIDES))
AXES = (("axes", ("vec", "u8")),)
TABLE = (("table", "constant"),)
NORM = (("epsilon", "i32"), ("fraction", "u8"))
OPS = {  # tag: (name, attributes in the order of section 7)
    1: ("Conv2d", CONV + (("groups", "u32"),)),
    2: ("DepthwiseConv2d", CONV),
    3: ("MatMul", CONV[:3]),
    4: ("Rescale", (("multiplier", "constant"), ("shift", "constant")) + CLAMPED),
    5: ("AddScaled", (("multipliers", TWO), ("zero_points", TWO), ("shift", "u8")) + CLAMPED),
    6: ("Clamp", (("lo", "i32"), ("hi", "i32"))),
    7: ("MaxPool", POOL),
    8: ("ReduceSum", AXES + (("zero_point", "i32"),)),
    9: ("Reshape", (("shape", ("vec", "u32")),)),
    10: ("Transpose", (("perm", ("vec", "u8")),)),
    11: ("Table8", TABLE),
    12: ("ConvTranspose2d", CONV[:5] + (("pads", ("array", "i32", 4)),)),
    13: ("BatchMatMul", (("zero_points", TWO), ("transposed", "bool"))),
    14: ("AbsMaxRow", ()),
    15: ("DynQuantRow", ()),
    16: ("RescaleRow", (("multiplier", "constant"), ("shift", "constant"), ("row_shift", "u8")) + CLAMPED),
    17: ("Add", ()),
    18: ("Sub", ()),
    19: ("Mul", ()),
    20: ("MulRescale", (("zero_points", TWO), ("multiplier", "i32"), ("shift", "u8")) + CLAMPED),
    21: ("Max", ()),
    22: ("Min", ()),
    23: ("Neg", ()),
    24: ("Abs", ()),
    25: ("Shift", (("bits", "i8"), ("round", "bool"))),
    26: ("Compare", (("relation", ("enum", 3)),)),
    27: ("Select", ()),
    28: ("Table16", TABLE),
    29: ("AvgPool", POOL + (("zero_points", TWO), ("count_padding", "bool"))),
    30: ("ReduceMax", AXES),
    31: ("ReduceMin", AXES),
    32: ("ArgMax", (("axis", "u8"),)),
    33: ("TopK", (("k", "u32"),)),
    34: ("Softmax15", TABLE + (("multiplier", "i32"), ("shift", "u8"))),
    35: ("LayerNorm", (("gamma", "constant"), ("beta", "constant")) + NORM),
    36: ("RmsNorm", (("gamma", "constant"),) + NORM),
    37: ("L2Norm", NORM),
    38: ("Slice", (("start", ("vec", "u32")), ("step", ("vec", "i32")), ("size", ("vec", "u32")))),
    39: ("Concat", (("axis", "u8"),)),
    40: ("Pad", (("before", ("vec", "u32")), ("after", ("vec", "u32")), ("value", "i32"))),
    41: ("Tile", (("repeats", ("vec", "u32")),)),
    42: ("Resize", (("mode", ("enum", 2)), ("scale", SIDES), ("offset", TWO), ("border", TWO))),
    43: ("Gather", ()),
    44: ("Embed", TABLE),
    45: ("ScatterRow", ()),
    46: ("Rope", (("cos", "constant"), ("sin", "constant"), ("interleaved", "bool"))),
    47: ("KvAppend", ()),
    48: ("CausalMask", (("fill", "i32"),)),
    49: ("TreeEnsemble", tuple((name, "constant") for name in (
        "feature", "threshold", "children", "roots", "leaves", "bias"))),
    50: ("Constant", (("tensor", "constant"),)),
    51: ("CumSum", (("axis", "u8"),)),
    60: ("RescaleF24", (("multiplier", "constant"), ("shift", "constant"), ("offset", "i32")) + CLAMPED),
    61: ("AddF24", (("multipliers", ("array", "i64", 2)), ("zero_points", TWO), ("fixed", "i64"), ("shift", "u8"))
         + CLAMPED[:3]),
    62: ("AvgPoolF24", POOL + (("count_padding", "bool"), ("operand_zero_point", "i32"), ("multipliers", TWO),
                               ("shifts", ("array", "u8", 2)), ("offset", "i32")) + CLAMPED[:3]),
}
TAGS = {name: tag for tag, (name, _) in OPS.items()}
# The attributes of an op that name constants.
CONSTANTS = {name: tuple(a for a, kind in attributes if kind == "constant") for name, attributes in OPS.values()}
NODE = ("struct", (("operands", ("vec", "u32")), ("op", "op")))
HEADER = ("struct", (
    ("magic", "magic"), ("op_set", "op_set"), ("inputs", ("vec", PORT)), ("constants", ("vec", TENSOR_TYPE)),
    ("nodes", ("vec", NODE)), ("outputs", ("vec", OUTPUT)), ("weights_len", "u64"),
    ("chunks", ("vec", HASH)), ("provenance", PROVENANCE),
))
INTEGERS = {"u8": (1, False), "u16": (2, False), "u32": (4, False), "u64": (8, False),
            "i8": (1, True), "i32": (4, True), "i64": (8, True), "constant": (4, False)}
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
    if kind == "bool":
        return bytes([v])
    if kind == "string":
        return _encode("u32", len(v.encode())) + v.encode()
    if kind == "op":
        tag = TAGS[v["op"]]
        return bytes([tag]) + _encode(("struct", OPS[tag][1]), v)
    match kind[0]:
        case "bytes":
            return v
        case "enum":
            return bytes([v])
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
        if kind == "bool":
            return bool(self.read(("enum", 2)))
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
            case "enum":
                value = self.read("u8")
                if value >= kind[1]:
                    raise Fault("encoding", f"{value} where {kind[1]} values have a meaning")
                return value
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
