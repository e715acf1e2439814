"""Gather, Embed, ScatterRow: rows that an index chooses."""

from isocortex_ref.numbers import bounds, elements

from .build import Graph, named, vector
from .graphs import I8, I16, I32, TYPES, case, data, one
from .rng import Rng

BATCHES = ([], [1], [2], [3, 1], [2, 2], [1, 2, 1, 2])  # B...


def indices(name, shape, k) -> list:
    return Rng(name).many(elements(shape), 0, k - 1)


def chosen(op, name, dtype, b, k, c, index, of=I8, rows=None, clamp=None) -> dict:
    """Gather or ScatterRow: `index` is a list a batch, or W random ones."""
    w = index if isinstance(index, int) else len(index)
    inputs = [(dtype, [*b, k, c]), (of, [*b, w])]
    rng = Rng(f"{op} {name}")
    places = indices(name, [*b, w], k) if isinstance(index, int) else index * elements(b)
    values = [rng.tensor(*inputs[0]), places]
    if op == "ScatterRow":
        inputs.append((dtype, [*b, w, c]))
        values.append(rng.tensor(*inputs[2]) if rows is None else rows)
    inputs_ends = [data(inputs, *(e if i == 1 else bounds(t)[e > 0] for i, (t, _) in enumerate(inputs)))
                   for e in (0, k - 1)]
    graph = one(op, inputs, [None, clamp or (0, k - 1)])
    return vector(f"{op}: {name}", graph, [data(inputs, *values), *inputs_ends])


def by_index(op) -> list:
    """Gather and ScatterRow."""
    out = []
    for i, b in enumerate(BATCHES):
        for dtype in TYPES:
            of = TYPES[(i + len(dtype)) % 3]
            out.append(chosen(op, f"{dtype} {[*b, 4, 3]} by 2 of {of} each", dtype, b, 4, 3, 2, of))
    for name, k, index in (
        ("one of one", 1, [0]), ("many of one", 1, [0, 0, 0, 0]), ("first alone", 5, [0]), ("last alone", 5, [4]),
        ("all in order", 5, [0, 1, 2, 3, 4]),
        ("all reversed", 5, [4, 3, 2, 1, 0]), ("a permutation", 5, [3, 0, 4, 1, 2]),
        ("one twice", 5, [2, 2]), ("one many times", 5, [2] * 9), ("more than there are", 3, [0, 1, 2, 0, 1, 2, 0]),
        ("the same at both ends", 4, [1, 3, 1]), ("of 128 by i8", 128, [0, 127, 64]),
    ):
        out.append(chosen(op, name, I16, [], k, 2, index))
    for c in (1, 15, 16, 17, 33):
        out.append(chosen(op, f"rows of {c}", I8, [2], 3, c, 3))
    for of, k in ((I16, 200), (I32, 200), (I16, 129)):
        out.append(chosen(op, f"of {k} by {of}", I8, [], k, 1, [k - 1, 0, 128], of))
    for name, clamp in (("below the last", (0, 2)), ("above the first", (1, 3)), ("one place", (2, 2)),
                        ("last place", (3, 3))):
        out.append(chosen(op, f"index in {name}", I16, [2], 4, 2, 3, clamp=clamp))
    for b in BATCHES:
        g = Graph((I16, [*b, 5, 2]), *[(I16, [*b, 3, 2])] * (op == "ScatterRow"))
        index = g.add("Constant", tensor=(I8, [*b, 3], indices(f"constant {b}", [*b, 3], 5)))
        g.add(op, 0, index, *([1] if op == "ScatterRow" else []))
        out.append(vector(f"{op}: a constant index {[*b, 3]}", g))
    return out


@named("gather")
def gather() -> list:
    out = by_index("Gather")
    g = Graph((I16, [3, 4]))
    g.add("Gather", g.add("Reshape", 0, shape=[3, 4, 1]), g.add("Constant", tensor=(I32, [3, 2], [0, 3, 1, 1, 2, 0])))
    out.append(vector("Gather: single elements of rows", g))
    g = Graph((I8, [4, 3]))
    x = g.add("Clamp", 0, lo=0, hi=3)
    g.add("Gather", x, g.add("Reshape", g.add("Slice", x, start=[0, 0], step=[1, 1], size=[4, 1]), shape=[4]))
    out.append(vector("Gather: rows by their own first elements", g))
    g = Graph((I16, [3, 2]), (I8, [2]))
    x, i = g.add("Clamp", 0, lo=-9, hi=99), g.add("Clamp", 1, lo=0, hi=2)
    g.add("Gather", x, i)
    out.append(vector("Gather: the operand's interval stays", g))
    return out


