#!/usr/bin/env bash
# Our CPU backend beside onnxruntime, rten and tract on the same integers, in the same run; one table.
#   scripts/bench-cpu.sh [--quick] [--only WORD ..]      scripts/bench-cpu.sh --help shows the rest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}
python=$(REQUIREMENTS=bench/requirements.txt scripts/python.sh --which)
cargo build --quiet --release --locked --package isocortex-inference --example time_model

# The peers that are crates, each built once: rten and tract, and tract with its VNNI kernels left out.
peers() { # folder, arguments to cargo
    [ -x "$CARGO_TARGET_DIR/$1/release/isocortex-bench-peers" ] ||
        echo "bench-cpu: compiling the peers in bench/peers, once; this takes minutes" >&2
    cargo build --quiet --release --locked --manifest-path bench/peers/Cargo.toml \
        --target-dir "$CARGO_TARGET_DIR/$1" "${@:2}"
}
case " $* " in
    *" --quick "* | *" --help "* | *" --list "*) ;;
    *)
        peers peers
        CC=$PWD/bench/peers/cc-without-vnni.sh peers peers-avx2 --no-default-features --features tract
        ;;
esac
exec "$python" bench/table.py "$@"
