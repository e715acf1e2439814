"""Can this comparison fail? One rule at a time is changed in this client, and a chain must differ for it.

    python -m unittest client.mutations
"""

import io
import json
import pathlib
import unittest
from contextlib import redirect_stdout
from dataclasses import fields
from unittest import mock

from isocortex_ref import abi
from isocortex_ref.ops import rescaling

from . import __main__, export, frame, gas, inference, models, opcodes, record, registry, transcript
from .gas import Prices
from .spec import Uint

CHAIN = pathlib.Path(__file__).resolve().parents[2] / "data" / "chain" / "calls.jsonl"
LINES = list(export.lines(CHAIN))


def differs(changed: dict | None = None) -> bool:
    """Whether the chain differs, with other prices in its genesis file."""
    def lines(_):
        for kind, content in LINES:
            content = json.loads(json.dumps(content))
            if kind == "genesis":
                content["file"]["config"]["isocortex"]["gas"] |= changed or {}
            yield kind, content

    models._kept.clear()
    with mock.patch.object(export, "lines", lines), redirect_stdout(io.StringIO()):
        return not __main__.run(CHAIN)


class Mutations(unittest.TestCase):
    def test_none(self):
        self.assertFalse(differs())

    def test_each_price(self):
        held = LINES[0][1]["file"]["config"]["isocortex"]["gas"]
        for name in (field.name for field in fields(Prices)):
            with self.subTest(price=name):
                self.assertTrue(differs({name: held[name] + 1}))

    def test_each_rule(self):
        for name, where, what, to in RULES:
            with self.subTest(rule=name), mock.patch.object(where, what, to):
                self.assertTrue(differs())


def add_unless_nested(self, evm, *entry):
    if evm.message.depth <= Uint(1):
        Transcript_add(self, evm, *entry)


def begin_without(signature: str):
    def begin(self):
        def revert(self, name, *arguments):
            return None if name == signature else Frame_revert(self, name, *arguments)

        with mock.patch.object(frame.Frame, "revert", revert):
            Frame_begin(self)

    return begin


def warm(self, address):
    self.evm.accessed_addresses.add(address)
    return Frame_account(self, address)


def put_without_balance(self, name, data):
    frame.set_account(self.state, frame.chunk_address(name), frame.Account(Uint(1), frame.U256(0), b"\0" + data))


Transcript_add, Frame_begin, Frame_revert = transcript.Transcript.add, frame.Frame.begin, frame.Frame.revert
Frame_account = frame.Frame.account
WRITING = {selector: (kinds, False, body) for selector, (kinds, _, body) in registry.METHODS.items()}
RULES = (  # name, where, what, changed into
    ("royalty: all of it", inference, "royalty", lambda gas, n, fee: gas * n * fee),
    ("royalty: rounded up", inference, "royalty", lambda gas, n, fee: -(-gas * n * fee * 4 // 5)),
    ("royalty: once a batch", inference, "royalty", lambda gas, n, fee: gas * fee * 4 // 5),
    ("price: rounded down", gas, "ceil", lambda dividend, divisor: dividend // divisor),
    ("rescale: halves down", rescaling, "q31s", lambda v, m, s: (v * m + (1 << (s - 1)) - 1) >> s),
    ("rescale: no rounding", rescaling, "q31s", lambda v, m, s: (v * m) >> s),
    ("accounts are warm", frame.Frame, "account", warm),
    ("a chunk's balance is lost", frame.Frame, "put", put_without_balance),
    ("record: slots' order", record, "LAYOUT", record.LAYOUT[:2] + record.LAYOUT[3:1:-1] + record.LAYOUT[4:]),
    ("registry: another mapping", record, "slot", lambda model, i: abi.word(int.from_bytes(model, "big") // 2 + i)),
    ("delegatecall is served", frame.Frame, "begin", begin_without("DelegateCall()")),
    ("value is taken", frame.Frame, "begin", begin_without("NonPayable()")),
    ("static frames may write", registry, "METHODS", WRITING),
    ("RESET is SLOAD's", registry, "RESET", 2_100),
    ("INFER: the input costs nothing", opcodes, "GAS_COPY", Uint(0)),
    ("INFERARRAY: cold is warm", opcodes, "GAS_COLD_SLOAD", Uint(100)),
    ("INFERARRAY: the longest value", opcodes, "LONGEST", 2**21),
    ("transcript: frames below the second", transcript.Transcript, "add", add_unless_nested),
    ("transcript: type of the request", transcript, "REQUEST_TYPE", b"\xc1"),
)
