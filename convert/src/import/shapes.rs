//! Operators that move elements or sum them away.

use super::{
    Act, At, Importer,
    layout::{IMAGE, in_order, on_chain, without_batch},
};
use crate::{
    error::ConvertError,
    graph::{Node, Op, Probe, UNBOUNDED},
};

impl Importer<'_> {
    /// Flatten, Reshape, Squeeze, Unsqueeze: ONNX's element order, the new shape.
    pub(super) fn reshape(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        let same = |shape: &[usize]| -> Vec<usize> { shape.iter().copied().filter(|&d| d != 1).collect() };
        if without_batch(&x.shape) == without_batch(&at.shape) {
            return Ok(Act { shape: at.shape.clone(), ..x });
        }
        // An image of one pixel, [1, 1, C], becomes [C] by name only; everything else must be in ONNX's order.
        let perm = in_order(&at.shape);
        let shape = on_chain(&at.shape, &perm);
        let x = if same(&self.chain_shape(&x)) == same(&shape) && same(&shape).len() < 2 {
            x
        } else {
            let order = in_order(&x.shape);
            self.relayout(&x, &order)
        };
        let node = self.reshaped(x.node, shape);
        Ok(Act { node, shape: at.shape.clone(), perm })
    }

    /// Transposing changes the layout's name; no element moves before an operator needs it.
    pub(super) fn transpose(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        let rank = x.shape.len();
        let perm = at.attributes.ints("perm").unwrap_or_else(|| (0..rank as i64).rev().collect());
        let perm: Vec<usize> = perm.into_iter().filter_map(|p| usize::try_from(p).ok()).collect();
        let batch = rank - without_batch(&x.shape).len().min(rank);
        let fits = perm.len() == rank && (0..rank).all(|d| perm.contains(&d));
        if !fits || (batch == 1 && perm.first() != Some(&0)) || without_batch(&at.shape).len() + batch != rank
        {
            return Err(at.unsupported(format!("permutation {perm:?} of {:?} moves the batch", x.shape)));
        }
        let moved: Vec<usize> = perm.iter().skip(batch).map(|p| p - batch).collect();
        let perm = x.perm.iter().filter_map(|d| moved.iter().position(|m| m == d)).collect();
        Ok(Act { node: x.node, shape: at.shape.clone(), perm })
    }

    /// GlobalAveragePool, ReduceMean, ReduceSum.
    pub(super) fn reduce(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        let rank = x.shape.len() as i64;
        let global = at.proto.op_type == "GlobalAveragePool";
        let listed = match self.numbers(at, 1)? {
            Some((_, axes)) => Some(axes.into_iter().map(|a| a as i64).collect()),
            None => at.attributes.ints("axes"),
        };
        let axes: Vec<i64> = match listed {
            _ if global => (2..rank).collect(),
            Some(axes) if !axes.is_empty() => {
                axes.into_iter().map(|a| if a < 0 { a + rank } else { a }).collect()
            }
            _ if at.attributes.int("noop_with_empty_axes", 0) != 0 => return Ok(x),
            _ => (0..rank).collect(),
        };
        let batch = rank - without_batch(&x.shape).len() as i64;
        let mut axes: Vec<usize> = axes
            .iter()
            .filter_map(|a| usize::try_from(a - batch).ok())
            .filter_map(|a| x.perm.iter().position(|&p| p == a))
            .collect();
        axes.sort_unstable();
        axes.dedup();
        let from = self.chain_shape(&x);
        if axes.is_empty() {
            let order = in_order(&x.shape);
            let x = self.relayout(&x, &order);
            let node = self.reshaped(x.node, on_chain(&at.shape, &in_order(&at.shape)));
            return Ok(Act { node, shape: at.shape.clone(), perm: in_order(&at.shape) });
        }
        let count: usize = axes.iter().filter_map(|&a| from.get(a)).product();
        let factor = if at.proto.op_type == "ReduceSum" { 1.0 } else { 1.0 / count as f64 };
        let kept: Vec<usize> = (0..from.len()).filter(|d| !axes.contains(d)).collect();
        let mut shape: Vec<usize> = kept.iter().filter_map(|&d| from.get(d).copied()).collect();
        // The order that ONNX gives the dimensions that are left.
        let order: Vec<usize> = kept.iter().filter_map(|&d| x.perm.get(d).copied()).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let perm: Vec<usize> = order.iter().filter_map(|p| sorted.iter().position(|q| q == p)).collect();
        if shape.is_empty() {
            shape.push(1);
        }
        let probe = Some(Probe { value: at.output.clone(), perm: perm.clone(), factor: 1.0 });
        let op = Op::Reduce { axes, factor };
        let node = self.add(Node {
            name: at.name.clone(),
            op,
            inputs: vec![x.node],
            shape,
            bounds: UNBOUNDED,
            probe,
        });
        // Back to the rank that ONNX says, in its order, unless it already is.
        let squeezed = Act { node, shape: vec![], perm };
        let ordered = (0..squeezed.perm.len()).collect::<Vec<_>>();
        let node = self.relayout(&squeezed, &ordered).node;
        if x.perm == IMAGE && at.shape.len() == 4 && kept == [2] {
            let node = self.reshaped(node, on_chain(&at.shape, &x.perm));
            return Ok(Act { node, shape: at.shape.clone(), perm: x.perm });
        }
        let perm = in_order(&at.shape);
        let node = self.reshaped(node, on_chain(&at.shape, &perm));
        Ok(Act { node, shape: at.shape.clone(), perm })
    }
}
