"""Trains the Fashion-MNIST classifier with JAX and writes model.onnx.

    python train.py [--epochs 14] [--data DIR]

The test split is not read here: the accuracy printed is that of 5,000 held-out training images.
`check.py` measures the exported file on the test split.
"""

import argparse
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import optax
from onnx import TensorProto, helper, numpy_helper

import data

HERE = pathlib.Path(__file__).parent
BATCH = 128
SHIFT = 2  # augmentation: up to this many pixels in each direction
SMOOTHING = 0.05
PEAK_RATE = 4e-3
WEIGHT_DECAY = 0.05
BN_EPSILON = 1e-3
BN_MOMENTUM = 0.95
CLASSES = 10

# 3x3 convolutions, padding 1: input channels, output channels, stride.
CONVS = {
    "stem": (1, 16, 1),
    "down1": (16, 32, 2),
    "block1.a": (32, 16, 1),
    "block1.b": (16, 32, 1),
    "down2": (32, 64, 2),
    "block2.a": (64, 32, 1),
    "block2.b": (32, 64, 1),
}


def network(x, conv, add, relu, head):
    """The architecture, stated once: run on arrays to train, on names to write the ONNX graph."""
    x = relu(conv("stem", x))
    for n in "12":
        x = relu(conv(f"down{n}", x))
        y = conv(f"block{n}.b", relu(conv(f"block{n}.a", x)))
        x = relu(add(x, y))
    return head(x)


def initial(key):
    """Weights (HWIO), batch-norm scales and shifts; running means and variances."""
    weights, stats = {}, {}
    for name, (cin, cout, _) in CONVS.items():
        key, sub = jax.random.split(key)
        w = jax.random.normal(sub, (3, 3, cin, cout)) * np.sqrt(2 / (9 * cin))
        weights[name] = {"w": w, "gamma": jnp.ones(cout), "beta": jnp.zeros(cout)}
        stats[name] = {"mean": jnp.zeros(cout), "var": jnp.ones(cout)}
    last = CONVS["block2.b"][1]
    w = jax.random.normal(key, (last, CLASSES)) / np.sqrt(last)
    weights["dense"] = {"w": w, "b": jnp.zeros(CLASSES)}
    return weights, stats


def forward(weights, stats, x, training):
    """Logits [N, 10] of images [N, 28, 28, 1] in [0, 1], and the updated batch-norm statistics."""
    new = {}

    def conv(name, x):
        p, s = weights[name], stats[name]
        stride = CONVS[name][2]
        x = jax.lax.conv_general_dilated(
            x, p["w"], (stride, stride), ((1, 1), (1, 1)), dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        mean, var = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training else (s["mean"], s["var"])
        new[name] = {
            "mean": BN_MOMENTUM * s["mean"] + (1 - BN_MOMENTUM) * mean,
            "var": BN_MOMENTUM * s["var"] + (1 - BN_MOMENTUM) * var,
        }
        return (x - mean) * (p["gamma"] * jax.lax.rsqrt(var + BN_EPSILON)) + p["beta"]

    def head(x):
        return x.mean((1, 2)) @ weights["dense"]["w"] + weights["dense"]["b"]

    return network(x, conv, jnp.add, jax.nn.relu, head), new


def to_float(images):
    return images[..., None].astype(jnp.float32) / 255


def train(images, labels, epochs, seed):
    """The trained weights and statistics; the last VALIDATION images are only ever measured."""
    rng = np.random.default_rng(seed)
    held_out, held_labels = images[-data.VALIDATION :], labels[-data.VALIDATION :]
    images, labels = images[: -data.VALIDATION], labels[: -data.VALIDATION]
    # windows[n, dy, dx] is image n shifted; a view, no copy.
    padded = np.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), (1, 2))

    weights, stats = initial(jax.random.key(seed))
    steps = len(images) // BATCH
    schedule = optax.warmup_cosine_decay_schedule(0, PEAK_RATE, epochs * steps // 10, epochs * steps)
    decayed = jax.tree.map(lambda p: p.ndim > 1, weights)
    optimiser = optax.adamw(schedule, weight_decay=WEIGHT_DECAY, mask=decayed)
    state = optimiser.init(weights)

    def loss(weights, stats, x, y):
        logits, stats = forward(weights, stats, to_float(x), True)
        target = optax.smooth_labels(jax.nn.one_hot(y, CLASSES), SMOOTHING)
        return optax.softmax_cross_entropy(logits, target).mean(), stats

    @jax.jit
    def step(weights, stats, state, x, y):
        (value, stats), grads = jax.value_and_grad(loss, has_aux=True)(weights, stats, x, y)
        updates, state = optimiser.update(grads, state, weights)
        return optax.apply_updates(weights, updates), stats, state, value

    @jax.jit
    def predict(weights, stats, x):
        return forward(weights, stats, to_float(x), False)[0].argmax(1)

    for epoch in range(epochs):
        start, total = time.time(), 0.0
        for pick in rng.permutation(len(images))[: steps * BATCH].reshape(steps, BATCH):
            dy, dx = rng.integers(0, 2 * SHIFT + 1, (2, BATCH))
            x = windows[pick, dy, dx]
            mirror = rng.integers(0, 2, BATCH, bool)
            x = np.where(mirror[:, None, None], x[:, :, ::-1], x)
            weights, stats, state, value = step(weights, stats, state, x, labels[pick])
            total += value  # an array still being computed: the next batch is prepared meanwhile
        guess = [predict(weights, stats, held_out[i : i + 500]) for i in range(0, data.VALIDATION, 500)]
        accuracy = (np.concatenate(guess) == held_labels).mean()
        took = time.time() - start
        print(f"epoch {epoch + 1:2}: loss {total / steps:.4f}, held-out {accuracy:.2%}, {took:.0f} s", flush=True)
    return weights, stats


def export(weights, stats, path):
    """The inference graph, batch-norm folded into each convolution's weights (OIHW) and bias."""
    nodes, constants, made = [], [], 0

    def emit(op, inputs, output=None, **attributes):
        nonlocal made
        made += 1
        output = output or f"{op.lower()}{made}"
        nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def conv(name, x):
        p, s = weights[name], stats[name]
        gain = p["gamma"] / jnp.sqrt(s["var"] + BN_EPSILON)
        w = constant(f"{name}.weight", (p["w"] * gain).transpose(3, 2, 0, 1))
        b = constant(f"{name}.bias", p["beta"] - s["mean"] * gain)
        stride = CONVS[name][2]
        return emit("Conv", [x, w, b], name, kernel_shape=[3, 3], strides=[stride] * 2, pads=[1] * 4)

    def head(x):
        x = emit("Flatten", [emit("GlobalAveragePool", [x])], axis=1)
        w = constant("dense.weight", weights["dense"]["w"].T)
        return emit("Gemm", [x, w, constant("dense.bias", weights["dense"]["b"])], "logits", transB=1)

    network("image", conv, lambda a, b: emit("Add", [a, b]), lambda x: emit("Relu", [x]), head)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])
    graph = helper.make_graph(nodes, "fashion-mnist", [image], [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default=data.DEFAULT, help="folder of the official .gz files")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "model.onnx")
    args = parser.parse_args()
    weights, stats = train(*data.load(args.data, "train"), args.epochs, args.seed)
    export(weights, stats, args.out)


if __name__ == "__main__":
    main()
