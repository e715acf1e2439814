#!/usr/bin/env bash
# Times the kernels on this machine's NVIDIA card beside cuBLASLt and PyTorch, where they are, in one run.
#   scripts/gpu-bench.sh [ARGUMENTS OF gpu/tools/bench/bench.py, --help shows them]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=$(scripts/gpu-kit.sh --tools)
# $PYTHON, or a python3 that has PyTorch, or any.
python=${PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

peer=()
if command -v nvcc >/dev/null 2>&1; then
    # Of the toolkit, or of Python's packages: those have no unversioned library.
    packages=$("$python" -c 'import importlib.util as u; s = u.find_spec("nvidia"); print(*(s.submodule_search_locations if s else []))' 2>/dev/null || true)
    library=-lcublasLt flags=()
    for folder in $packages; do
        for found in "$folder"/cu*/lib/libcublasLt.so.* "$folder"/cublas/lib/libcublasLt.so.*; do
            [ -e "$found" ] || continue
            flags=(-I"${found%/lib/*}/include" -L"${found%/*}" -Xlinker -rpath -Xlinker "${found%/*}")
            library=-l:${found##*/}
        done
    done
    source=gpu/tools/bench/cublaslt.cpp
    build=(nvcc -O2 -std=c++17 -o "$scratch/cublaslt" "$source")
    if "${build[@]}" -lcublasLt >"$scratch/log" 2>&1 ||
        "${build[@]}" "${flags[@]}" "$library" >"$scratch/log" 2>&1; then
        peer=(--cublaslt "$scratch/cublaslt")
    else
        echo "not measured: cuBLASLt: $(grep -m 1 -i error "$scratch/log" || tail -n 1 "$scratch/log")"
    fi
else
    echo "not measured: cuBLASLt: nvcc is missing"
fi
"$python" -B gpu/tools/bench/bench.py --ours "$tools/isocortex-gpu-bench" "${peer[@]}" "$@"
