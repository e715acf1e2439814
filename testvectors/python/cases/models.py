"""Models of several ops, and what a header may hold beside the graph."""

from isocortex_ref.header import HEADER_LIMIT, encode

from .build import PROVENANCE, Graph, vector
from .conv import graph as conv_graph
from .rng import Rng

FULL = dict(source=bytes(range(32)), dataset=bytes(32), calibration=bytes([255] * 32), converter="a converter, 1.0",
            licence="CC0-1.0")


class Net(Graph):
    """Layers as a converter makes them: an accumulating op, then its Rescale."""

    def __init__(self, name, *inputs):
        super().__init__(*inputs)
        self.rng = Rng(name)

    def accumulate(self, op, value, shape, channels, **attributes):
        weight, bias = self.rng.tensor("i8", shape), self.rng.many(channels, -3000, 3000)
        return self.add(op, value, weight=("i8", shape, weight), bias=("i32", [channels], bias), **attributes)

    def rescale(self, value, channels, shift, zero_point=0, lo=-128):
        """One scale a channel, near 2^(30.5 - shift)."""
        m = self.rng.many(channels, 1 << 30, (1 << 31) - 1)
        return self.add(
            "Rescale", value, multiplier=("i32", [channels], m), shift=("i8", [channels], [shift] * channels),
            zero_point=zero_point, lo=lo, hi=127, dtype="i8",
        )

    def conv(self, value, c, o, shift, zero_point=0, kernel=3, pads=(1, 1, 1, 1), stride=(1, 1), **after):
        y = self.accumulate("Conv2d", value, [o, kernel, kernel, c], o, zero_point=zero_point, stride=stride,
                            dilation=(1, 1), pads=pads, groups=1)
        return self.rescale(y, o, shift, **after)

    def depthwise(self, value, c, shift, zero_point=0, **after):
        y = self.accumulate("DepthwiseConv2d", value, [3, 3, c], c, zero_point=zero_point, stride=(1, 1),
                            dilation=(1, 1), pads=(1, 1, 1, 1))
        return self.rescale(y, c, shift, **after)


