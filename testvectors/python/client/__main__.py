"""Executes exported chains with Ethereum's Python execution spec and our precompiles in Python.

    python -m client FILE.jsonl...     exit 0 all equal, 1 something differs, 2 could not be measured
"""

import importlib.metadata
import pathlib
import sys
import time

try:
    from . import export, genesis
    from .execute import execute, show
    from .rules import Rules
    from .spec import VERSION, CouldNotMeasure, keccak256, rlp
except ImportError as error:
    print(f"NOT MEASURED: {error}", file=sys.stderr)
    sys.exit(2)


def run(path: pathlib.Path) -> bool:
    """Whether everything is equal. Stops at the first block that differs: what follows builds on it."""
    started, blocks, inferences = time.monotonic(), 0, 0
    for kind, record in export.lines(path):
        differences = []
        if kind == "genesis":
            rules, chain = Rules.read(record["file"]["config"]), genesis.chain(record["file"])
            head = chain.blocks[0].header
            for what, theirs, ours in (
                ("hash", record["hash"], keccak256(rlp.encode(head))),
                ("state root", record["stateRoot"], head.state_root),
            ):
                if genesis.unhex(theirs) != ours:
                    differences.append(f"genesis {what}: the file says {theirs}, derived here is {show(ours)}")
            print(f"{path}\ngenesis: state root 0x{head.state_root.hex()} {'DIFFERENT' if differences else 'equal'}")
        elif kind == "block":
            done = execute(chain, rules, record)
            differences, header = done.differences, done.block.header
            root = "equal" if done.state_root == header.state_root else "DIFFERENT"
            print(
                f"block {int(header.number)}: {len(done.block.transactions)} txs, {int(header.gas_used)} gas, "
                f"{done.inferences} inferences, state root 0x{header.state_root.hex()} {root}", flush=True
            )
            blocks, inferences = blocks + 1, inferences + done.inferences
        else:
            head = chain.blocks[-1].header
            if (record["number"], genesis.unhex(record["hash"])) != (int(head.number), keccak256(rlp.encode(head))):
                differences.append("the end names another block")
        if differences:
            print("\n".join(f"  DIFFERS  {text}" for text in differences))
            print(f"DIFFERS: after {blocks} blocks")
            return False
    seconds = time.monotonic() - started
    print(f"EQUAL: {blocks} blocks and their {inferences} inferences, by ethereum-execution {VERSION}, {seconds:.1f} s")
    return True


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = importlib.metadata.version("ethereum-execution")
        if found != VERSION:
            raise CouldNotMeasure(f"ethereum-execution {found} is installed, this client is for {VERSION}")
        return 0 if all([run(pathlib.Path(path)) for path in paths]) else 1
    # A file that is no export, or a fault of this client: neither says anything of the blocks.
    except Exception as error:
        print(f"NOT MEASURED: {type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
