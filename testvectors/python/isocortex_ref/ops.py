"""Section 5: what each op computes, on int64 arrays. One function an op: (node, operands, constants) -> array.

`node` holds the attributes by name, `constants` the constant tensors by attribute name.
"""

import numpy as np

from .numbers import clamp, q31s


def padded(x, pads, fill):
    top, left, bottom, right = pads
    return np.pad(x, ((top, bottom), (left, right), (0, 0)), constant_values=fill)


def windows(x, kernel, stride, dilation):
    """For each position (u, v) of the kernel, the elements under it as an array [OH, OW, C]."""
    oh, ow = (
        (x.shape[d] - ((kernel[d] - 1) * dilation[d] + 1)) // stride[d] + 1 for d in (0, 1)
    )
    for u in range(kernel[0]):
        for v in range(kernel[1]):
            rows = u * dilation[0] + stride[0] * np.arange(oh)
            columns = v * dilation[1] + stride[1] * np.arange(ow)
            yield u, v, x[rows][:, columns]


def conv2d(node, x, constants):
    weight = constants["weight"]
    x = padded(x - node["zero_point"], node["pads"], 0)
    y = constants["bias"]
    for u, v, part in windows(x, weight.shape[1:3], node["stride"], node["dilation"]):
        y = y + part @ weight[:, u, v, :].T
    return y


def depthwise_conv2d(node, x, constants):
    weight = constants["weight"]
    x = padded(x - node["zero_point"], node["pads"], 0)
    y = constants["bias"]
    for u, v, part in windows(x, weight.shape[:2], node["stride"], node["dilation"]):
        y = y + part * weight[u, v, :]
    return y


def matmul(node, x, constants):
    return constants["bias"] + (x - node["zero_point"]) @ constants["weight"].T


def rescale(node, x, constants):
    m, s = constants["multiplier"], constants["shift"]
    return clamp(q31s(x, m, s) + node["zero_point"], node["lo"], node["hi"])


def add_scaled(node, a, b, _constants):
    (ma, mb), (za, zb), s = node["multipliers"], node["zero_points"], node["shift"]
    total = ((a - za) * ma + (b - zb) * mb + (1 << (s - 1))) >> s
    return clamp(total + node["zero_point"], node["lo"], node["hi"])


def clamp_op(node, x, _constants):
    return clamp(x, node["lo"], node["hi"])


def maxpool(node, x, _constants):
    # -128 stands outside: every window holds at least one element, and none is smaller.
    x = padded(x, node["pads"], -128)
    return np.maximum.reduce([part for _, _, part in windows(x, node["kernel"], node["stride"], (1, 1))])


def reduce_sum(node, x, _constants):
    y = (x - node["zero_point"]).sum(axis=tuple(node["axes"]))
    return y.reshape(y.shape or (1,))


def reshape(node, x, _constants):
    return x.reshape(node["shape"])


def transpose(node, x, _constants):
    return x.transpose(node["perm"])


def table8(_node, x, constants):
    return constants["table"][x + 128]


RUN = {
    "Conv2d": conv2d, "DepthwiseConv2d": depthwise_conv2d, "MatMul": matmul, "Rescale": rescale,
    "AddScaled": add_scaled, "Clamp": clamp_op, "MaxPool": maxpool, "ReduceSum": reduce_sum,
    "Reshape": reshape, "Transpose": transpose, "Table8": table8,
}
