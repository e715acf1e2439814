#!/usr/bin/env bash
# Makes gpu/ptx from gpu/kernels with a pinned compiler; with --check, makes it anew, compares it with what is
# committed, and assembles it for every generation of cards.
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

# For each target the PTX version to write, and the card to compile for. The version is the oldest that has the card and
# the instructions that the kernels use: a driver from CUDA 10.0 loads 6.3, from CUDA 11.0 7.0, from CUDA 12.0 8.0. The
# compiler writes 9.0, which only the newest would load, and for nothing older than 7.5: what it writes for that needs
# 6.1, as the older assembler confirms.
make_ptx() { # folder, target, kernel
    local version compute ptx=$1/$2/$3.ptx
    case $2 in
        sm_61) version=6.3 compute=75 ;;
        sm_80) version=7.0 compute=80 ;;
        sm_90a) version=8.0 compute=90a ;;
    esac
    "$bin/nvcc" -std=c++17 -O3 -ptx -arch=compute_$compute -o "$ptx" "$here/kernels/$3.cu"
    sed -i "s/^\.version .*/.version $version/; s/^\.target .*/.target $2/" "$ptx"
}
assemble() { # card, file
    local said assembler=$bin strict=()
    [ "$1" != 90a ] || strict=(--warn-on-spills --warn-on-local-memory-usage)
    case $1 in 6*|70) assembler=$older ;; esac
    # Whatever it says is an error: it says, as information, where it makes products of wgmma wait for each other.
    said=$("$assembler/ptxas" -arch=sm_"$1" "${strict[@]}" -o /dev/null "$2" 2>&1) && [ -z "$said" ] ||
        { echo "ptx: $2 on sm_$1: $said" >&2; return 1; }
}
export -f make_ptx assemble
export here bin older
side_by_side() { xargs -P "$(nproc)" -L 1 bash -c 'set -euo pipefail; "$@"' bash "$@"; }

# A kernel and its targets a line, as src/kernel.rs lists them.
kernels=$(sed -nE 's/^ *\w+ "(\w+)" [0-9]+ [0-9]+ \[(.*)\],$/\1 \2/p' "$here/src/kernel.rs")
rm -rf "$out"/sm_*
mkdir -p "$out"/sm_{61,80,90a}
while read -r kernel targets; do
    for target in $targets; do echo "$target $kernel"; done
done <<<"$kernels" | side_by_side make_ptx "$out"

# A PTX is assembled once for each of these that loads it: one card a major version, whose machine code the others of
# that version run, and both that are before and after a change of assembler.
assembled=(61 70 75 80 90 90a 100 110 120)
if $check; then
    diff -ru "$here/ptx" "$out" || { echo "ptx: gpu/ptx is not what gpu/kernels gives; run gpu/ptx.sh" >&2; exit 1; }
    # One that has PTX for 6.1 alone would be the same for 8.0.
    mkdir -p "$out/same/sm_80"
    { grep ' sm_61$' <<<"$kernels" || true; } | sed -E 's/(.*) .*/sm_80 \1/' | side_by_side make_ptx "$out/same"
    for ptx in "$out"/same/sm_80/*.ptx; do
        diff -q <(grep -v '^\.[tv]' "$ptx") <(grep -v '^\.[tv]' "$out/sm_61/${ptx##*/}") >/dev/null ||
            { echo "ptx: ${ptx##*/} differs for sm_80, which src/kernel.rs does not say" >&2; exit 1; }
    done
    pairs=$(while read -r kernel targets; do
        for card in "${assembled[@]}"; do
            loaded=
            for target in $targets; do
                case $card,$target in
                    90a,sm_90a) loaded=$target ;;
                    90a,* | *,sm_90a) ;;  # what is for 9.0 alone, and nothing else there, for it is what 9.0 loads
                    *) [ "$card" -lt "${target#sm_}" ] || loaded=$target ;;
                esac
            done
            [ -z "$loaded" ] || printf '%s %q\n' "$card" "$out/$loaded/$kernel.ptx"
        done
    done <<<"$kernels")
    side_by_side assemble <<<"$pairs"
    echo "ptx: as committed; assembled $(wc -l <<<"$pairs") times without an error"
else
    echo "ptx: wrote $(find "$out" -name '*.ptx' | wc -l) files to $out"
fi
