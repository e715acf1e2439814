#!/bin/sh
# A C compiler whose assembler knows no VNNI: tract's build then leaves its VNNI kernels out, and its AVX2 ones serve.
case "$*" in *vnni*) exit 1 ;; esac
exec cc "$@"
