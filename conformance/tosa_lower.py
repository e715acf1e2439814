"""TOSA's operators as graphs of ours: element by element, comparisons, reductions, movement.

A rule takes a `Lowering`, declares what comes from outside, and returns the value that answers the test. Results
are compared as numbers: where TOSA's result is narrower than ours, no cast is needed. A bool is an i8.
"""

from dataclasses import dataclass, field

import numpy as np

from artifact import RANGE, Model

KIND = {"BOOL": "i8", "INT8": "i8", "INT16": "i16", "INT32": "i32"}
RULES = {}


class NotCovered(Exception):
    """Why this test has no counterpart here."""


def rule(*names):
    return lambda f: RULES.update(dict.fromkeys(names, f)) or f


@dataclass
class Lowering:
    test: object
    model: Model = field(default_factory=Model)
    runs: list = field(default_factory=lambda: [[]])  # per run the inputs' arrays
    moved: int = 0  # add this to our result before comparing: a u8 is our i8 and 128
    plus: object = 0  # add this too: what TOSA's result holds and ours cannot
    note: str = ""  # how such a test was made comparable

    def kind(self, i):
        dtype = self.test.operands[i][0]
        if dtype not in KIND:
            raise NotCovered("no type of 48 bits" if dtype == "INT48" else f"{dtype} operand")
        return KIND[dtype]

    def inputs(self, *operands, shapes=None, arrays=None):
        """Declares operands as inputs of the model."""
        shapes = shapes or [self.test.array(i).shape for i in operands]
        arrays = arrays or [self.test.array(i) for i in operands]
        self.runs[0].extend(arrays)
        return [self.model.input(self.kind(i), shape) for i, shape in zip(operands, shapes)]

    def images(self, i):
        """An operand [N, H, W, C] as N runs of an [H, W, C] input."""
        array = self.test.array(i)
        self.runs = [[image] for image in array]
        return self.model.input(self.kind(i), array.shape[1:])

    def narrow(self, value, i):
        """Tells the check the range that the test's numbers have; it would assume the type's."""
        if self.kind(i) != "i32":
            return value
        array = self.test.array(i)
        return self.model.clamp(value, array.min(), array.max())

    def narrowed(self, *operands):
        return [self.narrow(v, i) for v, i in zip(self.inputs(*operands), operands)]


def lower(test) -> Lowering:
    if test.op not in RULES:
        raise NotCovered(WHY.get(test.op, "not in the op set"))
    made = Lowering(test)
    made.model.output(RULES[test.op](made))
    return made


BITS = "bits are not numbers here: no bitwise operators"
SHAPES = "shapes are numbers in the artifact: the converter computes them"
WHY = {
    "CONV3D": "no convolution over three dimensions", "INTDIV": "no division of tensors", "CLZ": BITS,
    "BITWISE_AND": BITS, "BITWISE_OR": BITS, "BITWISE_XOR": BITS, "BITWISE_NOT": BITS,
    "LOGICAL_LEFT_SHIFT": "drops bits on overflow; ours proves that none is lost, by a constant distance",
    "LOGICAL_RIGHT_SHIFT": "shifts as if unsigned; ours is the arithmetic one",
    **dict.fromkeys(("CONST_SHAPE", "operators on shapes"), SHAPES),
}


def simple(name, ours, *operands):
    RULES[name] = lambda low: low.model.node(ours, *low.narrowed(*operands))


for _name, _ours in (("ADD", "Add"), ("SUB", "Sub"), ("MAXIMUM", "Max"), ("MINIMUM", "Min"),
                     ("LOGICAL_AND", "Min"), ("LOGICAL_OR", "Max")):
    simple(_name, _ours, 0, 1)
simple("ABS", "Abs", 0)
simple("SELECT", "Select", 0, 1, 2)


def compare(low, relation):
    a, b = low.inputs(0, 1)
    return low.model.node("Compare", a, b, relation=relation)


for _name, _relation in (("EQUAL", 0), ("GREATER", 1), ("GREATER_EQUAL", 2)):
    RULES[_name] = lambda low, relation=_relation: compare(low, relation)


def ones(low, value=1, dtype="i8"):
    """A constant that broadcasts to operand 0's rank."""
    return low.model.value(dtype, np.full((1,) * max(low.test.array(0).ndim, 1), value))


@rule("LOGICAL_NOT")
def logical_not(low):
    (x,) = low.inputs(0)
    return low.model.node("Compare", x, ones(low, 0), relation=0)


@rule("LOGICAL_XOR")
def logical_xor(low):
    equal = compare(low, 0)
    return low.model.node("Sub", ones(low), equal)


