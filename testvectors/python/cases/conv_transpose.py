"""ConvTranspose2d."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, named, vector
from .rng import Rng


def graph(rng, x, o=1, kernel=(1, 1), stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0), zp=0, weight=None, bias=None,
          clamp=None, dtype="i8"):
    """`weight` and `bias`: one value for all, or else random."""
    g, shape = Graph((dtype, x)), [o, *kernel, x[2]]
    value = 0 if clamp is None else g.add("Clamp", 0, lo=clamp[0], hi=clamp[1])
    g.add(
        "ConvTranspose2d", value,
        weight=("i8", shape, rng.tensor("i8", shape) if weight is None else [weight] * elements(shape)),
        bias=("i32", [o], rng.many(o, -40_000, 40_000) if bias is None else [bias] * o),
        zero_point=zp, stride=stride, dilation=dilation, pads=pads,
    )
    return g


LAST = (1 << 31) - 1

EDGES = {
    "one element": dict(x=[1, 1, 1]),
    "one element spreads the kernel": dict(x=[1, 1, 1], kernel=(3, 4)),
    "1 by 1 is a product": dict(x=[3, 4, 2], o=3),
    "3 by 3": dict(x=[3, 2, 2], o=2, kernel=(3, 3)),
    "kernel as large as the stride: nothing overlaps": dict(x=[2, 3, 2], o=2, kernel=(2, 2), stride=(2, 2)),
    "kernel larger than the stride: taps overlap": dict(x=[2, 3, 2], o=2, kernel=(3, 4), stride=(2, 2), zp=3),
    "stride larger than the kernel: the bias between": dict(x=[2, 3, 1], o=2, kernel=(2, 1), stride=(3, 4)),
    "stride 64": dict(x=[2, 2, 1], kernel=(2, 1), stride=(64, 64), pads=(60, 60, 0, 0)),
    "dilation 2": dict(x=[2, 2, 2], o=2, kernel=(3, 2), dilation=(2, 2)),
    "dilation with stride": dict(x=[3, 2, 1], o=2, kernel=(2, 3), dilation=(3, 2), stride=(2, 3), zp=-7),
    "dilation 64": dict(x=[1, 1, 1], kernel=(2, 2), dilation=(64, 64), pads=(30, 40, 30, 20)),
    "dilation and stride of one size": dict(x=[3, 3, 1], kernel=(2, 2), dilation=(2, 2), stride=(2, 2)),
    "rectangular stride": dict(x=[3, 2, 2], o=2, kernel=(2, 3), stride=(1, 3)),
    "rectangular dilation": dict(x=[3, 2, 2], o=2, kernel=(3, 2), dilation=(1, 4)),
    "pads cut each side": dict(x=[3, 3, 2], o=2, kernel=(3, 3), pads=(1, 1, 1, 1), zp=5),
    "top pad alone": dict(x=[3, 3, 1], kernel=(2, 2), pads=(2, 0, 0, 0)),
    "left pad alone": dict(x=[3, 3, 1], kernel=(2, 2), pads=(0, 2, 0, 0)),
    "bottom pad alone": dict(x=[3, 3, 1], kernel=(2, 2), pads=(0, 0, 2, 0)),
    "right pad alone": dict(x=[3, 3, 1], kernel=(2, 2), pads=(0, 0, 0, 2)),
    "pads leave one element": dict(x=[3, 4, 2], o=2, kernel=(3, 3), pads=(2, 3, 2, 2)),
    "pads larger than the kernel": dict(x=[4, 4, 1], kernel=(2, 2), stride=(2, 2), pads=(3, 3, 3, 4)),
    "pads leave a gap between taps: the bias": dict(x=[2, 2, 1], stride=(5, 5), pads=(1, 1, 1, 1), bias=-77),
    "negative pads add rows of the bias": dict(x=[2, 2, 1], o=2, kernel=(2, 2), pads=(-1, -2, -3, -1)),
    "negative top pad": dict(x=[2, 2, 1], kernel=(2, 2), pads=(-2, 0, 0, 0)),
    "negative right pad": dict(x=[2, 2, 1], kernel=(2, 2), pads=(0, 0, 0, -2)),
    "negative pads on one side, positive on the other": dict(x=[3, 3, 2], kernel=(3, 2), pads=(2, -1, -2, 1), zp=9),
    "negative bottom pad completes a stride": dict(x=[2, 2, 1], kernel=(2, 2), stride=(3, 3), pads=(0, 0, -1, -1)),
    "greatest pad": dict(x=[18, 1, 1], kernel=(1, 1), stride=(64, 1), pads=(1024, 0, 0, 0)),
    "least pad": dict(x=[1, 1, 1], stride=(1, 1), pads=(-1024, 0, 1020, 0)),
    "zero point -128": dict(x=[2, 3, 2], o=2, kernel=(2, 2), zp=-128),
    "zero point 127": dict(x=[2, 3, 2], o=2, kernel=(2, 2), zp=127),
    "weight -128, zero point 127": dict(x=[2, 2, 4], kernel=(2, 2), weight=-128, zp=127),
    "weight 127, zero point -128": dict(x=[2, 2, 4], kernel=(2, 2), weight=127, zp=-128),
    "weight 0 leaves the bias": dict(x=[2, 2, 2], o=3, kernel=(2, 2), weight=0),
    "weight 1 counts the taps": dict(x=[3, 3, 1], kernel=(3, 3), weight=1, bias=0, clamp=(1, 1)),
    "no bias": dict(x=[3, 2, 2], o=2, kernel=(2, 2), bias=0),
    "operand above its zero point: 0 is in the interval": dict(x=[2, 2, 1], kernel=(2, 2), zp=-20, clamp=(10, 40)),
    "1 by 1, operand above its zero point": dict(x=[2, 2, 1], zp=-20, clamp=(10, 40)),
    "operand clamped to one value": dict(x=[2, 2, 2], kernel=(2, 2), zp=3, clamp=(-7, -7)),
    "greatest bias that the condition allows": dict(x=[1, 2, 1], weight=127, bias=LAST - 127 * 128),
    "least bias that the condition allows": dict(x=[1, 2, 1], weight=-127, bias=-(LAST - 127 * 128)),
    "a kernel in the condition counts whole": dict(x=[1, 2, 1], kernel=(2, 2), weight=127, bias=LAST - 4 * 127 * 128),
    "17 results": dict(x=[2, 2, 2], o=17),
    "33 channels": dict(x=[2, 1, 33], o=2, kernel=(1, 2)),
    "one row": dict(x=[1, 5, 2], o=2, kernel=(1, 3), stride=(1, 2)),
    "one column": dict(x=[5, 1, 2], o=2, kernel=(3, 1), stride=(2, 1)),
    "i16": dict(x=[2, 3, 2], o=2, kernel=(2, 3), stride=(2, 1), dtype="i16"),
    "i16, zero point -32768": dict(x=[2, 2, 2], kernel=(2, 2), zp=-32_768, dtype="i16"),
    "i16, zero point 32767, pads": dict(x=[2, 2, 2], kernel=(2, 2), zp=32_767, pads=(-1, 1, 0, 0), dtype="i16"),
    "i16, greatest bias that the condition allows": dict(
        x=[1, 2, 1], weight=127, bias=LAST - 127 * 32_768, dtype="i16"),
    "a decoder's step: 4 by 4, stride 2, pads 1": dict(
        x=[3, 3, 3], o=2, kernel=(4, 4), stride=(2, 2), pads=(1, 1, 1, 1), zp=-3),
}


def random_case(rng):
    kernel, stride, dilation = rng.many(2, 1, 4), rng.many(2, 1, 3), rng.many(2, 1, 3)
    x, dtype = rng.many(3, 1, 4), rng.pick(("i8", "i16"))
    least = [(n - 1) * s + (k - 1) * d for n, s, k, d in zip(x, stride, kernel, dilation)]
    pads = [rng.between(-2, min(2, least[i % 2] // 2)) for i in range(4)]
    return dict(x=x, o=rng.between(1, 4), kernel=kernel, stride=stride, dilation=dilation, pads=pads, dtype=dtype,
                zp=rng.between(*bounds(dtype)))


@named("conv_transpose2d")
def cases() -> list:
    all_cases = EDGES | {f"random {i}": random_case(Rng(f"ConvTranspose2d shape {i}")) for i in range(8)}
    return [
        vector(f"ConvTranspose2d: {name}", graph(Rng(f"ConvTranspose2d {name}"), **parameters))
        for name, parameters in all_cases.items()
    ]
