"""Windows over images [H, W, C], as convolutions and pools have them."""

import numpy as np

from .registry import require


def window_sizes(op, x, kernel, dilation):
    top, left, bottom, right = op["pads"]
    sizes = []
    for d, pad in ((0, top + bottom), (1, left + right)):
        extent = (kernel[d] - 1) * dilation[d] + 1
        require(x.shape[d] + pad >= extent, "shape", "the kernel exceeds the padded operand")
        sizes.append((x.shape[d] + pad - extent) // op["stride"][d] + 1)
    return sizes


def padded(x, pads, fill):
    top, left, bottom, right = pads
    if not any(pads):
        return x
    y = np.full((x.shape[0] + top + bottom, x.shape[1] + left + right, x.shape[2]), fill, np.int64)
    y[top:top + x.shape[0], left:left + x.shape[1]] = x
    return y


def windows(x, kernel, stride, dilation):
    """For each position (u, v) of the kernel, the elements under it as an array [OH, OW, C]."""
    last = [x.shape[d] - ((kernel[d] - 1) * dilation[d] + 1) for d in (0, 1)]
    for u in range(kernel[0]):
        for v in range(kernel[1]):
            row, column = u * dilation[0], v * dilation[1]
            yield u, v, x[row:row + last[0] + 1:stride[0], column:column + last[1] + 1:stride[1]]
