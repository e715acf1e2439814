#!/usr/bin/env bash
# Runs every test of the workspace and ends with one line that counts them.
#
# A check that could not run prints "not measured" and is listed again before the last line; with CI=true the
# tests make that a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh test
eval "$(scripts/rocksdb.sh)"
if [ "${CI:-}" = true ]; then export ISOCORTEX_REQUIRE_PYTHON=1; fi
PYTHON=$(scripts/python.sh --which || command -v python3)
export PYTHON
# The second client needs Python 3.11 and Ethereum's execution spec.
SECOND_CLIENT_PYTHON=$(REQUIREMENTS=testvectors/python/client/requirements.txt scripts/python.sh --which || command -v python3)
export SECOND_CLIENT_PYTHON
# The Solidity compiler of package-lock.json; the tests compile the contracts again and compare.
if [ ! -d precompiles/solidity/node_modules/solc ]; then
    npm ci --silent --no-audit --no-fund --prefix precompiles/solidity || echo "test: no solc (npm ci failed)" >&2
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
cargo test --release --locked --workspace --no-fail-fast 2>&1 | tee "$log" || status=$?
grep -i 'not measured' "$log" | sort -u || true
awk '/^test result:/ { p += $4; f += $6; s += $8 } END { printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$log"
exit "$status"
