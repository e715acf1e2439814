"""Registered models, checked. Kept by id, which names every byte of them, so that it matters to nobody what is kept."""

from isocortex_ref.check import Checked, check
from isocortex_ref.header import decode

from .frame import chunk_address
from .spec import State, get_account

_kept: dict[bytes, Checked] = {}


def keep(model: bytes, checked: Checked):
    _kept[bytes(model)] = checked


def load(state: State, model: bytes) -> Checked:
    """Without gas and without warming anything: the inference's price covers it."""
    model = bytes(model)
    if model not in _kept:
        header = chunk(state, model)
        keep(model, check(header, b"".join(chunk(state, name) for name in decode(header)["chunks"])))
    return _kept[model]


def chunk(state: State, name: bytes) -> bytes:
    return bytes(get_account(state, chunk_address(name)).code[1:])
