#!/usr/bin/env bash
# Makes data/chain/small.jsonl again: an explicit act, to be explained in the commit. Same bytes every time.
# Transactions come from python/make_chain.py, blocks from the isocortex binary (ISOCORTEX names another one).
#   testvectors/make-chain.sh           write the file
#   testvectors/make-chain.sh --check   write nothing; exit 1 if it would change
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
iso=${ISOCORTEX:-${CARGO_TARGET_DIR:-target}/release/isocortex}
file=testvectors/data/chain/small.jsonl
[ -x "$iso" ] || { echo "make-chain: $iso is not there: run \`make build\`" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$iso" genesis > "$work/dev.json"
scripts/python.sh -B testvectors/python/make_chain.py "$work/dev.json" "$work"
"$iso" init --backend reference --genesis "$work/genesis.json" --data "$work/chain" > /dev/null
"$iso" run --backend reference --data "$work/chain" "$work/transactions.jsonl"
"$iso" export --backend reference --data "$work/chain" --out "$work/small.jsonl" > /dev/null
if [ "${1:-}" = --check ]; then
    cmp "$work/small.jsonl" "$file" && echo "make-chain: $file is what it makes"
else
    mkdir -p "${file%/*}"
    cp "$work/small.jsonl" "$file"
    echo "make-chain: $file, $(wc -c < "$file") bytes, $(sha256sum < "$file" | cut -c1-16)…"
fi