@named("scatter_row")
def scatter_row() -> list:
    out = by_index("ScatterRow")
    rows = [1, 1, 2, 2, 3, 3, 4, 4]
    out.append(chosen("ScatterRow", "of several with one index the last stays", I8, [], 3, 2, [1, 1, 0, 1], rows=rows))
    out.append(chosen("ScatterRow", "the last stays, interleaved", I8, [], 3, 2, [0, 1, 0, 1], rows=rows))
    for dtype in TYPES:
        inputs = [(dtype, [3, 2]), (I8, [2]), (dtype, [2, 2])]
        for name, clamps in (("apart", ((-9, -5), (0, 2), (5, 9))), ("inside", ((-9, 9), (0, 2), (-1, 2)))):
            out.append(case("ScatterRow", f"{dtype}, intervals {name}", inputs, clamps))
    return out


@named("embed")
def embed() -> list:
    out = []

    def put(name, dtype, k, row, of, shape, places=None, clamp=None, table=None):
        table = (dtype, [k, *row], table or Rng(f"Embed {name}").tensor(dtype, [k, *row]))
        clamp = clamp or (0, min(k - 1, bounds(of)[1]))
        places = indices(name, shape, k) if places is None else places
        runs = [[places]] + [[v] for v in clamp]
        out.append(case("Embed", name, [(of, shape)], [clamp], runs, table=table))

    for dtype in TYPES:
        for of in TYPES:
            put(f"{dtype} by {of}", dtype, 6, [3], of, [4])
        for row in ([1], [5], [2, 3], [1, 2, 1], [2, 1, 2, 1]):
            put(f"{dtype} rows {row}", dtype, 4, row, I8, [3])
        for name, table in (("all least", [bounds(dtype)[0]] * 6), ("all greatest", [bounds(dtype)[1]] * 6),
                            ("one value", [7] * 6), ("zeros", [0] * 6)):
            put(f"{dtype} table {name}", dtype, 3, [2], I8, [3], table=table)
    for shape in ([1], [7], [2, 3], [1, 5], [2, 3, 2], [1, 2, 1, 3], [2, 1, 2, 1, 2]):
        put(f"index {shape}", I16, 5, [2] if len(shape) < 5 else [3], I16, shape)
    put("rank 6", I8, 3, [2, 2, 1], I8, [2, 1, 3])
    put("table of one row", I16, 1, [3], I8, [2])
    put("table of one element", I16, 1, [1], I8, [1])
    put("all in order", I8, 4, [2], I8, [4], [0, 1, 2, 3])
    put("one many times", I8, 4, [2], I8, [6], [2] * 6)
    put("300 rows by i16", I8, 300, [1], I16, [3], [0, 299, 150])
    put("300 rows by i8 of 128", I8, 300, [1], I8, [3], [0, 127, 64])
    put("index in the middle alone: the interval is the whole table's", I16, 5, [1], I8, [3], [2, 2, 2], (2, 2),
        [99, 1, 0, 1, -99])
    put("row of 17", I16, 3, [17], I8, [2])
    put("row of 33", I8, 3, [33], I8, [2])
    put("zero-one index", I32, 2, [2], I8, [5], [0, 1, 1, 0, 1])
    g = Graph((I8, [3]))
    table = (I8, [4, 4], [0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 1, 1, 2, 0, 2, 0])
    x = g.add("Embed", g.add("Clamp", 0, lo=0, hi=3), table=table)
    g.add("Embed", x, table=g.nodes[1]["op"]["table"])
    out.append(vector("Embed: what it gives as an index into the same table", g))
    g = Graph((I8, [3]))
    table = g.constant(I8, [2, 3], [1, -2, 3, -4, 5, -6])
    x = g.add("Embed", g.add("Clamp", 0, lo=0, hi=1), table=table)
    g.add("MatMul", x, weight=table, bias=(I32, [2], [0, 1]), zero_point=0)
    out.append(vector("Embed: a table that is also the last weight", g))
    return out
