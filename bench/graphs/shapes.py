"""Single layers: matrix products, and convolutions as they occur in the three networks."""

from net import Net

GEMMS = ((512, 512, 512), (1024, 4096, 1024), (1, 4096, 4096), (100, 147, 75))

# name, side and channels of the image, channels of the result, kernel, stride, depthwise
CONVOLUTIONS = (
    ("resnet50 stem 7x7/2", 224, 3, 64, 7, 2, False),
    ("resnet50 1x1 256-64 @56", 56, 256, 64, 1, 1, False),
    ("resnet50 3x3 64-64 @56", 56, 64, 64, 3, 1, False),
    ("resnet50 3x3/2 128-128 @56", 56, 128, 128, 3, 2, False),
    ("resnet50 1x1 256-1024 @14", 14, 256, 1024, 1, 1, False),
    ("resnet50 3x3 512-512 @7", 7, 512, 512, 3, 1, False),
    ("mobilenet stem 3x3/2", 224, 3, 32, 3, 2, False),
    ("mobilenet depthwise 3x3 32 @112", 112, 32, 32, 3, 1, True),
    ("mobilenet depthwise 3x3/2 96 @112", 112, 96, 96, 3, 2, True),
    ("mobilenet 1x1 24-144 @56", 56, 24, 144, 1, 1, False),
    ("mobilenet 1x1 384-64 @14", 14, 384, 64, 1, 1, False),
    ("mobilenet depthwise 3x3 576 @14", 14, 576, 576, 3, 1, True),
    ("efficientnet depthwise 5x5/2 144 @56", 56, 144, 144, 5, 2, True),
    ("efficientnet depthwise 5x5 672 @14", 14, 672, 672, 5, 1, True),
    ("efficientnet 1x1 1152-192 @7", 7, 1152, 192, 1, 1, False),
)


def gemm(m, k, n) -> Net:
    net = Net(1, (m, k))
    net.dense(net.input, n, bias=False)
    return net


def convolution(side, channels, out, kernel, stride, depthwise) -> Net:
    net = Net(2, (side, side, channels))
    net.conv(net.input, out, kernel, stride, depthwise=depthwise, activation="relu6")
    return net


NETS = {f"gemm {m}x{k}x{n}": lambda s=(m, k, n): gemm(*s) for m, k, n in GEMMS}
NETS |= {name: lambda s=shape: convolution(*s) for name, *shape in CONVOLUTIONS}
