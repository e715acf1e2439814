"""The bulk of the vectors: thousands of seeded random graphs an op, streamed instead of stored.

    python bulk.py stream COUNT [OP ...]   writes records to stdout; exit 1 where digests differ from ../bulk.json
    python bulk.py check COUNT [OP ...]    makes them and compares the digests alone
    python bulk.py digests [OP ...]        writes ../bulk.json: an explicit act
    python bulk.py list                    prints the ops' names

COUNT is the number of valid graphs an op; those that must be refused come along. A record is the op's name, a
question (header, weights, inputs) and an answer, each after its length: u32, little-endian, as all numbers here.
A question is header, weights, the number of inputs, and the inputs, byte strings each after its length. An answer
is one byte 0 where the artifact must be refused; or 1, the number of values, least and greatest element (i32) of
each, the cost (u64: macs, elements, bytes, peak, weights), and an output, after its length, for each input.
"""

import json
import pathlib
import sys
from concurrent.futures import ProcessPoolExecutor

from cases.bulk import BULK
from cases.bulk.frame import Bulk, blob

FILE = pathlib.Path(__file__).parent.parent / "bulk.json"
COUNTS = (100, 10_000)  # a short run and a full one


def digests(op: str) -> tuple[str, dict]:
    bulk, out = Bulk(op, COUNTS[-1]), {}
    for _ in bulk:
        if bulk.valid in COUNTS:
            out.setdefault(str(bulk.valid), bulk.digests())
    return op, out


def agrees(bulk: Bulk, known: dict) -> bool:
    wanted = known.get(bulk.op, {}).get(str(bulk.count))
    if wanted is None:
        print(f"{bulk.op}: no digest of {bulk.count} is kept", file=sys.stderr)
    elif wanted != bulk.digests():
        print(f"{bulk.op}: not what ../bulk.json says of {bulk.count}", file=sys.stderr)
    return wanted in (None, bulk.digests())


def checked(job: tuple) -> bool:
    bulk = Bulk(*job[:2])
    for _ in bulk:
        pass
    print(f"{bulk.op}: {bulk.valid} valid, {bulk.refused} refused", file=sys.stderr)
    return agrees(bulk, job[2])


def stream(bulk: Bulk, known: dict) -> bool:
    for question, answer in bulk:
        sys.stdout.buffer.write(blob(bulk.op.encode()) + blob(question) + blob(answer))
    return agrees(bulk, known)


def main(what: str = "", *rest: str) -> int:
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    if what == "list":
        print("\n".join(sorted(BULK)))
    elif what == "digests":
        with ProcessPoolExecutor() as pool:
            known |= pool.map(digests, rest or BULK)
        lines = ",\n".join(f'"{op}":{json.dumps(known[op], separators=(",", ":"))}' for op in sorted(known))
        FILE.write_text(f"{{\n{lines}\n}}\n")
    elif what == "check":
        with ProcessPoolExecutor() as pool:
            return 0 if all(list(pool.map(checked, [(op, int(rest[0]), known) for op in rest[1:] or BULK]))) else 1
    elif what == "stream":
        return 0 if all([stream(Bulk(op, int(rest[0])), known) for op in rest[1:] or BULK]) else 1
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
