#!/usr/bin/env bash
# Executes chains with the second client, Ethereum's Python execution spec with our precompiles in Python: the demo's
# (made here, in its short form unless ARGUMENTS say otherwise) and those among the vectors.
# Exit status: 0 all equal; 1 something differs; 2 something could not be measured.
#   scripts/second-client.sh [ARGUMENTS OF isocortex demo]     scripts/second-client.sh --file CHAIN.jsonl...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=$(REQUIREMENTS=testvectors/python/client/requirements.txt scripts/python.sh --which) || {
    echo "NOT MEASURED: no Python 3.11 with ethereum-execution" >&2
    exit 2
}
if [ "${1:-}" = --file ]; then
    files=()
    for file in "${@:2}"; do files+=("$(realpath "$file")"); done
else
    iso=${ISOCORTEX:-${CARGO_TARGET_DIR:-target}/release/isocortex}
    [ -x "$iso" ] || { echo "NOT MEASURED: $iso is not there: run \`make build\`" >&2; exit 2; }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    [ $# -gt 0 ] || set -- --quick
    "$iso" demo --dir "$work/demo" "$@" >"$work/log" || { cat "$work/log"; echo "NOT MEASURED: the demo failed" >&2; exit 2; }
    "$iso" export --data "$work/demo/chain" --out "$work/demo.jsonl" >/dev/null || exit 2
    files=("$work/demo.jsonl" "$PWD"/testvectors/data/chain/*.jsonl)
fi
cd testvectors/python
"$python" -B -m client "${files[@]}"
