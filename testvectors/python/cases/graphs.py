"""What the families' cases share: graphs of one op, and operands that hold every kind of extreme."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, pack, vector

I8, I16, I32 = "i8", "i16", "i32"
TYPES = (I8, I16, I32)
BROADCASTS = {  # name: a shape an operand
    "one element": ([1], [1]),
    "rank 1": ([7], [7]),
    "rank 1, first of size 1": ([1], [7]),
    "rank 1, second of size 1": ([7], [1]),
    "rank 2": ([3, 4], [3, 4]),
    "rows against one row": ([3, 4], [1, 4]),
    "one column against columns": ([3, 1], [3, 4]),
    "column against row": ([3, 1], [1, 4]),
    "one element against a matrix": ([1, 1], [2, 5]),
    "image and a channel each": ([2, 3, 4], [1, 1, 4]),
    "image and a plane": ([2, 3, 4], [2, 3, 1]),
    "middle dimension of the first": ([3, 1, 2], [3, 4, 2]),
    "first dimension of the second": ([3, 2, 2], [1, 2, 2]),
    "all three dimensions crossed": ([2, 1, 4], [1, 3, 1]),
    "rank 4, two and two": ([2, 1, 3, 1], [1, 2, 1, 3]),
    "rank 5, two dimensions": ([2, 1, 2, 1, 2], [2, 2, 2, 2, 2]),
    "rank 6": ([1, 2, 1, 2, 1, 3], [1, 2, 1, 2, 1, 3]),
    "rank 6 crossed": ([2, 1, 2, 1, 2, 1], [1, 2, 1, 2, 1, 2]),
}


def one(op, inputs, clamps=(), **attributes) -> Graph:
    """The op on all inputs, each (dtype, shape). `clamps` narrow the intervals of the first ones; None does not."""
    g = Graph(*inputs)
    g.add(op, *clamped(g, clamps), **attributes)
    return g


def clamped(g, clamps) -> list:
    """All inputs, the first ones behind their Clamps."""
    clamps = [*clamps, *[None] * (len(g.inputs) - len(clamps))]
    return [i if c is None else g.add("Clamp", i, lo=c[0], hi=c[1]) for i, c in enumerate(clamps)]


def data(inputs, *values) -> bytes:
    """The bytes of input tensors: an input's elements in a list, or one number for all of them."""
    return b"".join(
        pack(dtype, [v] * elements(shape) if isinstance(v, int) else v)
        for (dtype, shape), v in zip(inputs, values, strict=True)
    )


def case(op, name, inputs, clamps=(), values=None, seed_runs=1, **attributes) -> dict:
    """A vector of one op. `values`: runs, each as in `data`; without it the ends and `seed_runs` random ones."""
    runs = None if values is None else [data(inputs, *v) for v in values]
    return vector(f"{op}: {name}", one(op, inputs, clamps, **attributes), runs, seed_runs)


def extremes(dtype) -> list:
    """The values at which things break: ends, neighbours of the ends and of 0, and a power of two."""
    least, most = bounds(dtype)
    return [least, least + 1, -65, -2, -1, 0, 1, 2, 64, most - 1, most]
