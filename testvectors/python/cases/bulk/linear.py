"""Conv2d, DepthwiseConv2d, ConvTranspose2d, MatMul, BatchMatMul."""

from isocortex_ref.numbers import bounds

from ..build import Graph
from .draw import M1, Draw, bulk


def bias(draw: Draw, n: int):
    """Mostly small; now and then near the bound of the condition, or past it."""
    most = M1 - (1 << draw.between(8, 24)) if draw.chance(8) else 1 << draw.between(0, 20)
    return draw.tensor_of("i32", [n], -most, most)


def image_weight(draw, name, c, o, kernel, groups=1):
    shape = [*kernel, c] if name == "DepthwiseConv2d" else [o, *kernel, c // groups]
    return draw.tensor_of("i8", shape)


@bulk("Conv2d", "DepthwiseConv2d")
def convolution(draw, name):
    dtype = draw.dtype("i8", "i8", "i16")
    kernel = draw.many(2, 1, 4)
    dilation = [draw.pick((1, 1, 2, 3)) for _ in range(2)]
    pads = draw.many(4, 0, draw.pick((0, 1, 3, 7)))
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    sizes = [max(1, extent[d] - pads[d] - pads[d + 2]) + draw.between(0, 5) for d in (0, 1)]
    groups = 1 if name == "DepthwiseConv2d" else draw.pick((1, 1, 2, 3))
    c, o = groups * draw.pick((1, 2, 3, 4, 5, 16, 17)), groups * draw.between(1, 5)
    g = Graph((dtype, [*sizes, c]))
    x = draw.narrowed(g, 0, dtype)
    more = {} if name == "DepthwiseConv2d" else {"groups": groups}
    g.add(name, x, weight=image_weight(draw, name, c, o, kernel, groups),
          bias=bias(draw, c if name == "DepthwiseConv2d" else o), zero_point=draw.edge(*bounds(dtype)),
          stride=[draw.pick((1, 1, 2, 3, 64)) for _ in range(2)], dilation=dilation, pads=pads, **more)
    return g


@bulk("MatMul")
def matmul(draw):
    dtype = draw.dtype("i8", "i8", "i16")
    shape = draw.shape(1, 6, 60)
    if draw.chance(2):
        shape[-1] = draw.between(1, 70)
    n = draw.pick((1, 2, 3, 5, 8, 15, 16, 17, 33))
    g = Graph((dtype, shape))
    g.add("MatMul", draw.narrowed(g, 0, dtype), weight=draw.tensor_of("i8", [n, shape[-1]]), bias=bias(draw, n),
          zero_point=draw.edge(*bounds(dtype)))
    return g
