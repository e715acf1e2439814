//! Any op through the reference: for those that have no kernel of their own yet ("reference only").

use super::element::{Int, typed, view, view_mut};
use super::isa::{Kernel, Operands};
use super::team::Team;
use crate::reference::{self, Wide};
use isocortex_model::{Model, Op, TensorType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The constants of a model that the reference reads, by their index: each is there once, however many nodes name it,
/// since what some of these cost (Embed, Rope) does not count their constants.
pub(super) type Widened = BTreeMap<u32, Arc<Wide>>;

/// A node as the reference computes it: operands widened to i32, the result narrowed.
pub(super) struct Fallback {
    op: Op,
    /// Those that the op names.
    constants: Vec<Arc<Wide>>,
    operands: Vec<TensorType>,
    result: TensorType,
}

impl Fallback {
    /// Of the node at `index`.
    pub fn new(model: &Model, index: usize, widened: &mut Widened) -> Self {
        let (header, values) = (model.header(), model.values());
        let node = &header.nodes[index];
        let mut constant = |index: u32| {
            let wide = || Arc::new(Wide::new(&model.constants()[index as usize]));
            widened.entry(index).or_insert_with(wide).clone()
        };
        Self {
            op: node.op.clone(),
            constants: node.op.constants().into_iter().map(&mut constant).collect(),
            operands: node.operands.iter().map(|&v| values[v as usize].ty.clone()).collect(),
            result: values[header.inputs.len() + index].ty.clone(),
        }
    }
}

impl Kernel for Fallback {
    /// Operands and result with four bytes an element, and a row of places that TopK sorts.
    fn heap(&self, _: usize) -> usize {
        let values =
            self.operands.iter().chain([&self.result]).map(|ty| ty.elements() as usize).sum::<usize>();
        let row = match self.op {
            Op::TopK(_) => self.operands.first().map_or(0, |x| x.channels() as usize),
            _ => 0,
        };
        4 * (values + row)
    }

    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], _: &Team) {
        let operand = |(words, ty): (&&[i32], &TensorType)| {
            let mut wide = Wide::zeros(&ty.shape).typed(ty.dtype);
            typed!(ty.dtype, X => widen(view::<X>(words, wide.data.len()), &mut wide.data));
            wide
        };
        let operands: Vec<Wide> = x.iter().zip(&self.operands).map(operand).collect();
        let operands: Vec<&Wide> = operands.iter().collect();
        let constants: Vec<&Wide> = self.constants.iter().map(|c| &**c).collect();
        let result = reference::compute(&self.op, &operands, &constants, &self.result);
        typed!(self.result.dtype, Y => {
            let to = view_mut::<Y>(y, result.data.len());
            to.iter_mut().zip(&result.data).for_each(|(to, &y)| *to = Y::wrap(y.into()));
        });
    }
}

fn widen<X: Int>(x: &[X], to: &mut [i32]) {
    to.iter_mut().zip(x).for_each(|(to, &x)| *to = x.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Backend, Reference};

    /// Each node of the self-test's network, its operands the reference's own.
    #[test]
    fn gives_the_bytes_of_the_reference() {
        let model = Arc::new(Model::check(&crate::cpu::self_test::network()).unwrap());
        let input: Vec<u8> = (0..model.input_len()).map(|i| (i * 7 % 251) as u8).collect();
        let trace = Reference.load(model.clone()).unwrap().trace(&input).unwrap();
        let words = |bytes: &[u8]| -> Vec<i32> {
            let mut words = vec![0; bytes.len().div_ceil(4)];
            bytemuck::cast_slice_mut::<i32, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
            words
        };
        let mut values = vec![words(&input)];
        for (index, wanted) in trace.iter().enumerate() {
            let operands = model.header().nodes[index].operands.iter();
            let operands: Vec<&[i32]> = operands.map(|&v| &values[v as usize][..]).collect();
            let mut y = words(&vec![0xff; wanted.bytes.len()]);
            Fallback::new(&model, index, &mut Widened::new()).run(&operands, &mut y, &mut [], &Team::alone());
            assert!(
                bytemuck::cast_slice::<i32, u8>(&y)[..wanted.bytes.len()] == wanted.bytes[..],
                "{}",
                wanted.op
            );
            values.push(y);
        }
    }
}
