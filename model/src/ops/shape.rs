use super::{Constants, Inferred, Rule};
use crate::{Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The same elements in the same order under another shape.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Reshape {
    /// The new shape, with as many elements.
    pub shape: Vec<u32>,
}

impl Rule for Reshape {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        let ty = TensorType::new(x.ty.dtype, &self.shape);
        ty.check()?;
        if ty.elements() != x.ty.elements() {
            return Err(Fault::Shape(format!(
                "{:?} does not hold the elements of {:?}",
                self.shape, x.ty.shape
            )));
        }
        Ok(Inferred { ty, interval: x.interval, macs: 0, steps: 0, bytes: None })
    }
}

/// Axes in another order: result dimension d is the operand's dimension `perm[d]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Transpose {
    /// A permutation of the operand's axes.
    pub perm: Vec<u8>,
}

impl Rule for Transpose {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        let mut sorted = self.perm.clone();
        sorted.sort_unstable();
        if !sorted.iter().map(|&a| usize::from(a)).eq(0..x.ty.shape.len()) {
            return Err(Fault::Shape(format!(
                "{:?} is no permutation of the axes of {:?}",
                self.perm, x.ty.shape
            )));
        }
        let shape = self.perm.iter().filter_map(|&a| x.ty.shape.get(usize::from(a)).copied()).collect();
        Ok(Inferred {
            ty: TensorType { dtype: x.ty.dtype, shape },
            interval: x.interval,
            macs: 0,
            steps: x.ty.elements(),
            bytes: None,
        })
    }
}
