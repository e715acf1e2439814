"""A second implementation of the Isocortex numeric specification, op set 1.

Written from `model/SPEC.md` and from nothing else, with NumPy alone, so that an error in the Rust
reference and an error here are unlikely to be the same one. Plain and slow on purpose.
"""
