"""What a chain adds to Ethereum: entries of the spec's table of precompiles and of its table of instructions."""

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import inference, opcodes, registry
from .frame import INFERENCE, PACKED, REGISTRY, Frame
from .gas import Prices
from .spec import PRE_COMPILED_CONTRACTS, CouldNotMeasure, Evm, interpreter
from .transcript import Transcript

ETHEREUM = interpreter.Ops, interpreter.op_implementation
LATER = ("bpo1Time", "bpo2Time", "bpo3Time", "bpo4Time", "bpo5Time", "amsterdamTime", "blobSchedule")


@dataclass(frozen=True)
class Inference:
    """`config.isocortex` of the genesis file."""

    time: int
    opcodes: bool
    prices: Prices


@dataclass(frozen=True)
class Rules:
    chain_id: int
    osaka_time: int
    inference: Inference | None

    @classmethod
    def read(cls, config: dict[str, Any]) -> "Rules":
        """Of the genesis file's `config`."""
        for name in LATER:
            if config.get(name) is not None:
                raise CouldNotMeasure(f"config.{name}: this client knows Osaka as it first was, and nothing later")
        if config.get("osakaTime") is None:
            raise CouldNotMeasure("config.osakaTime is not there: this client knows no earlier fork")
        ours = config.get("isocortex")
        inference = ours and Inference(ours["inferenceTime"], ours.get("opcodes", False), Prices.read(ours["gas"]))
        return cls(config["chainId"], config["osakaTime"], inference or None)

    @contextmanager
    def at(self, time: int) -> Iterator[Transcript]:
        """Ethereum's spec with what is live at a time, and the transcript of what runs meanwhile."""
        if time < self.osaka_time:
            raise CouldNotMeasure(f"time {time} is before Osaka, and this client knows no earlier fork")
        transcript = Transcript()
        if self.inference is None or time < self.inference.time:
            yield transcript
            return
        doors = {REGISTRY: registry.run, INFERENCE: inference.run, PACKED: inference.packed}
        PRE_COMPILED_CONTRACTS.update(
            {at: precompile(self.inference.prices, transcript, body) for at, body in doors.items()}
        )
        if self.inference.opcodes:
            interpreter.Ops, interpreter.op_implementation = instructions()
        try:
            yield transcript
        finally:
            for at in doors:
                del PRE_COMPILED_CONTRACTS[at]
            interpreter.Ops, interpreter.op_implementation = ETHEREUM


def precompile(prices: Prices, transcript: Transcript, body):
    def run(evm: Evm):
        frame = Frame(evm, prices, transcript)
        frame.begin()
        evm.output = body(frame)

    return run


def instructions():
    """Ethereum's enumeration of opcodes and table of instructions, with two more."""
    ops, table = ETHEREUM
    ours = {"INFER": opcodes.INFER, "INFERARRAY": opcodes.INFERARRAY}
    more = enum.Enum("Ops", {op.name: op.value for op in ops} | ours)
    whole = {more[op.name]: run for op, run in table.items()}
    return more, whole | {more.INFER: opcodes.infer, more.INFERARRAY: opcodes.infer_array}
