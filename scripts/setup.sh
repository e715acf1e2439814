#!/usr/bin/env bash
# Installs what the build needs and this machine lacks: a C and C++ compiler, make, pkg-config, and
# libclang with its headers (RocksDB's bindings are generated with it). Says so before it does, and is
# quick and silent when nothing is missing. Rust comes from its own installer, for this user alone.
#
#   scripts/setup.sh        for the build
#   scripts/setup.sh test   for the tests too: Node.js and npm (solc), Python with venv (NumPy), g++, and a Vulkan
#                           driver, of which Mesa's software one will do
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { echo "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# libclang alone is not enough: it also needs its own stddef.h and the like.
have_libclang() {
    [ -z "${LIBCLANG_PATH:-}" ] || return 0
    have clang && return 0
    compgen -G '/usr/lib/llvm-*/lib/clang/*/include/stddef.h' >/dev/null &&
        compgen -G '/usr/lib/*/libclang-*.so*' >/dev/null
}

# Debian and Ubuntu carry the version in the package name; libclang-dev depends on the usual one.
libclang_packages() {
    local version
    version=$(apt-cache depends libclang-dev 2>/dev/null | sed -n 's/.*Depends: libclang-\([0-9]*\)-dev.*/\1/p' | head -n 1)
    if [ -n "$version" ]; then echo "libclang1-$version libclang-common-$version-dev"; else echo libclang-dev; fi
}

# Rust, by its own installer: distributions carry older ones. The Makefile looks for it where rustup puts it.
need=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
rust_is_new_enough() {
    local got
    have cargo && have rustc || return 1
    got=$(rustc --version | awk '{ print $2 }')
    [ "$(printf '%s\n' "$need" "${got%%-*}" | sort -V | head -n 1)" = "$need" ]
}

# The loader, and a driver that it is told of.
have_vulkan() {
    { compgen -G '/usr/lib/*/libvulkan.so.1' || compgen -G '/usr/lib*/libvulkan.so.1'; } >/dev/null || return 1
    compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null || compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null
}

missing=()
rust_is_new_enough || have rustup || have curl || missing+=(curl)
for tool in cc c++ make pkg-config; do have "$tool" || missing+=("$tool"); done
have_libclang || missing+=(libclang)
if [ "${1:-}" = test ]; then
    for tool in node npm python3; do have "$tool" || missing+=("$tool"); done
    ! have python3 || python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    have_vulkan || missing+=(vulkan)
fi

if [ ${#missing[@]} -gt 0 ]; then
    say "missing: ${missing[*]}"
    if ! have apt-get; then
        say "this is no Debian or Ubuntu: please install these with your system's package manager"
        say "(for libclang usually a package called clang or llvm; LIBCLANG_PATH may name its folder)"
        exit 1
    fi
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || { say "neither root nor sudo: please install them yourself"; exit 1; }
        as_root=(sudo)
    fi
    # The list may be empty on a fresh image, and then the version of libclang is not known yet.
    if ! apt-cache show libclang-dev >/dev/null 2>&1; then
        say "running ${as_root[*]:+${as_root[*]} }apt-get update"
        "${as_root[@]}" apt-get update -qq
    fi
    packages=()
    for tool in "${missing[@]}"; do
        case $tool in
            cc) packages+=(gcc libc6-dev) ;;
            c++) packages+=(g++) ;;
            curl) packages+=(curl ca-certificates) ;;
            node) packages+=(nodejs) ;;
            python3) packages+=(python3 python3-venv) ;;
            vulkan) packages+=(libvulkan1 mesa-vulkan-drivers) ;;
            libclang) read -ra names <<<"$(libclang_packages)"; packages+=("${names[@]}") ;;
            *) packages+=("$tool") ;;
        esac
    done
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}")
    say "running ${install[*]}"
    if ! "${install[@]}" >&2; then
        say "that failed; once more after apt-get update, for the list may be old"
        "${as_root[@]}" apt-get update -qq
        "${install[@]}" >&2
    fi
fi

if ! rust_is_new_enough; then
    found=$(rustc --version 2>/dev/null || echo none)
    say "Rust $need or newer is needed; found: $found"
    if [ -n "${ISOCORTEX_NO_RUSTUP:-}" ]; then
        say "ISOCORTEX_NO_RUSTUP is set: please install it yourself, see https://rustup.rs"
        exit 1
    elif have rustup; then
        say "running rustup update stable"
        rustup update stable >&2
    else
        say "installing it with https://sh.rustup.rs for this user alone (ISOCORTEX_NO_RUSTUP=1 keeps it away)"
        # An older Rust of the system's may stay where it is: rustup's comes first in the path.
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
            RUSTUP_INIT_SKIP_PATH_CHECK=yes sh -s -- -y --profile minimal --component rustfmt,clippy >&2
    fi
    hash -r
    rust_is_new_enough || { say "that gave $(rustc --version 2>/dev/null || echo no Rust); Rust $need is needed"; exit 1; }
fi
