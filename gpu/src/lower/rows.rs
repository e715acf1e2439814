//! Rows: softmax and norms.
