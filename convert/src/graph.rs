//! The float network between import and quantisation: few operators, no batch dimension, images as [H, W, C].

use crate::expr::Expr;

/// Nodes in topological order; node 0 is the input.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub nodes: Vec<Node>,
    pub output: usize,
    pub input_name: String,
    pub output_name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The ONNX nodes that it stands for, such as `conv1 + relu1`.
    pub name: String,
    pub op: Op,
    pub inputs: Vec<usize>,
    /// Shape on chain: without batch, images [H, W, C].
    pub shape: Vec<usize>,
    /// Lower and upper bound of a fused activation, applied to the result.
    pub bounds: (f64, f64),
    /// The ONNX value that has this node's elements before `bounds`, where there is one.
    pub probe: Option<Probe>,
}

/// `factor` times an ONNX value, and its layout: dimension d on chain is the ONNX dimension `perm[d]`, the
/// batch and dimensions that a reduction left as 1 not counted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    pub value: String,
    pub perm: Vec<usize>,
    pub factor: f64,
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Input,
    Conv(Conv),
    /// `weight` is [N, K]; the last dimension of the operand is K.
    MatMul {
        weight: Vec<f32>,
        bias: Vec<f32>,
    },
    /// A factor and an addend for each index of the last dimension.
    Affine {
        factor: Vec<f32>,
        addend: Vec<f32>,
    },
    Add,
    Unary(Expr),
    MaxPool {
        kernel: [usize; 2],
        stride: [usize; 2],
        pads: [usize; 4],
    },
    /// The sum over `axes`, times `factor` (1/n for a mean).
    Reduce {
        axes: Vec<usize>,
        factor: f64,
    },
    Reshape,
    Transpose(Vec<usize>),
}

#[derive(Clone, Debug)]
pub(crate) struct Conv {
    /// [O, KH, KW, C], or [KH, KW, C] where depthwise.
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub depthwise: bool,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    /// Top, left, bottom, right.
    pub pads: [usize; 4],
}

pub(crate) const UNBOUNDED: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl Op {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Conv(c) if c.depthwise => "DepthwiseConv",
            Self::Conv(_) => "Conv",
            Self::MatMul { .. } => "MatMul",
            Self::Affine { .. } => "Affine",
            Self::Add => "Add",
            Self::Unary(_) => "Unary",
            Self::MaxPool { .. } => "MaxPool",
            Self::Reduce { .. } => "Reduce",
            Self::Reshape => "Reshape",
            Self::Transpose(_) => "Transpose",
        }
    }

    /// Operators that move or select elements: the result has the operand's scale.
    pub(crate) fn keeps_scale(&self) -> bool {
        matches!(self, Self::MaxPool { .. } | Self::Reshape | Self::Transpose(_))
    }
}

impl Graph {
    /// How often each node is read; the output counts once. Nodes that the output does not need have 0.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        if let Some(n) = uses.get_mut(self.output) {
            *n = 1;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if uses.get(index).is_some_and(|&n| n > 0) {
                for &input in &node.inputs {
                    if let Some(n) = uses.get_mut(input) {
                        *n += 1;
                    }
                }
            }
        }
        uses
    }
}

/// Reorders row-major elements: result dimension d is dimension `perm[d]` of `shape`.
pub(crate) fn permute<T: Copy>(data: &[T], shape: &[usize], perm: &[usize]) -> Vec<T> {
    let mut strides = vec![1usize; shape.len()];
    for d in (1..shape.len()).rev() {
        strides[d - 1] = strides[d] * shape[d];
    }
    let steps: Vec<(usize, usize)> = perm.iter().map(|&p| (shape[p], strides[p])).collect();
    let mut offsets = vec![0usize];
    for (size, stride) in steps {
        offsets = offsets.iter().flat_map(|o| (0..size).map(move |i| o + i * stride)).collect();
    }
    offsets.into_iter().filter_map(|o| data.get(o).copied()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn permute_is_row_major() {
        let chw: Vec<u8> = (0..12).collect(); // [2, 2, 3]
        let hwc = super::permute(&chw, &[2, 2, 3], &[1, 2, 0]);
        assert_eq!(hwc, [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
        assert_eq!(super::permute(&hwc, &[2, 3, 2], &[2, 0, 1]), chw);
    }
}
