#!/usr/bin/env bash
# Runs Python with what the vectors and their checks need, from an environment kept outside the checkout.
# REQUIREMENTS names another list of packages.
#   scripts/python.sh FILE [ARGS]   run a script        scripts/python.sh --which   print the interpreter
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=${ISOCORTEX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isocortex}
need=${REQUIREMENTS:-testvectors/python/requirements.txt}
home=$cache/python-$(sha256sum "$need" | cut -c1-12)
if [ ! -e "$home/complete" ]; then
    echo "python: making an environment with $(grep -vE '^#|^$' "$need" | paste -sd' ') in $home" >&2
    rm -rf "$home"
    python3 -m venv "$home" >&2
    "$home/bin/pip" install --quiet --disable-pip-version-check -r "$need" >&2
    touch "$home/complete"
fi
case ${1:-} in
    --which) echo "$home/bin/python" ;;
    *) exec "$home/bin/python" "$@" ;;
esac
