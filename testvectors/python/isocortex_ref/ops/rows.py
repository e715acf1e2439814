"""Softmax15, LayerNorm, RmsNorm, L2Norm."""
