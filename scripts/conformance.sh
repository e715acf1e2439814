#!/usr/bin/env bash
# The outside judges on every backend of this machine; see conformance/README.md.
#   scripts/conformance.sh [--short] [--judge tosa|onnxruntime] [--only TEXT] [--seeds N ..] [--table FILE]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}
python=$(REQUIREMENTS=conformance/requirements.txt scripts/python.sh --which)
cargo build --quiet --release --locked --package isocortex-inference --example stream
exec "$python" conformance/run.py "$CARGO_TARGET_DIR/release/examples/stream" "$@"
