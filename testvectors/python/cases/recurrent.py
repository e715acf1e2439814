"""Section 8's recipes put together: LSTM and GRU steps, an unrolled LSTM, a transformer with caches."""

from isocortex_ref.check import check
from isocortex_ref.header import encode
from isocortex_ref.numbers import bounds, elements
from isocortex_ref.run import run

from .build import pack, vector
from .graphs import I8, I16, I32
from .models import Net
from .scaling import M0, M1
from .tables import exponential, table16, turns

I16_RANGE = dict(zero_point=0, lo=-32_768, hi=32_767, dtype=I16)
I8_RANGE = dict(zero_point=0, lo=-128, hi=127, dtype=I8)


class Cells(Net):
    """Gates in Q15 and cells in Q12, both i16; hidden states in Q7, i8. A constant of one value is made once."""

    def __init__(self, name, *inputs):
        super().__init__(name, *inputs)
        self.shared = {}

    def share(self, dtype, shape, values) -> int:
        key = dtype, tuple(shape), tuple(values)
        if key not in self.shared:
            self.shared[key] = self.constant(dtype, shape, values)
        return self.shared[key]

    def halved(self, value, times, **to):
        """Rescale by a power of two."""
        scale = {"multiplier": self.share(I32, [1], [M0]), "shift": self.share(I8, [1], [30 + times])}
        return self.add("Rescale", value, **scale, **(to or I16_RANGE))

    def table(self, name, value):
        """A function of a Q12 operand, in Q15; the gelu in Q11."""
        return self.halved(self.add("Table16", value, table=self.share(I16, [513], table16(name, 5))), 7)

    def product(self, a, b, times, **to):
        return self.add("MulRescale", a, b, zero_points=(0, 0), multiplier=M0, shift=30 + times, **(to or I16_RANGE))

    def total(self, a, b, times=0, **to):
        """(a + b) / 2^times."""
        return self.add("AddScaled", a, b, multipliers=(4, 4), zero_points=(0, 0), shift=2 + times, **(to or I16_RANGE))

    def dense(self, value, weight, times):
        """MatMul, then Rescale to i16."""
        return self.halved(self.add("MatMul", value, weight=weight[0], bias=weight[1], zero_point=0), times)

    def weight(self, n, k):
        return (self.constant(I8, [n, k], self.rng.tensor(I8, [n, k])),
                self.constant(I32, [n], self.rng.many(n, -2000, 2000)))

    def part(self, value, start, size, axis=0, rank=1, shape=None):
        starts = [start if d == axis else 0 for d in range(rank)]
        sizes = [size if d == axis else shape[d] for d in range(rank)]
        return self.add("Slice", value, start=starts, step=[1] * rank, size=sizes)

    def lstm(self, x, h, c, weight, hidden):
        z = self.dense(self.add("Concat", x, h, axis=0), weight, 2)
        i, f, g, o = (self.part(z, k * hidden, hidden) for k in range(4))
        i, f, o = (self.table("sigmoid", v) for v in (i, f, o))
        c = self.total(self.product(f, c, 15), self.product(i, self.table("tanh", g), 18))
        return self.product(o, self.table("tanh", c), 23, **I8_RANGE), c


def lstm_step() -> dict:
    g = Cells("lstm", (I8, [5]), (I8, [6]), (I16, [6]))
    h, c = g.lstm(0, 1, 2, g.weight(24, 11), 6)
    return vector("LSTM step", g.build(h, c), seed_runs=6)


def gru_step() -> dict:
    g, n = Cells("gru", (I8, [5]), (I8, [6])), 6
    gates = g.dense(g.add("Concat", 0, 1, axis=0), g.weight(2 * n, 5 + n), 2)
    z, r = (g.table("sigmoid", g.part(gates, k * n, n)) for k in (0, 1))
    fresh = g.total(g.dense(0, g.weight(n, 5), 2), g.product(r, g.dense(1, g.weight(n, n), 2), 15))
    rest = g.add("Sub", g.add("Constant", tensor=(I16, [1], [32_767])), z)
    h = g.halved(1, -8)
    g.total(g.product(rest, g.table("tanh", fresh), 15), g.product(z, h, 15), 8, **I8_RANGE)
    return vector("GRU step", g, seed_runs=6)


def unrolled_lstm() -> dict:
    steps, n = 4, 4
    g = Cells("unrolled", (I8, [steps, 3]))
    weight = g.weight(4 * n, 3 + n)
    h, c = (g.add("Constant", tensor=(dtype, [n], [0] * n)) for dtype in (I8, I16))
    hidden = []
    for t in range(steps):
        x = g.add("Reshape", g.part(0, t, 1, 0, 2, [steps, 3]), shape=[3])
        h, c = g.lstm(x, h, c, weight, n)
        hidden.append(h)
    every = g.add("Reshape", g.add("Concat", *hidden, axis=0), shape=[steps, n])
    return vector("LSTM unrolled over four steps that share their constants", g.build(every, c), seed_runs=4)


