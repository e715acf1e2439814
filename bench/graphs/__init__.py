"""What is timed: names, and how to make each Net."""

from . import efficientnet_lite0, fashion_mnist, mobilenet_v2, resnet50, shapes

NETS = {
    **shapes.NETS,
    "resnet50": resnet50.net,
    "mobilenet_v2": mobilenet_v2.net,
    "efficientnet_lite0": efficientnet_lite0.net,
}
WHOLE = ("resnet50", "mobilenet_v2", "efficientnet_lite0", "fashion_mnist")
# Not from a description of ours: how to make the files.
CONVERTED = {"fashion_mnist": fashion_mnist.build}
