"""The one exception of this package: an artifact that the page refuses."""


class Fault(Exception):
    """`kind` is one of `KINDS`; `detail` is for people."""

    def __init__(self, kind: str, detail: str = ""):
        assert kind in KINDS, kind
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind


KINDS = (
    "truncated",        # the header ends inside a field
    "trailing bytes",   # bytes after the header's last field
    "encoding",         # not the one Borsh form: an Option, bool, mode or relation that is none, text that is not UTF-8
    "bad magic",
    "unknown op set",
    "unknown op",
    "unknown dtype",
    "limit",            # a row of section 6
    "operand",          # not earlier than its node (cyclic), or the wrong number of operands
    "output",           # names no value
    "constant",         # names no constant
    "constant unused",
    "dtype",            # an op was given a type that it does not take
    "shape",            # an op was given a shape that it does not take, a shape is empty, or trees are none
    "attribute",        # outside the range that the op gives for it
    "overflow",         # an op's condition fails
    "quant",            # section 3
    "weights length",
    "weights hash",
)