def residual_cnn() -> dict:
    g = Net("residual cnn", ("i8", [12, 12, 1]))
    x = g.conv(0, 1, 8, 38, zero_point=-128, lo=0)
    skip = g.add("MaxPool", x, kernel=(2, 2), stride=(2, 2), pads=(0, 0, 0, 0))
    x = g.conv(skip, 8, 8, 40, zero_point=5)
    x = g.depthwise(x, 8, 39, zero_point=5, lo=5)
    x = g.add("AddScaled", x, skip, multipliers=(1_500_000_000, 1_200_000_000), zero_points=(5, 0), shift=31,
              zero_point=-3, lo=-3, hi=127, dtype="i8")
    x = g.add("Table8", x, table=("i8", [256], [max(-128, min(127, v - v * v // 300)) for v in range(-128, 128)]))
    x = g.conv(x, 8, 12, 40, stride=(2, 2), zero_point=-9)
    x = g.add("ReduceSum", x, axes=[0, 1], zero_point=0)
    x = g.rescale(x, 12, 35)
    g.accumulate("MatMul", x, [10, 12], 10, zero_point=0)
    return vector("residual CNN in miniature", g, seed_runs=4)


def mlp() -> dict:
    g = Net("mlp", ("i8", [30]))
    x = g.rescale(g.accumulate("MatMul", 0, [16, 30], 16, zero_point=-20), 16, 39, zero_point=-128)
    x = g.rescale(g.accumulate("MatMul", x, [8, 16], 8, zero_point=-128), 8, 39, zero_point=-128)
    g.accumulate("MatMul", x, [2, 8], 2, zero_point=-128)
    return vector("MLP", g, seed_runs=6)


def patches() -> dict:
    """An image in patches: Reshape and Transpose around MatMuls, as in a vision transformer or a mixer."""
    g = Net("patches", ("i8", [6, 6, 2]))
    x = g.add("Transpose", g.add("Reshape", 0, shape=[2, 3, 2, 3, 2]), perm=[0, 2, 1, 3, 4])
    x = g.add("Reshape", x, shape=[4, 18])
    x = g.rescale(g.accumulate("MatMul", x, [7, 18], 7, zero_point=1), 7, 39)
    x = g.add("Transpose", x, perm=[1, 0])
    x = g.rescale(g.accumulate("MatMul", x, [4, 4], 4, zero_point=0), 4, 38)
    x = g.add("Clamp", g.add("Transpose", x, perm=[1, 0]), lo=-100, hi=100)
    g.add("ReduceSum", x, axes=[0], zero_point=-1)
    return vector("patches mixed", g, seed_runs=3)


def many_ports() -> dict:
    g = Graph(("i8", [2, 3]), ("i16", [2, 3]), ("i32", [4]))
    total = g.add("AddScaled", 0, 1, multipliers=(1 << 20, 1 << 12), zero_points=(0, 0), shift=13, zero_point=0,
                  lo=-32768, hi=32767, dtype="i16")
    some = g.add("Clamp", 2, lo=-9, hi=9)
    return vector("inputs of each type; an input as output, one value twice", g.build(total, 0, some, total, 2))


def sixteen() -> dict:
    g = Graph(*[("i8", [1 + i]) for i in range(16)])
    for i in range(16):
        g.add("Clamp", 15 - i, lo=-i, hi=i)
    return vector("16 inputs, 16 outputs", g.build(*range(16, 32)))


def unread() -> dict:
    g = Graph(("i8", [3]), ("i8", [50]))
    y = g.add("Clamp", 0, lo=-5, hi=5)
    g.add("Reshape", y, shape=[1, 3])
    return vector("an input and a value that nothing reads", g.build(y))


def long_skip() -> dict:
    """The peak is in the middle: value 0 lives to the end."""
    g = Graph(("i8", [10]))
    wide = g.add("Rescale", 0, multiplier=("i32", [1], [1 << 30]), shift=("i8", [1], [20]), zero_point=0,
                 lo=-(1 << 31), hi=(1 << 31) - 1, dtype="i32")
    back = g.add("Rescale", wide, multiplier=("i32", [1], [(1 << 31) - 1]), shift=("i8", [1], [42]), zero_point=0,
                 lo=-128, hi=127, dtype="i8")
    g.add("AddScaled", back, 0, multipliers=(1, 3), zero_points=(0, 0), shift=2, zero_point=0, lo=-128, hi=127,
          dtype="i8")
    return vector("a long skip connection", g)


def shared_constants() -> dict:
    g = Graph(("i8", [3, 2]))
    weight, bias = g.constant("i8", [2, 2], [1, -2, 3, -4]), g.constant("i32", [2], [5, -6])
    m, s = g.constant("i32", [1], [1 << 30]), g.constant("i8", [1], [34])
    x = 0
    for zero_point in (3, -3):
        x = g.add("MatMul", x, weight=weight, bias=bias, zero_point=zero_point)
        x = g.add("Rescale", x, multiplier=m, shift=s, zero_point=zero_point, lo=-128, hi=127, dtype="i8")
    return vector("constants shared by two layers", g)


def header_fields() -> list:
    def changed(name, **fields):
        header, weights = conv_graph(Rng(name), False, [2, 2, 1], o=2).build()
        return vector(name, ({**header, **fields}, weights))

    quant = {"multiplier": (1 << 31) - 1, "shift": 62, "zero_point": -128}
    port = {"name": "n" * 64, "type": {"dtype": "i8", "shape": [2, 2, 1]}, "quant": quant}
    output = {"name": "é" * 32, "value": 1, "quant": {**quant, "zero_point": -(1 << 31)}}
    return [
        changed("longest name, extreme quantisation", inputs=[port]),
        changed("a name of 64 bytes in 32 characters", outputs=[output]),
        changed("empty names", inputs=[{**port, "name": ""}], outputs=[{**output, "name": ""}]),
        changed("all provenance", provenance=FULL),
        changed("a converter and a licence of 64 bytes", provenance={**FULL, "converter": "é" * 32, "licence": "n" * 64}),
        changed("some provenance", provenance={**PROVENANCE, "dataset": bytes(32)}),
    ]


def chunked() -> list:
    """One chunk exactly, and 256 bytes more."""
    out = []
    for name, table in (("weights of exactly one chunk", False), ("weights of two chunks", True)):
        g = Net(name, ("i8", [252]))
        x = g.accumulate("MatMul", 0, [256, 252], 256, zero_point=1)
        if table:
            x = g.add("ReduceSum", g.add("Clamp", x, lo=-20, hi=20), axes=[0], zero_point=0)
            x = g.add("Rescale", x, multiplier=("i32", [1], [1 << 30]), shift=("i8", [1], [33]), zero_point=0, lo=-128,
                      hi=127, dtype="i8")
            g.add("Table8", x, table=("i8", [256], range(-128, 128)))
        out.append(vector(name, g))
    return out


def limits() -> list:
    """Section 6's limits, reached. Most without runs, which would take up to a gibibyte."""
    def clamped(name, *inputs):
        g = Graph(*inputs)
        g.add("Clamp", 0, lo=0, hi=1)
        return vector(name, g, [])

    g, value = Graph(("i8", [3])), 0
    for _ in range(4096):
        value = g.add("Transpose", value, perm=[0])
    out = [
        vector("4,096 nodes", g),
        clamped("a dimension of 2^24", ("i8", [2**24])),
        clamped("2^28 elements of one tensor", ("i8", [2**24, 16])),
        clamped("a peak of 2^30 bytes", ("i32", [2**24, 8])),
    ]
    g = Graph(("i8", [2**21, 64]))
    weight = ("i8", [64, 64], Rng("macs").tensor("i8", [64, 64]))
    g.add("MatMul", 0, weight=weight, bias=("i32", [64], [0] * 64), zero_point=0)
    for _ in range(511):
        g.add("MatMul", 0, weight=0, bias=1, zero_point=0)
    out.append(vector("2^42 macs", g, []))
    g = Graph(("i8", [3]))
    for _ in range(2617):
        g.add("Reshape", 0, shape=[1, 1, 3])
    header, weights = g.build()
    # A node takes 25 bytes: the converter's name fills what they leave.
    room = HEADER_LIMIT - len(encode(header))
    longer = {**header, "provenance": {**PROVENANCE, "converter": PROVENANCE["converter"] + "!" * room}}
    out.append(vector("a header of 65,535 bytes", (longer, weights), []))
    return out


def files() -> dict:
    return {
        "networks": [residual_cnn(), mlp(), patches()],
        "graphs": [many_ports(), sixteen(), unread(), long_skip(), shared_constants()],
        "headers": header_fields(),
        "chunks": chunked(),
        "limits": limits(),
    }
