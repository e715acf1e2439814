"""A second client: Ethereum's own Python execution spec (PyPI `ethereum-execution`, fork Osaka), with the registry,
the inference precompiles and the two opcodes of `precompiles/SPEC.md` and `vm/OPCODES.md` written in Python over
`isocortex_ref`. It executes what `isocortex export` writes and compares."""
