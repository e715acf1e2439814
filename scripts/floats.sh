#!/usr/bin/env bash
# Floats live in `convert` alone. Clippy's float_arithmetic sees arithmetic; this sees the types, so that no
# float is parsed, stored or compared either. A line that needs one says why: `float: <why>`, in it or above it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=$(find model/src inference/src precompiles/src vm/src state/src consensus/src gpu/src gpu/tools/src node/src testvectors/src -name '*.rs' \
    -exec awk '
        /(^|[^A-Za-z0-9_])f(32|64)([^A-Za-z0-9_]|$)/ && !/^[[:space:]]*\/\// && !/float: / && before !~ /float: / { print FILENAME ":" FNR ":" $0 }
        { before = $0 }' {} +)
if [ -n "$found" ]; then
    printf 'floats outside convert (say why on the line with "float: ...", or remove them):\n%s\n' "$found" >&2
    exit 1
fi
# What a GPU runs: the instructions themselves.
if found=$(grep -rlE '\.(f16|bf16|tf32|f32|f64)' gpu/ptx); then
    printf 'floats in kernels:\n%s\n' "$found" >&2
    exit 1
fi
