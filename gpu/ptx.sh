#!/usr/bin/env bash
# Makes gpu/ptx from gpu/kernels with a pinned compiler; with --check, makes it anew, compares it with what is
# committed, and assembles it for every card that the assembler knows.
#
# The compiler (90 MB, from PyPI) lives in a virtual environment in the cache, outside the checkout.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nvcc_version=13.0.88
cache=${ISOCORTEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isocortex}/nvcc-$nvcc_version
out=$here/ptx
check=false
case ${1:-} in
    "") ;;
    --check) check=true; out=$(mktemp -d); trap 'rm -rf "$out"' EXIT ;;
    *) echo "usage: gpu/ptx.sh [--check]" >&2; exit 2 ;;
esac

if [ ! -e "$cache/ready" ]; then
    echo "ptx: installing nvcc $nvcc_version from PyPI into $cache"
    rm -rf "$cache"
    python3 -m venv "$cache"
    "$cache/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        nvidia-cuda-nvcc==$nvcc_version nvidia-nvvm==$nvcc_version nvidia-cuda-crt==$nvcc_version \
        nvidia-cuda-runtime==13.0.96
    touch "$cache/ready"
fi
bin=$(echo "$cache"/lib/python3*/site-packages/nvidia/cu13/bin)

# Oldest card, and the oldest PTX version that has it and the instructions that the kernels use: a driver from
# CUDA 10.0 loads 6.3, one from CUDA 11.0 loads 7.0. The compiler writes 9.0, which only the newest would load.
for target in "75 6.3" "80 7.0"; do
    read -r compute version <<<"$target"
    mkdir -p "$out/sm_$compute"
    for kernel in "$here"/kernels/*.cu; do
        ptx=$out/sm_$compute/$(basename "$kernel" .cu).ptx
        "$bin/nvcc" -std=c++17 -O3 -ptx -arch=compute_"$compute" -o "$ptx" "$kernel"
        sed -i "s/^\.version .*/.version $version/" "$ptx"
    done
done

if $check; then
    diff -ru "$here/ptx" "$out" || { echo "ptx: gpu/ptx is not what gpu/kernels gives; run gpu/ptx.sh" >&2; exit 1; }
    count=0
    for ptx in "$out"/sm_*/*.ptx; do
        compute=$(basename "$(dirname "$ptx")")
        for card in 75 80 86 87 88 89 90 100 103 110 120 121; do
            [ "$card" -ge "${compute#sm_}" ] || continue
            "$bin/ptxas" -arch=sm_$card -o /dev/null "$ptx"
            count=$((count + 1))
        done
    done
    echo "ptx: as committed; assembled $count times without an error"
else
    echo "ptx: wrote $(find "$out" -name '*.ptx' | wc -l) files to $out"
fi
