"""What the vectors are made of: one module a family of ops, `models` and `invalid`."""
