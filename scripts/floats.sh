#!/usr/bin/env bash
# Floats live in `convert` alone. Clippy's float_arithmetic sees arithmetic; this sees the types, so that no
# float is parsed, stored or compared either. Lines that show figures to people say so: `float: <why>`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=$(grep -nE '\bf(32|64)\b' -r --include='*.rs' model/src inference/src precompiles/src vm/src state/src consensus/src gpu/src node/src testvectors/src |
    grep -vE '^[^:]+:[0-9]+:\s*//|float: ' || true)
if [ -n "$found" ]; then
    printf 'floats outside convert (say why on the line with "float: ...", or remove them):\n%s\n' "$found" >&2
    exit 1
fi
