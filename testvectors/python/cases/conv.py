"""Conv2d and DepthwiseConv2d share their cases: what differs is the shape of the weight."""

from isocortex_ref.numbers import elements

from .build import Graph, named, vector
from .rng import Rng


def graph(rng, depthwise, x, o=1, kernel=(1, 1), stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0), zp=0,
          weight=None, bias=None, clamp=None, dtype="i8", groups=1):
    """One convolution of an [H, W, C] input. `weight` and `bias`: one value for all, or else random."""
    g = Graph((dtype, x))
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    channels = x[2] if depthwise else o
    shape = [*kernel, x[2]] if depthwise else [o, *kernel, x[2] // groups]
    n = elements(shape)
    g.add(
        "DepthwiseConv2d" if depthwise else "Conv2d", value,
        weight=("i8", shape, rng.tensor("i8", shape) if weight is None else [weight] * n),
        bias=("i32", [channels], rng.many(channels, -40_000, 40_000) if bias is None else [bias] * channels),
        zero_point=zp, stride=stride, dilation=dilation, pads=pads, **({} if depthwise else {"groups": groups}),
    )
    return g


# At zero point 0 the operand's magnitude is at most 128: one tap of weight 127 leaves the bias this much.
LAST_BIAS = (1 << 31) - 1 - 127 * 128
LAST_BIAS_I16 = (1 << 31) - 1 - 127 * 32_768

EDGES = {
    "one element": dict(x=[1, 1, 1]),
    "one element, weight -128, zero point -128": dict(x=[1, 1, 1], weight=-128, zp=-128),
    "one element, weight -128, zero point 127": dict(x=[1, 1, 1], weight=-128, zp=127),
    "weight 127, zero point 127": dict(x=[3, 3, 4], o=2, kernel=(3, 3), weight=127, zp=127),
    "weight 127, zero point -128": dict(x=[3, 3, 4], o=2, kernel=(3, 3), weight=127, zp=-128),
    "weight 0 leaves the bias": dict(x=[2, 3, 2], o=3, weight=0),
    "greatest bias that the condition allows": dict(x=[1, 2, 1], weight=127, bias=LAST_BIAS),
    "least bias that the condition allows": dict(x=[1, 2, 1], weight=127, bias=-LAST_BIAS),
    "no bias": dict(x=[4, 4, 3], o=2, kernel=(2, 2), bias=0),
    "pads, zero point 5": dict(x=[4, 4, 2], o=3, kernel=(3, 3), pads=(1, 1, 1, 1), zp=5),
    "pads, zero point -128: a = 0": dict(x=[4, 4, 2], o=3, kernel=(3, 3), pads=(1, 1, 1, 1), zp=-128),
    "pads, operand above its zero point": dict(
        x=[3, 3, 1], o=2, kernel=(2, 2), pads=(1, 0, 0, 0), zp=-20, clamp=(10, 40)),
    "no pads, operand above its zero point": dict(x=[3, 3, 1], o=2, kernel=(2, 2), zp=-20, clamp=(10, 40)),
    "operand clamped to one value": dict(x=[3, 3, 2], o=2, kernel=(2, 2), zp=3, clamp=(-7, -7)),
    "a pad that no window reads": dict(x=[3, 3, 1], o=1, stride=(3, 3), pads=(0, 0, 1, 1), zp=-30, clamp=(0, 9)),
    "top pad alone": dict(x=[3, 4, 1], kernel=(3, 3), pads=(2, 0, 0, 0), zp=-9),
    "left pad alone": dict(x=[3, 4, 1], kernel=(3, 3), pads=(0, 2, 0, 0), zp=-9),
    "bottom pad alone": dict(x=[3, 4, 1], kernel=(3, 3), pads=(0, 0, 2, 0), zp=-9),
    "right pad alone": dict(x=[3, 4, 1], kernel=(3, 3), pads=(0, 0, 0, 2), zp=-9),
    "padding larger than the kernel": dict(x=[2, 2, 2], o=2, kernel=(2, 2), pads=(5, 4, 3, 6), zp=17),
    "greatest padding": dict(x=[1, 1, 1], pads=(1024, 1024, 0, 0), stride=(64, 64), zp=-3, kernel=(1, 1)),
    "kernel only fits the padding": dict(x=[1, 1, 2], o=2, kernel=(5, 5), pads=(2, 2, 2, 2), zp=1),
    "kernel as large as the operand": dict(x=[3, 5, 2], o=2, kernel=(3, 5)),
    "one-row kernel": dict(x=[3, 7, 2], o=2, kernel=(1, 5), pads=(0, 2, 0, 2)),
    "one-column kernel": dict(x=[7, 3, 2], o=2, kernel=(5, 1), pads=(2, 0, 2, 0)),
    "stride 2": dict(x=[5, 6, 2], o=2, kernel=(3, 3), stride=(2, 2)),
    "stride larger than the kernel": dict(x=[7, 8, 1], kernel=(2, 2), stride=(3, 4)),
    "rectangular stride, pads": dict(x=[7, 6, 2], o=2, kernel=(3, 2), stride=(3, 1), pads=(1, 0, 2, 1), zp=-4),
    "stride 64 down": dict(x=[66, 1, 1], kernel=(2, 1), stride=(64, 1)),
    "stride 64 across": dict(x=[1, 65, 1], stride=(1, 64)),
    "dilation 2": dict(x=[6, 7, 2], o=2, kernel=(3, 3), dilation=(2, 2)),
    "rectangular dilation, stride, pads": dict(
        x=[7, 9, 2], o=2, kernel=(2, 3), stride=(2, 1), dilation=(3, 2), pads=(1, 2, 3, 0), zp=11),
    "dilation 64 over padding": dict(x=[2, 2, 1], kernel=(2, 2), dilation=(64, 64), pads=(32, 32, 32, 32), zp=7),
    "33 channels": dict(x=[2, 2, 33], o=5, zp=1),
    "odd sizes": dict(x=[3, 5, 17], o=9, kernel=(3, 3), pads=(1, 1, 1, 1), zp=-1),
    "one channel": dict(x=[4, 4, 1], kernel=(2, 2), zp=2),
    "one row, one column": dict(x=[1, 7, 3], o=2, kernel=(1, 3), zp=-2),
    "i16, one element": dict(x=[1, 1, 1], dtype="i16"),
    "i16": dict(x=[4, 3, 5], o=3, kernel=(2, 3), dtype="i16"),
    "i16, zero point -32768": dict(x=[3, 3, 2], o=2, kernel=(2, 2), zp=-32_768, dtype="i16"),
    "i16, zero point 32767": dict(x=[3, 3, 2], o=2, kernel=(2, 2), zp=32_767, dtype="i16"),
    "i16, pads, dilation, stride": dict(
        x=[5, 4, 2], o=2, kernel=(2, 3), dilation=(3, 2), stride=(2, 1), pads=(1, 2, 0, 3), zp=-700, dtype="i16"),
    "i16, pads, operand above its zero point": dict(
        x=[3, 3, 1], kernel=(2, 2), pads=(0, 1, 0, 0), zp=-9000, clamp=(100, 20_000), dtype="i16"),
    "i16, greatest bias that the condition allows": dict(x=[1, 2, 1], weight=127, bias=LAST_BIAS_I16, dtype="i16"),
    "i16, least bias that the condition allows": dict(x=[1, 2, 1], weight=-127, bias=-LAST_BIAS_I16, dtype="i16"),
    "i16, weight -128, zero point 32767": dict(x=[2, 2, 8], o=2, weight=-128, zp=32_767, dtype="i16"),
    "i16, 33 channels": dict(x=[2, 2, 33], o=5, zp=300, dtype="i16"),
    "i16 in the range of i8": dict(x=[3, 3, 3], o=2, kernel=(2, 2), zp=4, clamp=(-128, 127), dtype="i16"),
}

GROUPS = {
    "2 groups": dict(x=[3, 4, 4], o=6, kernel=(2, 2), groups=2),
    "a group for each channel": dict(x=[3, 3, 5], o=5, kernel=(2, 3), groups=5, zp=9),
    "a group for each channel, three results each": dict(x=[3, 3, 3], o=9, kernel=(2, 2), groups=3),
    "a group for each result, four channels each": dict(x=[3, 3, 12], o=3, kernel=(2, 2), groups=3),
    "3 groups, pads, stride, dilation": dict(
        x=[5, 4, 6], o=3, kernel=(2, 2), groups=3, pads=(1, 0, 2, 1), stride=(2, 1), dilation=(1, 2), zp=-30),
    "2 groups of 17 channels": dict(x=[2, 2, 34], o=4, groups=2, zp=1),
    "groups of the same weights": dict(x=[2, 2, 6], o=3, groups=3, weight=5),
    "2 groups, i16": dict(x=[3, 3, 4], o=4, kernel=(2, 2), groups=2, dtype="i16", zp=-1),
    "2 groups, the condition counts one": dict(x=[1, 1, 2], o=2, groups=2, weight=127, bias=LAST_BIAS),
}


def random_case(rng):
    kernel = (rng.between(1, 4), rng.between(1, 4))
    dilation = (rng.between(1, 2), rng.between(1, 3))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    return dict(
        x=[e + rng.between(0, 3) for e in extent] + [rng.between(1, 7)], o=rng.between(1, 5), kernel=kernel,
        dilation=dilation, stride=(rng.between(1, 3), rng.between(1, 3)), pads=tuple(rng.many(4, 0, 3)),
        zp=rng.between(-128, 127),
    )


def cases(op: str) -> list:
    depthwise = op == "DepthwiseConv2d"
    named = dict(EDGES) if depthwise else EDGES | GROUPS
    for i in range(10):
        named[f"random {i}"] = random_case(Rng(f"{op} shape {i}"))
    return [
        vector(f"{op}: {name}", graph(Rng(f"{op} {name}"), depthwise, **parameters))
        for name, parameters in named.items()
    ]


@named("conv2d")
def conv2d() -> list:
    return cases("Conv2d")


@named("depthwise_conv2d")
def depthwise_conv2d() -> list:
    return cases("DepthwiseConv2d")
