"""Arm's TOSA tests: made by its generator, answered by its reference model, read from its flatbuffers."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tosa
import tosa_reference_model
from tosa import DType, Op, TosaGraph

DTYPES = {number: name for name, number in vars(DType.DType).items() if not name.startswith("_")}
OPS = {number: name for name, number in vars(Op.Op).items() if not name.startswith("_")}
# An attribute's class carries its op's name in another spelling: CONV2D is Conv2dAttribute.
ATTRIBUTES = {name[:-9].upper(): name for name in (p.stem for p in Path(tosa.__path__[0]).glob("*Attribute.py"))}
WIDTH = {"BOOL": 1, "INT8": 1, "INT16": 2, "INT32": 4, "INT48": 6, "INT64": 8}


def generate(folder: Path, seed: int, few: int):
    """Makes the tests where a complete set of them is not there yet; `few` an operator, or all (0)."""
    done = folder / "complete"
    if not done.exists():
        program = Path(__file__).with_name("tosa_generate.py")
        subprocess.run([sys.executable, program, str(few), "-o", folder, "--seed", str(seed)], check=True,
                       stdout=subprocess.DEVNULL)
        done.touch()
    return sorted(path.parent for path in folder.glob("*/*/desc.json"))


@dataclass
class Test:
    name: str
    op: str
    operands: list    # (dtype, array) in the op's order; BOOL, INT8, … or SHAPE
    variable: list    # of each operand: does it come from outside the graph?
    attribute: object  # the flatbuffer's attributes of the op
    results: list     # the types of the results
    expected: Callable[[], list]  # asks the reference model for their numbers

    def array(self, i):
        return self.operands[i][1]

    def scalar(self, i):
        return int(self.operands[i][1].reshape(-1)[0])


def read(folder: Path) -> Test:
    description = json.loads((folder / "desc.json").read_text())
    files = dict(zip(description["ifm_name"], description["ifm_file"]))
    graph = (folder / "test.tosa").read_bytes()
    block = TosaGraph.TosaGraph.GetRootAs(graph, 0).Regions(0).Blocks(0)
    tensors = {}
    for tensor in map(block.Tensors, range(block.TensorsLength())):
        name, dtype = tensor.Name().decode(), DTYPES[tensor.Type()]
        shape = tuple(tensor.Shape(d) for d in range(tensor.ShapeLength()))
        array = np.load(folder / files[name]).astype(np.int64) if name in files else None
        if array is None and tensor.DataLength():
            array = integers(dtype, tensor.DataAsNumpy().tobytes()).reshape(shape)
        tensors[name] = (dtype, array, shape)
    for shape in map(block.Shapes, range(block.ShapesLength())):
        data = shape.DataAsNumpy().tobytes() if shape.DataLength() else b""
        values = np.frombuffer(data, "<i8")[:shape.Rank()]
        tensors[shape.Name().decode()] = ("SHAPE", values, values.shape)
    operators = [block.Operators(i) for i in range(block.OperatorsLength())]
    work = [o for o in operators if not OPS[o.Op()].startswith("CONST")] or operators[-1:]
    operator = work[0]
    op = OPS[operator.Op()] if len(work) == 1 else "operators on shapes"
    inputs = [operator.Inputs(i).decode() for i in range(operator.InputsLength())]
    inputs = inputs or [operator.Outputs(0).decode()]  # CONST
    results = [tensors[block.Outputs(i).decode()] for i in range(block.OutputsLength())]
    return Test(
        folder.name, op, [tensors[name][:2] for name in inputs], [name in files for name in inputs],
        attribute(operator, op), [dtype for dtype, _, _ in results],
        lambda: answers(folder, graph, description, results),
    )


def integers(dtype, data):
    """Little-endian integers of 1 to 8 bytes."""
    width = WIDTH[dtype]
    data = np.frombuffer(data, np.uint8)
    data = data[:len(data) // width * width].reshape(-1, width)
    sign = np.where(data[:, -1:] > 127, 255, 0).astype(np.uint8)
    return np.concatenate([data, np.repeat(sign, 8 - width, 1)], 1).copy().view("<i8").reshape(-1)


def attribute(operator, op):
    name = ATTRIBUTES.get(op.replace("_", ""))
    if name is None:
        return None
    found = getattr(__import__(f"tosa.{name}", fromlist=[name]), name)()
    table = operator.Attribute()
    if table is not None:
        found.Init(table.Bytes, table.Pos)
    return found


def answers(folder, graph, description, results):
    """What the reference model says; its Python form cannot return 48-bit numbers, its command can."""
    if any(dtype == "INT48" for dtype, _, _ in results):
        out = folder / "out"
        out.mkdir(exist_ok=True)
        program = Path(tosa_reference_model.__file__).parent.parent / "bin/tosa_reference_model"
        command = [program, "--test_desc", folder / "desc.json", "--output_dir", out]
        subprocess.run(command, check=True, capture_output=True)
        arrays = [np.load(out / name) for name in description["ofm_file"]]
    else:
        inputs = [np.load(folder / name) for name in description["ifm_file"]]
        arrays, status = tosa_reference_model.run(graph, inputs)
        if status != tosa_reference_model.GraphStatus.TOSA_VALID:
            raise ValueError(f"the reference model says {status}")
    return [array.astype(np.int64) for array in arrays]
