#!/usr/bin/env bash
# Compares every kernel with the reference on this machine's NVIDIA card, and runs the self-test under NVIDIA's
# compute-sanitizer. Exit status: 0 all equal and clean; 1 not so; 2 something was not measured.
#   scripts/gpu-test.sh [ARGUMENTS OF isocortex-gpu-check]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
check=$(scripts/gpu-kit.sh --tools)/isocortex-gpu-check
status=0
"$check" "$@" || status=$?
# Without a card, or with one that answers wrongly, there is nothing more to see.
"$check" --self-test >/dev/null 2>&1 || exit "$status"

worse() { # 1 is worse than 2, and 2 than 0
    if [ "$1" = 1 ] || [ "$status" = 0 ]; then status=$1; fi
}
echo
if ! command -v compute-sanitizer >/dev/null 2>&1; then
    echo "not measured: compute-sanitizer is missing"
    worse 2
    exit "$status"
fi
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
tools=(memcheck racecheck synccheck initcheck)
for tool in "${tools[@]}"; do
    { timeout "${SANITIZER_SECONDS:-150}" compute-sanitizer --tool "$tool" --error-exitcode 99 "$check" --self-test --patience 600 \
        >"$logs/$tool" 2>&1 && code=0 || code=$?
    echo "$code" >"$logs/$tool.code"; } &
done
wait
for tool in "${tools[@]}"; do
    code=$(cat "$logs/$tool.code")
    if [ "$code" = 0 ] && grep -q 'self-test passed' "$logs/$tool"; then
        echo "compute-sanitizer $tool: clean, self-test passed"
    elif [ "$code" = 99 ] || grep -q '^FAILED' "$logs/$tool"; then
        echo "compute-sanitizer $tool: ERRORS"
        head -n 40 "$logs/$tool"
        worse 1
    else
        [ "$code" != 124 ] || echo 'the time was over' >>"$logs/$tool"
        echo "not measured: compute-sanitizer $tool (status $code): $(tail -n 1 "$logs/$tool")"
        worse 2
    fi
done
exit "$status"
