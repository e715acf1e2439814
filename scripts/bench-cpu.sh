#!/usr/bin/env bash
# Our CPU backend beside onnxruntime on the Fashion-MNIST network: one image, one thread, in the same run.
#   scripts/bench-cpu.sh [RUNS]      needs target/release/isocortex (make build) and PyPI's onnxruntime, which it fetches
# Three rounds, peer and ours in turn; the table shows each one's best median, and its ratio to our best.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-2000}
target=${CARGO_TARGET_DIR:-target}
python=$(REQUIREMENTS=inference/benches/requirements.txt scripts/python.sh --which)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
model=models/fashion-mnist
"$target/release/isocortex" convert "$model/model.onnx" --calibration "$model/calibration-images.npy" \
    --out "$work/model.iso" >"$work/convert.log" || { cat "$work/convert.log" >&2; exit 1; }
cargo build --quiet --release --locked --package isocortex-inference --example time_model

for round in 1 2 3; do
    echo "bench-cpu: round $round of 3" >&2
    "$python" inference/benches/peer_onnxruntime.py --runs "$runs" 2>"$work/peer.log" ||
        { cat "$work/peer.log" >&2; exit 1; }
    "$target/release/examples/time_model" "$work/model.iso" "$runs" | grep -v '^macs ' | sed 's/^/isocortex-/'
done | tee "$work/times" >/dev/null

echo "one image, one thread, $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
awk '
    !($1 in best) { order[++n] = $1; best[$1] = $2 }
    $2 < best[$1] { best[$1] = $2 }
    END {
        ours = best["isocortex-avx512vnni"]
        if (!ours) ours = best["isocortex-avx2"]
        if (!ours) ours = best["isocortex-scalar"]
        printf "%-36s %12s %8s\n", "", "microseconds", "ratio"
        for (i = 1; i <= n; i++) printf "%-36s %12.1f %8.2f\n", order[i], best[order[i]], best[order[i]] / ours
    }' "$work/times"
