//! Sequences and trees.