@rule("NEGATE")
def negate(low):
    x, = low.narrowed(0)
    if low.test.scalar(1) or low.test.scalar(2):
        negated = low.model.node("Sub", ones(low, low.test.scalar(1) + low.test.scalar(2), "i32"), x)
    elif low.kind(0) == "i32":
        negated = low.model.node("Neg", x)
    else:  # the type's minimum has no opposite in it
        negated = low.model.node("Neg", low.model.cast(x, "i32"))
    return low.model.clamp(negated, *RANGE[low.kind(0)])


@rule("CLAMP")
def clamp(low):
    from tosa_tests import integers
    x, = low.inputs(0)
    dtype, attribute = low.test.operands[0][0], low.test.attribute
    ends = [int(integers(dtype, end.tobytes())[0]) for end in (attribute.MinValAsNumpy(), attribute.MaxValAsNumpy())]
    return low.model.clamp(x, *ends)


@rule("ARITHMETIC_RIGHT_SHIFT")
def arithmetic_right_shift(low):
    """A distance an element: one Shift and one Select for each distance."""
    model, (x, distance) = low.model, low.inputs(0, 1)
    found = None
    for bits in np.unique(low.test.array(1)).tolist():
        shifted = model.node("Shift", x, bits=-bits, round=bool(low.test.attribute.Round()) and bits > 0)
        if found is None:
            found = shifted
        else:
            here = model.node("Compare", distance, ones(low, bits, low.kind(1)), relation=0)
            found = model.node("Select", here, shifted, found)
    return found


@rule("MUL")
def mul(low):
    model, shift = low.model, low.test.scalar(2)
    if not shift:
        return model.node("Mul", *low.narrowed(0, 1))
    # (a·b + 2^(shift−1)) >> shift with a product of 62 bits is what RescaleRow does, for a positive row: a·sign(b)
    # times |b|. Each element is a row.
    a, b = np.broadcast_arrays(low.test.array(0), low.test.array(1))
    if np.abs(a).max() > RANGE["i32"][1] or np.abs(b).max() > RANGE["i32"][1]:
        raise NotCovered("−2^31 has no magnitude in i32")
    a, b = a.reshape(-1, 1), b.reshape(-1, 1)
    x, y = low.inputs(0, 1, shapes=[a.shape, b.shape], arrays=[a, b])
    zero = model.value("i32", [[0]])
    x, y = model.clamp(x, a.min(), a.max()), model.clamp(y, b.min(), b.max())
    sign = model.node("Sub", model.node("Compare", y, zero, relation=1), model.node("Compare", zero, y, relation=1))
    factor = 2 if shift == 1 else 1
    u = model.node("Mul", x, model.node("Mul", sign, model.value("i32", [[factor]])))
    return model.node(
        "RescaleRow", u, model.node("AbsMaxRow", y), multiplier=model.constant("i32", [1 << 30]),
        shift=model.constant("i8", [30]), row_shift=max(shift, 2), zero_point=0, lo=RANGE["i32"][0],
        hi=RANGE["i32"][1], dtype="i32",
    )


@rule("CAST")
def cast(low):
    x, = low.inputs(0)
    to = low.test.attribute and low.test.name.rsplit("_out", 1)[1]
    if to == "b":
        zero = low.model.node("Compare", x, ones(low, 0, low.kind(0)), relation=0)
        return low.model.node("Sub", ones(low), zero)
    wanted = RANGE[to]
    if low.test.array(0).min() < wanted[0] or low.test.array(0).max() > wanted[1]:
        raise NotCovered("TOSA drops the high bits of what does not fit; ours clamps")
    return low.model.cast(x, to)


@rule("TABLE")
def table(low):
    x, = low.inputs(0)
    kind = low.kind(0)
    entries = low.model.constant("i8" if kind == "i8" else "i16", low.test.array(1))
    return low.model.node("Table8" if kind == "i8" else "Table16", x, table=entries)


def reduction(name, ours, **more):
    def reduce(low):
        x, = low.narrowed(0)
        return low.model.node(ours, x, axes=[low.test.attribute.Axis()], **more)
    RULES[name] = reduce


for _name, _ours in (("REDUCE_ALL", "ReduceMin"), ("REDUCE_ANY", "ReduceMax"), ("REDUCE_MAX", "ReduceMax"),
                     ("REDUCE_MIN", "ReduceMin")):
    reduction(_name, _ours)
reduction("REDUCE_SUM", "ReduceSum", zero_point=0)


@rule("ARGMAX")
def argmax(low):
    x, = low.inputs(0)
    return low.model.node("ArgMax", x, axis=low.test.attribute.Axis())
