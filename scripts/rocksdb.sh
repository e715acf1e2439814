#!/usr/bin/env bash
# Builds RocksDB's C++ once and keeps the library outside the checkout, so that a fresh clone, a
# `cargo clean` or a second checkout never pays for it again (some half an hour of processor time).
#
#   eval "$(scripts/rocksdb.sh)"     # then any cargo command links the kept library
#
# Progress goes to stderr; stdout holds only the lines to evaluate.
# ISOCORTEX_CACHE  where to keep it (default: $XDG_CACHE_HOME/isocortex or ~/.cache/isocortex)
# JOBS             how many compilers run at once (default: all processors)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${ISOCORTEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isocortex}
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}

say() { echo "rocksdb: $*" >&2; }
fail() { say "$*"; exit 1; }
answer() { printf 'export ROCKSDB_LIB_DIR=%q ROCKSDB_STATIC=1\n' "$1"; exit 0; }

# A library that the caller chose is used as it is; one from our own cache may be of another version.
if [ -n "${ROCKSDB_LIB_DIR:-}" ] && [ "${ROCKSDB_LIB_DIR#"$cache"/}" = "$ROCKSDB_LIB_DIR" ]; then
    [ -e "$ROCKSDB_LIB_DIR/librocksdb.a" ] || fail "ROCKSDB_LIB_DIR=$ROCKSDB_LIB_DIR holds no librocksdb.a"
    answer "$ROCKSDB_LIB_DIR"
fi

version=$(awk '/^name = "librocksdb-sys"$/ { getline; gsub(/version = |"/, ""); print }' "$root/Cargo.lock")
[ -n "$version" ] || fail "no librocksdb-sys in $root/Cargo.lock"
command -v rustc >/dev/null || fail "rustc is missing; run scripts/setup.sh"
target=$(rustc -vV | awk '/^host:/ { print $2 }')
home=$cache/rocksdb-$version/$target
mkdir -p "$home"
# "$home/lib" appears by a rename when the archive is whole, so its presence is the whole check.
[ -e "$home/lib/librocksdb.a" ] && answer "$home/lib"

exec 9>"$home/lock"
if command -v flock >/dev/null; then
    flock -n 9 || { say "another build is running; waiting for it"; flock 9; }
    [ -e "$home/lib/librocksdb.a" ] && answer "$home/lib"
    rm -rf "$home"/build.* # left by builds that were killed: we hold the lock
fi

build=$(mktemp -d "$home/build.XXXXXX")
log=$home/build.log
cargo=
stop() { [ -z "$cargo" ] || kill "$cargo" 2>/dev/null || true; rm -rf "$build"; }
trap stop EXIT
trap 'exit 130' INT TERM HUP

# A project with nothing but RocksDB in it, at the versions of this checkout's Cargo.lock.
mkdir "$build/src" "$build/target"
: >"$build/src/lib.rs"
cp "$root/Cargo.lock" "$build/Cargo.lock"
cat >"$build/Cargo.toml" <<TOML
[package]
name = "rocksdb-library"
version = "0.0.0"
edition = "2021"
[dependencies]
librocksdb-sys = { version = "=${version%%+*}", default-features = false, features = ["lz4", "bindgen-runtime"] }
[workspace]
TOML

say "building RocksDB ${version#*+} with $jobs job(s); once per machine, 10 to 40 minutes; log: $log"
# The caller's flags stay out: the kept library must suit every later build on this machine.
(
    cd "$build"
    unset ROCKSDB_LIB_DIR ROCKSDB_STATIC RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
    exec env CARGO_TARGET_DIR="$build/target" cargo build --release -j "$jobs"
) >"$log" 2>&1 9>&- &
cargo=$!

start=$SECONDS shown=-60 total=
while kill -0 "$cargo" 2>/dev/null; do
    sleep 1
    [ $((SECONDS - shown)) -ge 30 ] || continue
    shown=$SECONDS
    if [ -z "$total" ]; then
        list=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -maxdepth 3 \
            -path "*/librocksdb-sys-$version/rocksdb_lib_sources.txt" 2>/dev/null | head -n 1) || true
        [ -z "$list" ] || total=$(wc -l <"$list")
    fi
    objects=$(find "$build/target" -path '*librocksdb-sys-*/out/*.o' 2>/dev/null | wc -l) || true
    say "$objects of ${total:-about 340} files, $(((SECONDS - start) / 60)) min"
done
if ! wait "$cargo"; then
    cargo=
    tail -n 20 "$log" >&2
    fail "the build failed; the whole log is $log"
fi
cargo=

found=$(find "$build/target" -path '*librocksdb-sys-*/out/librocksdb.a' | head -n 1)
[ -n "$found" ] || fail "cargo built no librocksdb.a; the log is $log"
mkdir "$build/lib"
cp "$found" "$build/lib/librocksdb.a"
mv -T "$build/lib" "$home/lib" 2>/dev/null || mv "$build/lib" "$home/lib"
say "done in $(((SECONDS - start) / 60)) min: $home/lib"
answer "$home/lib"
