"""ResNet-50: He et al. 2015 (arXiv 1512.03385), table 1. Its convolutions are compared with those of
light_resnet50.onnx in PyPI's `onnx`, which has the stride of a stage in the first 1x1 convolution, as the paper."""

import collections
import pathlib

import onnx
from net import Net
from onnx import numpy_helper

STAGES = ((3, 64), (4, 128), (6, 256), (3, 512))  # blocks, channels of the inner convolutions


def net() -> Net:
    net = Net(5, (224, 224, 3))
    x = net.conv(net.input, 64, 7, 2, activation="relu")
    x = net.max_pool(x, 3, 2, 1)
    for stage, (blocks, channels) in enumerate(STAGES):
        for i in range(blocks):
            stride = 2 if i == 0 and stage > 0 else 1
            y = net.conv(x, channels, 1, activation="relu")
            y = net.conv(y, channels, 3, stride, activation="relu")
            y = net.conv(y, 4 * channels, 1)
            shortcut = net.conv(x, 4 * channels, 1, stride) if i == 0 else x
            x = net.add(shortcut, y, activation="relu")
    net.dense(net.mean(x), 1000)
    check(net)
    return net


def check(net: Net) -> None:
    """The convolutions are those of the published graph: channels, kernel, stride, in an order of their own."""
    path = pathlib.Path(onnx.__file__).parent / "backend/test/data/light/light_resnet50.onnx"
    graph = onnx.load(path).graph
    shapes = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    fills = {n.output[0]: tuple(shapes[n.input[0]]) for n in graph.node if n.op_type == "ConstantOfShape"}
    published = collections.Counter()
    for node in graph.node:
        if node.op_type == "Conv":
            strides = next((a.ints[0] for a in node.attribute if a.name == "strides"), 1)
            published[*map(int, fills[node.input[1]]), strides] += 1
    ours = [(*n.attributes["weight"].shape, n.attributes["stride"]) for n in net.nodes if n.kind == "conv"]
    assert collections.Counter(ours) == published, (collections.Counter(ours), published)
