#!/usr/bin/env bash
# Our CPU backend beside onnxruntime, rten and tract on the same integers, in the same run; one table.
#   scripts/bench-cpu.sh [--quick] [--only WORD ..]      scripts/bench-cpu.sh --help shows the rest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}
python=$(REQUIREMENTS=bench/requirements.txt scripts/python.sh --which)
cargo build --quiet --release --locked --package isocortex-inference --example time_model
case " $* " in
    *" --quick "* | *" --help "* | *" --list "*) ;;
    *)
        [ -e bench/peers ] || exec "$python" bench/table.py "$@"
        [ -x "$CARGO_TARGET_DIR/peers/release/isocortex-bench-peers" ] ||
            echo "bench-cpu: compiling the peers rten and tract, once; this takes minutes" >&2
        cargo build --quiet --release --locked --manifest-path bench/peers/Cargo.toml \
            --target-dir "$CARGO_TARGET_DIR/peers"
        ;;
esac
exec "$python" bench/table.py "$@"
