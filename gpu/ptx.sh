#!/usr/bin/env bash
# Makes gpu/ptx from gpu/kernels with a pinned compiler; with --check, makes it anew, compares it with what is
# committed, and assembles it for every card that the assembler knows.
#
# The compiler (90 MB, from PyPI) lives in a virtual environment in the cache, outside the checkout, as does an
# assembler of the release before: the last that knows cards older than 7.5.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
nvcc_version=13.0.88 older_version=12.9.86
cache=${ISOCORTEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isocortex}/nvcc-$nvcc_version-$older_version
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
        nvidia-cuda-runtime==13.0.96 nvidia-cuda-nvcc-cu12==$older_version
    touch "$cache/ready"
fi
bin=$(echo "$cache"/lib/python3*/site-packages/nvidia/cu13/bin)
older=$(echo "$cache"/lib/python3*/site-packages/nvidia/cuda_nvcc/bin)

# Card and PTX version to write, and the card to compile for. The version is the oldest that has the card and the
# instructions that the kernels use: a driver from CUDA 10.0 loads 6.3, one from CUDA 11.0 loads 7.0. The compiler
# writes 9.0, which only the newest would load, and for nothing older than 7.5: what it writes for that needs 6.1,
# as the older assembler confirms.
make_ptx() { # card, version, card to compile for, kernel
    local ptx
    ptx=$out/sm_$1/$(basename "$4" .cu).ptx
    "$bin/nvcc" -std=c++17 -O3 -ptx -arch=compute_"$3" -o "$ptx" "$4"
    sed -i "s/^\.version .*/.version $2/; s/^\.target .*/.target sm_$1/" "$ptx"
}
assemble() { # card, file
    local assembler=$bin
    [ "$1" -ge 75 ] || assembler=$older
    "$assembler/ptxas" -arch=sm_"$1" -o /dev/null "$2"
}
export -f make_ptx assemble
export out bin older
side_by_side() { xargs -P "$(nproc)" -L 1 bash -c 'set -euo pipefail; "$@"' bash "$1"; }

mkdir -p "$out/sm_61" "$out/sm_80"
for kernel in "$here"/kernels/*.cu; do
    printf '61 6.3 75 %q\n80 7.0 80 %q\n' "$kernel" "$kernel"
done | side_by_side make_ptx

if $check; then
    diff -ru "$here/ptx" "$out" || { echo "ptx: gpu/ptx is not what gpu/kernels gives; run gpu/ptx.sh" >&2; exit 1; }
    pairs=$(for ptx in "$out"/sm_*/*.ptx; do
        compute=$(basename "$(dirname "$ptx")")
        for card in 61 70 75 80 86 87 88 89 90 100 103 110 120 121; do
            [ "$card" -lt "${compute#sm_}" ] || printf '%s %q\n' "$card" "$ptx"
        done
    done)
    side_by_side assemble <<<"$pairs"
    echo "ptx: as committed; assembled $(wc -l <<<"$pairs") times without an error"
else
    echo "ptx: wrote $(find "$out" -name '*.ptx' | wc -l) files to $out"
fi
