"""Trains the tabular classifier with JAX; writes model.onnx and the .npy files beside it.

    python train.py

The 569 rows come with scikit-learn. 200 of them, drawn once and balanced by class, are the test split; they
take no part in training, in the normalisation, or in any choice: nothing was tuned, so nothing is held out for it.
"""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import optax
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).parent
SEED = 1
TEST_ROWS = 200
CLIP = 4  # normalised features are cut at this many deviations, so that few rare rows do not stretch the range
LAYERS = [(30, 32, "Tanh"), (32, 16, "Relu"), (16, 2, None)]  # inputs, outputs, activation (ONNX names)
ACTIVATIONS = {"Tanh": jnp.tanh, "Relu": jax.nn.relu, None: lambda x: x}
STEPS = 400
RATE = 3e-3
WEIGHT_DECAY = 1e-2


def load():
    """Training rows and labels, test rows and labels, and the normalisation [2, 30]: means, deviations."""
    rows, labels = load_breast_cancer(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(
        rows, labels, test_size=TEST_ROWS, stratify=labels, random_state=SEED
    )
    scale = np.stack([train.mean(0), train.std(0)]).astype(np.float32)

    def normalise(x):
        return np.clip((x.astype(np.float32) - scale[0]) / scale[1], -CLIP, CLIP)

    return normalise(train), train_labels, normalise(test), test_labels, scale


def forward(weights, x):
    for (w, b), (_, _, activation) in zip(weights, LAYERS):
        x = ACTIVATIONS[activation](x @ w + b)
    return x


def train(rows, labels):
    weights = []
    for key, (inputs, outputs, _) in zip(jax.random.split(jax.random.key(SEED), len(LAYERS)), LAYERS):
        weights.append((jax.random.normal(key, (inputs, outputs)) / np.sqrt(inputs), jnp.zeros(outputs)))
    optimiser = optax.adamw(optax.cosine_decay_schedule(RATE, STEPS), weight_decay=WEIGHT_DECAY)
    state = optimiser.init(weights)

    def loss(weights):
        return optax.softmax_cross_entropy_with_integer_labels(forward(weights, rows), labels).mean()

    @jax.jit
    def step(weights, state):
        updates, state = optimiser.update(jax.grad(loss)(weights), state, weights)
        return optax.apply_updates(weights, updates), state

    for _ in range(STEPS):  # the whole training split each time
        weights, state = step(weights, state)
    return weights


def export(weights, path):
    nodes, constants, x = [], [], "features"
    for i, ((w, b), (_, _, activation)) in enumerate(zip(weights, LAYERS), 1):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(w.T), f"dense{i}.weight"))
        constants.append(numpy_helper.from_array(np.asarray(b), f"dense{i}.bias"))
        out = f"dense{i}" if activation else "logits"
        nodes.append(helper.make_node("Gemm", [x, f"dense{i}.weight", f"dense{i}.bias"], [out], out, transB=1))
        x = out
        if activation:
            x = f"{activation.lower()}{i}"
            nodes.append(helper.make_node(activation, [out], [x], x))
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, LAYERS[0][0]])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, LAYERS[-1][1]])
    graph = helper.make_graph(nodes, "breast-cancer", [features], [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main():
    rows, labels, test, test_labels, scale = load()
    weights = train(rows, labels)
    export(weights, HERE / "model.onnx")
    np.save(HERE / "calibration.npy", rows)
    np.save(HERE / "test.npy", test)
    np.save(HERE / "test-labels.npy", test_labels.astype(np.uint8))
    np.save(HERE / "normalisation.npy", scale)
    for name, x, y in [("training", rows, labels), ("test", test, test_labels)]:
        right = int((forward(weights, x).argmax(1) == y).sum())
        print(f"{name}: {right} of {len(y)} right, {right / len(y):.2%}")


if __name__ == "__main__":
    main()
