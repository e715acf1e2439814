"""Extracts state roots from Ethereum's execution-spec-tests, for `tests/all/outside.rs`.

    python make_roots.py DIR OUT [LIMIT]     (needs pycryptodome)

DIR holds unpacked blockchain tests (release v5.4.0). OUT has every code once, by its hash, and states
before and after a test's blocks with the roots that the headers carry. With LIMIT, only so many: the smallest of each folder that remove slots or accounts.
"""
import json
import pathlib
import sys

from Crypto.Hash import keccak


CODES = {}


def code_hash(code):
    if code not in CODES:
        CODES[code] = "0x" + keccak.new(digest_bits=256, data=bytes.fromhex(code[2:])).hexdigest()
    return CODES[code]


def account(a):
    return {
        "nonce": int(a["nonce"], 16),
        "balance": a["balance"],
        "code_hash": code_hash(a["code"]),
        "storage": {k: v for k, v in a["storage"].items() if int(v, 16)},
    }


def state(accounts):
    return {address: account(a) for address, a in accounts.items()}


def removes(pre, post):
    gone = [a for a in pre if a not in post]
    slots = [k for a in pre if a in post for k in pre[a]["storage"] if k not in post[a]["storage"]]
    return bool(gone or slots)


def main(folder, out, limit=None):
    found = []
    for path in sorted(pathlib.Path(folder).rglob("*.json")):
        for name, test in json.loads(path.read_text()).items():
            if "postState" not in test or any("blockHeader" not in b for b in test["blocks"]):
                continue
            pre, post = state(test["pre"]), state(test["postState"])
            roots = [b["blockHeader"]["stateRoot"] for b in test["blocks"]]
            found.append({
                "name": name,
                "pre": pre,
                "pre_root": test["genesisBlockHeader"]["stateRoot"],
                "post": post,
                "post_root": roots[-1] if roots else test["genesisBlockHeader"]["stateRoot"],
            })
    if limit:
        found = [t for t in found if removes(t["pre"], t["post"])]
        found.sort(key=lambda t: (len(json.dumps(t)), t["name"]))
        groups = {t["name"].rsplit("/", 1)[0]: t for t in reversed(found)}
        found = list(groups.values())[::-1][: int(limit)]
    used = {a["code_hash"] for t in found for s in ("pre", "post") for a in t[s].values()}
    codes = json.dumps({h: c for c, h in CODES.items() if h in used}, indent=0)
    lines = ",\n".join(json.dumps(t, separators=(",", ":")) for t in found)
    pathlib.Path(out).write_text(f'{{"codes": {codes},\n"states": [\n{lines}\n]}}\n')
    print(f"{len(found)} states before and after", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
