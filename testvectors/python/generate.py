"""Makes the vectors in testvectors/data from this package, or checks the files against it.

    python generate.py           writes the files
    python generate.py --check   writes nothing; exit 1 names every file that would change
"""

import argparse
import json
import pathlib
import sys

from cases import (  # noqa: F401
    arithmetic, conv, conv_transpose, copying, indexing, invalid, linear, lookups, models, moving, pools, precompiles,
    recurrent, reductions, rescaling_rows, resizing, rows, scaling, sequences, single, trees, unary)
from cases.build import NAMED

DATA = pathlib.Path(__file__).parent.parent / "data"


def files() -> dict:
    """Every file's path below `data`, and its text."""
    out = {f"ops/{name}.json": text("models", cases()) for name, cases in sorted(NAMED.items())}
    networks = models.files() | recurrent.files()
    out |= {f"models/{name}.json": text("models", cases) for name, cases in networks.items()}
    out |= {f"invalid/{name}.json": text("invalid", cases) for name, cases in invalid.files().items()}
    return out | {"precompiles/calls.json": text("precompiles", precompiles.all_cases())}


def text(kind: str, cases: list) -> str:
    """One case a line, so that a changed case is one line of a diff."""
    names = [case["name"] for case in cases]
    assert len(names) == len(set(names)), "two cases of one name"
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    return f'{{"kind":"{kind}","cases":[\n{lines}\n]}}\n'


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="compare only")
    check = arguments.parse_args().check
    made, changed = files(), []
    for name, content in made.items():
        path = DATA / name
        if not path.exists() or path.read_text() != content:
            changed.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
    for folder in ("ops", "models", "invalid", "precompiles"):
        stray = {f"{folder}/{p.name}" for p in (DATA / folder).glob("*.json")} - made.keys()
        changed += [f"{name} (made by nothing)" for name in sorted(stray)]
    total = sum(content.count('{"name"') for content in made.values())
    print(f"{len(made)} files, {total} cases, {sum(map(len, made.values()))} bytes; {len(changed)} changed")
    for name in changed:
        print(f"  {name}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
