#!/usr/bin/env bash
# Builds what a machine with an NVIDIA card and without Rust needs for `make gpu-test` and `make gpu-bench`, into the
# ignored folder gpu-kit/: carry it there inside the checkout.
#
#   scripts/gpu-kit.sh            make the kit
#   scripts/gpu-kit.sh --tools    print the folder of the two programs: built by cargo where there is one, else the kit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kit=gpu-kit
programs=(isocortex-gpu-check isocortex-gpu-bench)

# What the programs are made of: a kit of other sources would measure something else.
sources() {
    find Cargo.lock gpu inference model testvectors precompiles -type f \
        \( -name '*.rs' -o -name '*.toml' -o -name '*.lock' -o -name '*.ptx' \) -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

build() {
    cargo build --quiet --release --locked --package isocortex-gpu-tools --bins
    built=${CARGO_TARGET_DIR:-target}/release
}

if [ "${1:-}" = --tools ]; then
    if command -v cargo >/dev/null 2>&1; then
        build
        echo "$built"
    elif [ ! -e "$kit/sources" ]; then
        echo "gpu-kit: neither cargo nor $kit/: run make gpu-kit where Rust is, and carry that folder here" >&2
        exit 1
    elif [ "$(cat "$kit/sources")" != "$(sources)" ]; then
        echo "gpu-kit: $kit/ was made from other sources: run make gpu-kit again" >&2
        exit 1
    else
        echo "$kit"
    fi
    exit
fi

build
mkdir -p "$kit"
for program in "${programs[@]}"; do
    strip -o "$kit/$program" "$built/$program"
    echo "$kit/$program: $(($(stat -c %s "$kit/$program") >> 20)) MiB," \
        "libraries: $(objdump -p "$kit/$program" | awk '/NEEDED/ { print $2 }' | paste -sd ' ')," \
        "needs $(objdump -T "$kit/$program" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1) or newer"
done
sources >"$kit/sources"
