"""Rope, KvAppend, CausalMask."""
