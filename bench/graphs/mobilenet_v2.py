"""MobileNetV2 at width 1.0: Sandler et al. 2018 (arXiv 1801.04381), table 2 and section 3.4."""

from net import Net

# expansion t, channels c, repeats n, stride of the first s
BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def net() -> Net:
    net = Net(3, (224, 224, 3))
    x = net.conv(net.input, 32, 3, 2, activation="relu6")
    for expansion, channels, repeats, first in BLOCKS:
        for i in range(repeats):
            x = bottleneck(net, x, expansion, channels, 3, first if i == 0 else 1)
    x = net.conv(x, 1280, 1, activation="relu6")
    net.dense(net.mean(x), 1000)
    return net


def bottleneck(net, x, expansion, channels, kernel, stride, pads=None):
    """Expand, filter each channel, project; with a shortcut where the shapes are alike."""
    wide = x.shape[2] * expansion
    y = net.conv(x, wide, 1, activation="relu6") if expansion > 1 else x
    y = net.conv(y, wide, kernel, stride, pads, depthwise=True, activation="relu6")
    y = net.conv(y, channels, 1)
    return net.add(x, y) if x.shape == y.shape else y
