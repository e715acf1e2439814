#!/usr/bin/env bash
# Executes chains with the second client, Ethereum's Python execution spec with our precompiles in Python: the demo's
# (made here, in its short form unless ARGUMENTS say otherwise) and those among the vectors.
# Exit status: 0 all equal; 1 something differs; 2 something could not be measured.
#   scripts/second-client.sh [ARGUMENTS OF isocortex demo]
#   scripts/second-client.sh --file CHAIN.jsonl...      any exports
#   scripts/second-client.sh --random SEED...           chains of random calls
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unmeasured() { echo "NOT MEASURED: $*" >&2; exit 2; }
python=$(REQUIREMENTS=testvectors/python/client/requirements.txt scripts/python.sh --which) ||
    unmeasured "no Python 3.11 with ethereum-execution"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
iso=${ISOCORTEX:-${CARGO_TARGET_DIR:-target}/release/isocortex}
[ "${1:-}" = --file ] || [ -x "$iso" ] || unmeasured "$iso is not there: run \`make build\`"
files=()
case ${1:-} in
    --file)
        for file in "${@:2}"; do files+=("$(realpath "$file")"); done
        ;;
    --random)
        for seed in "${@:2}"; do
            testvectors/make-chain.sh --into "$work" "random-$seed" >"$work/log" || unmeasured "seed $seed made no chain"
            files+=("$work/random-$seed.jsonl")
        done
        ;;
    *)
        [ $# -gt 0 ] || set -- --quick
        "$iso" demo --dir "$work/demo" "$@" >"$work/log" || unmeasured "the demo failed"
        "$iso" export --data "$work/demo/chain" --out "$work/demo.jsonl" >/dev/null || unmeasured "no export"
        files=("$work/demo.jsonl" "$PWD"/testvectors/data/chain/*.jsonl)
        ;;
esac
cd testvectors/python
"$python" -B -m client "${files[@]}"
