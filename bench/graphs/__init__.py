"""What is timed: names, and how to make each Net."""

from . import efficientnet_lite0, fashion_mnist, mobilenet_v2, resnet50, shapes, transformer

NETS = {
    **shapes.NETS,
    "resnet50": resnet50.net,
    "mobilenet_v2": mobilenet_v2.net,
    "efficientnet_lite0": efficientnet_lite0.net,
}
# Not from a description in a Net: how to make the files, given their folder and cargo's target folder.
FILES = {"transformer": transformer.build, "fashion_mnist": fashion_mnist.build}
WHOLE = ("resnet50", "mobilenet_v2", "efficientnet_lite0", *FILES)
BATCHED = ("resnet50", "mobilenet_v2", "efficientnet_lite0", "transformer")
