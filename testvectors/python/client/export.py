"""The file that `isocortex export` writes: JSON values, one a line: genesis, blocks in order, end."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any


def lines(path: pathlib.Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's kind and content; ValueError for what is no whole export."""
    due = "genesis"
    with path.open() as file:
        for text in file:
            (kind, record), = json.loads(text).items()
            if kind != due and not (due == "block" and kind == "end"):
                raise ValueError(f"{path}: {kind} where {due} is due")
            due = {"genesis": "block", "block": "block", "end": "nothing"}[kind]
            yield kind, record
    if due != "nothing":
        raise ValueError(f"{path}: cut short, the end is missing")
