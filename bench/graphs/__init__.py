"""What is timed: names, and how to make each Net."""

from . import efficientnet_lite0, mobilenet_v2, resnet50, shapes

NETS = {
    **shapes.NETS,
    "resnet50": resnet50.net,
    "mobilenet_v2": mobilenet_v2.net,
    "efficientnet_lite0": efficientnet_lite0.net,
}
WHOLE = ("resnet50", "mobilenet_v2", "efficientnet_lite0")