class Transformer(Cells):
    """Tokens to logits over caches: a residual stream in i16, rows quantised each by its own maximum."""

    vocabulary, width, heads, inner, cache, tokens, layers = 20, 16, 2, 24, 8, 3, 2

    def __init__(self):
        self.head = self.width // self.heads
        caches = [(I8, [self.heads, self.cache, self.head])] * (2 * self.layers)
        super().__init__("transformer", (I8, [self.tokens]), (I8, [1]), *caches)

    def row_dense(self, value, n, k, times):
        """Dynamic quantisation of a row and its product: i16, at the scale of the operand times the weight's."""
        row = self.add("AbsMaxRow", value)
        weight, bias = self.weight(n, k)
        y = self.add("MatMul", self.add("DynQuantRow", value, row), weight=weight, bias=bias, zero_point=0)
        m = self.rng.many(n, M0, M1)
        return self.add("RescaleRow", y, row, multiplier=self.constant(I32, [n], m),
                        shift=self.constant(I8, [n], [38] * n), row_shift=times, **I16_RANGE)

    def norm(self, value):
        k = self.width
        return self.add("LayerNorm", value, gamma=(I16, [k], self.rng.many(k, 2000, 6000)),
                        beta=(I32, [k], self.rng.many(k, -1 << 19, 1 << 19)), epsilon=10, fraction=10)

    def split(self, value, at):
        """Columns `at` to `at + width` as [heads, tokens, head]."""
        y = self.part(value, at, self.width, 1, 2, [self.tokens, 3 * self.width])
        y = self.add("Reshape", y, shape=[self.tokens, self.heads, self.head])
        return self.add("Transpose", y, perm=[1, 0, 2])

    def attention(self, x, position, positions, caches):
        y = self.row_dense(self.norm(x), 3 * self.width, self.width, 16)
        q, k, v = (self.split(y, self.width * i) for i in range(3))
        cos, sin = (self.share(I16, [self.cache, self.head // 2], t) for t in turns(self.cache, self.head // 2))
        q, k = (self.add("Rope", t, positions, cos=cos, sin=sin, interleaved=False) for t in (q, k))
        q, k, v = (self.halved(t, 8, **I8_RANGE) for t in (q, k, v))
        keys, values = (self.add("KvAppend", c, t, position) for c, t in zip(caches, (k, v)))
        scores = self.add("BatchMatMul", q, keys, zero_points=(0, 0), transposed=True)
        scores = self.add("CausalMask", scores, position, fill=-(1 << 31))
        table = self.share(I16, [256], exponential())
        weights = self.add("Softmax15", scores, table=table, multiplier=M0, shift=36)
        y = self.halved(self.add("BatchMatMul", weights, values, zero_points=(0, 0), transposed=False), 15, **I8_RANGE)
        y = self.add("Reshape", self.add("Transpose", y, perm=[1, 0, 2]), shape=[self.tokens, self.width])
        return self.dense(y, self.weight(self.width, self.width), 4), (keys, values)

    def feed_forward(self, x):
        y = self.table("gelu", self.row_dense(self.norm(x), self.inner, self.width, 16))
        return self.row_dense(y, self.width, self.inner, 10)

    def whole(self):
        position = self.add("Clamp", 1, lo=0, hi=self.cache - self.tokens)
        steps = self.add("Constant", tensor=(I8, [self.tokens], range(self.tokens)))
        positions = self.add("Add", position, steps)
        index = self.add("Clamp", 0, lo=0, hi=self.vocabulary - 1)
        table = self.share(I8, [self.vocabulary, self.width], self.rng.tensor(I8, [self.vocabulary, self.width]))
        x, caches = self.halved(self.add("Embed", index, table=table), -4), []
        for layer in range(self.layers):
            y, new = self.attention(x, position, positions, (2 + 2 * layer, 3 + 2 * layer))
            x = self.total(x, y)
            x = self.total(x, self.feed_forward(x))
            caches += new
        y = self.norm(x)
        y = self.add("DynQuantRow", y, self.add("AbsMaxRow", y))
        bias = self.share(I32, [self.vocabulary], [0] * self.vocabulary)
        logits = self.add("MatMul", y, weight=table, bias=bias, zero_point=0)
        return self.build(logits, self.add("ArgMax", logits, axis=1), *caches)


def transformer() -> dict:
    """Prompts, then what follows on the caches that came out."""
    g = Transformer()
    header, weights = g.whole()
    checked = check(encode(header), weights)
    logits = 4 * g.tokens * (g.vocabulary + 1)  # bytes of the logits and of their ArgMax
    inputs, size = [], 2 * g.layers * g.heads * g.cache * g.head
    for _ in range(2):
        caches = bytes(size)
        for position in (0, 3, 5):
            tokens = g.rng.many(g.tokens, 0, g.vocabulary - 1)
            inputs.append(pack(I8, [*tokens, position]) + caches)
            caches = run(checked, inputs[-1])[logits:]
            assert len(caches) == size
    types = [(p["type"]["dtype"], elements(p["type"]["shape"])) for p in header["inputs"]]
    inputs += [b"".join(pack(d, [bounds(d)[e]] * n) for d, n in types) for e in (0, 1)]
    inputs.append(b"".join(pack(d, g.rng.many(n, *bounds(d))) for d, n in types))
    return vector("transformer of two layers with rotary positions and caches", (header, weights), inputs)


def files() -> dict:
    return {"recurrent": [lstm_step(), gru_step(), unrolled_lstm(), transformer()]}
