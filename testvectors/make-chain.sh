#!/usr/bin/env bash
# Makes data/chain/*.jsonl again: an explicit act, to be explained in the commit. Same bytes every time.
# Transactions come from python/make_chain.py, blocks from the isocortex binary (ISOCORTEX names another one).
#   testvectors/make-chain.sh                        write the files
#   testvectors/make-chain.sh --check                write nothing; exit 1 if one would change
#   testvectors/make-chain.sh --into FOLDER NAME     write FOLDER/NAME.jsonl; NAME may be random-SEED
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
iso=${ISOCORTEX:-${CARGO_TARGET_DIR:-target}/release/isocortex}
[ -x "$iso" ] || { echo "make-chain: $iso is not there: run \`make build\`" >&2; exit 2; }
folder=testvectors/data/chain names=(small calls)
if [ "${1:-}" = --into ]; then folder=$2 names=("$3"); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$iso" genesis > "$work/dev.json"
status=0
for name in "${names[@]}"; do
    file=$folder/$name.jsonl made=$work/$name
    mkdir "$made"
    scripts/python.sh -B testvectors/python/make_chain.py "$name" "$work/dev.json" "$made"
    "$iso" init --backend reference --genesis "$made/genesis.json" --data "$made/chain" > /dev/null
    "$iso" run --backend reference --data "$made/chain" "$made/transactions.jsonl"
    "$iso" export --backend reference --data "$made/chain" --out "$made/export.jsonl" > /dev/null
    if [ "${1:-}" = --check ]; then
        if cmp "$made/export.jsonl" "$file"; then echo "make-chain: $file is what it makes"; else status=1; fi
    else
        mkdir -p "$folder"
        cp "$made/export.jsonl" "$file"
        echo "make-chain: $file, $(wc -c < "$file") bytes, $(sha256sum < "$file" | cut -c1-16)…"
    fi
done
exit "$status"
