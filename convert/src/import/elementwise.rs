//! Element-wise operators: functions of one value, and sums of two.

use super::{
    Act, At, Importer, Numbers,
    functions::{function, leaky},
    layout::{IMAGE, without_batch},
};
use crate::{
    error::ConvertError,
    expr::{Bin, Expr, Func, MAX_SIZE},
    graph::{Op, Probe},
};

impl Importer<'_> {
    pub(super) fn function(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        let expr = match at.proto.op_type.as_str() {
            "Clip" => self.clip(at)?,
            _ => function(at)?,
        };
        Ok(self.unary(at, x, expr))
    }

    fn clip(&self, at: &At<'_>) -> Result<Expr, ConvertError> {
        let mut expr = Expr::X;
        for (index, name, upper) in [(1, "min", false), (2, "max", true)] {
            let bound = if at.attributes.has(name) {
                Some(at.attributes.float(name, 0.0))
            } else if at.proto.input.get(index).is_some_and(|i| !i.is_empty()) {
                self.required(at, index)?.1.first().map(|&v| v.into())
            } else {
                None
            };
            if let Some(bound) = bound {
                expr = if upper { expr.min(bound) } else { expr.max(bound) };
            }
        }
        Ok(expr)
    }

    /// Operators of two values of which one or none is a constant.
    pub(super) fn binary(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let operator = at.proto.op_type.as_str();
        if at.proto.input.len() != 2 {
            return Err(
                at.unsupported(format!("it has {} operands, not two; chain it", at.proto.input.len()))
            );
        }
        let bin = match operator {
            "Add" | "Sum" => Bin::Add,
            "Sub" => Bin::Sub,
            "Mul" => Bin::Mul,
            "Div" => Bin::Div,
            "Max" => Bin::Max,
            "Min" => Bin::Min,
            "Pow" | "PRelu" => Bin::Pow,
            _ => return Err(at.unsupported("it is no operator of two values")),
        };
        match (self.numbers(at, 0)?, self.numbers(at, 1)?) {
            (None, None) => self.two(at, bin),
            (None, Some(c)) => self.with_constant(at, bin, 0, c),
            (Some(c), None) => self.with_constant(at, bin, 1, c),
            (Some(_), Some(_)) => Err(at.unsupported("both operands are constants that could not be folded")),
        }
    }

    fn with_constant(
        &mut self,
        at: &At<'_>,
        bin: Bin,
        index: usize,
        (shape, values): Numbers,
    ) -> Result<Act, ConvertError> {
        let x = self.activation(at, index)?;
        if x.shape.iter().product::<usize>() != at.shape.iter().product::<usize>() {
            return Err(at.unsupported("its constant is larger than its operand"));
        }
        let first = values.first().copied().unwrap_or(0.0);
        if values.iter().all(|&v| v == first) {
            let c = f64::from(first);
            let expr = match (at.proto.op_type.as_str(), index) {
                ("PRelu", 0) => leaky(c),
                ("PRelu", _) => return Err(at.unsupported("its first operand is a constant")),
                (_, 0) => Expr::pair(bin, Expr::X, Expr::Const(c)),
                _ => Expr::pair(bin, Expr::Const(c), Expr::X),
            };
            let x = Act { shape: at.shape.clone(), ..x };
            return Ok(self.unary(at, x, expr));
        }
        // Varies: along one dimension of the operand, which must be the innermost one on chain.
        let rank = at.shape.len();
        let padded: Vec<usize> =
            vec![1; rank.saturating_sub(shape.len())].into_iter().chain(shape.clone()).collect();
        let varying: Vec<usize> = (0..rank).filter(|&d| padded.get(d).is_some_and(|&s| s > 1)).collect();
        let batch = rank - without_batch(&at.shape).len().min(rank);
        let x = if x.shape.len() == 4 && varying == [1] { self.relayout(&x, &IMAGE) } else { x };
        let innermost = x.perm.last().map(|p| p + batch);
        let (&[axis], true) = (varying.as_slice(), x.shape.len() == rank) else {
            return Err(
                at.unsupported(format!("its constant has shape {shape:?}; it may vary along one dimension"))
            );
        };
        if Some(axis) != innermost {
            return Err(
                at.unsupported(format!("its constant varies along dimension {axis}, which is not channels"))
            );
        }
        let ones = || vec![1.0; values.len()];
        let minus = || values.iter().map(|v| -v).collect();
        let zeros = || vec![0.0; values.len()];
        let (factor, addend) = match (at.proto.op_type.as_str(), index) {
            ("Add" | "Sum", _) => (ones(), values),
            ("Sub", 0) => (ones(), minus()),
            ("Sub", _) => (values.iter().map(|_| -1.0).collect(), values),
            ("Mul", _) => (values.clone(), zeros()),
            ("Div", 0) if values.iter().all(|&v| v != 0.0) => {
                (values.iter().map(|v| 1.0 / v).collect(), zeros())
            }
            _ => return Err(at.unsupported("its constant differs from channel to channel")),
        };
        Ok(self.push(at, Op::Affine { factor, addend }, vec![x.node], x.perm))
    }

    fn two(&mut self, at: &At<'_>, bin: Bin) -> Result<Act, ConvertError> {
        let (a, b) = (self.activation(at, 0)?, self.activation(at, 1)?);
        if at.proto.op_type == "PRelu" || a.shape != b.shape {
            return Err(at.unsupported(format!("its operands have shapes {:?} and {:?}", a.shape, b.shape)));
        }
        let ((ra, ea), (rb, eb)) = (self.root(a.node), self.root(b.node));
        if a.perm == b.perm
            && ra == rb
            && ea.size() + eb.size() < MAX_SIZE
            && !(bin == Bin::Add && a.node == b.node)
        {
            // x·sigmoid(x) and the like: one function of one value.
            let expr = Expr::pair(bin, ea, eb);
            let act = self.push(at, Op::Unary(expr.clone()), vec![ra], a.perm);
            self.roots.insert(act.node, (ra, expr));
            return Ok(act);
        }
        let b = self.relayout(&b, &a.perm);
        match bin {
            Bin::Add => Ok(self.push(at, Op::Add, vec![a.node, b.node], a.perm)),
            Bin::Sub => {
                let negative =
                    self.push(at, Op::Unary(Expr::call(Func::Neg, Expr::X)), vec![b.node], b.perm.clone());
                let value = at.proto.input.get(1).cloned().unwrap_or_default();
                if let Some(node) = self.graph.nodes.get_mut(negative.node) {
                    node.probe = Some(Probe { value, perm: b.perm.clone(), factor: -1.0 });
                }
                Ok(self.push(at, Op::Add, vec![a.node, negative.node], a.perm))
            }
            _ => Err(at.unsupported(
                "it combines two values that depend on the input; op set 1 adds such values, nothing else",
            )),
        }
    }

    /// The value that a node is an element-wise function of, and the function.
    fn root(&self, node: usize) -> (usize, Expr) {
        self.roots.get(&node).cloned().unwrap_or((node, Expr::X))
    }

    /// `expr` of `x`. A function of a function is one function, except that a clamp stays by itself: fused into
    /// the operator before it, it costs nothing and keeps the operand's range small.
    fn unary(&mut self, at: &At<'_>, x: Act, expr: Expr) -> Act {
        let (root, inner) = self.root(x.node);
        let whole = expr.of(&inner);
        if whole.size() > MAX_SIZE {
            return self.push(at, Op::Unary(expr), vec![x.node], x.perm);
        }
        let clamps = self
            .graph
            .nodes
            .get(x.node)
            .is_some_and(|n| matches!(&n.op, Op::Unary(e) if e.ramp().is_some_and(|r| r.is_bounded())));
        let act = if clamps && whole.ramp().is_none() {
            self.push(at, Op::Unary(expr), vec![x.node], x.perm)
        } else {
            self.push(at, Op::Unary(whole.clone()), vec![root], x.perm)
        };
        self.roots.insert(act.node, (root, whole));
        act
    }
}
