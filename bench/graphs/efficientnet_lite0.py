"""EfficientNet-lite0: EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946, table 1) without squeeze-and-excitation and
with ReLU6, as in `efficientnet/lite/` of github.com/tensorflow/tpu. "SAME" padding as in TensorFlow: what a stride
leaves over goes to the bottom and to the right."""

from net import Net

from .mobilenet_v2 import bottleneck

# repeats, kernel, stride of the first, expansion, channels
BLOCKS = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def net() -> Net:
    net = Net(4, (224, 224, 3))
    x = net.conv(net.input, 32, 3, 2, same(224, 3, 2), activation="relu6")
    for repeats, kernel, first, expansion, channels in BLOCKS:
        for i in range(repeats):
            stride = first if i == 0 else 1
            x = bottleneck(net, x, expansion, channels, kernel, stride, same(x.shape[0], kernel, stride))
    x = net.conv(x, 1280, 1, activation="relu6")
    net.dense(net.mean(x), 1000)
    return net


def same(side, kernel, stride) -> tuple:
    """Top, left, bottom, right."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return (total // 2,) * 2 + (total - total // 2,) * 2
