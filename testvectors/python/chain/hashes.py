"""keccak-256 that remembers: a chunk's bytes are hashed again and again in a chain."""

from functools import lru_cache

from isocortex_ref.keccak import keccak256

keccak = lru_cache(maxsize=None)(keccak256)
