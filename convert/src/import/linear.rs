//! Products with constant matrices, and batch normalisation.

use super::{
    Act, At, Importer,
    layout::{IMAGE, in_order, on_chain},
};
use crate::{
    error::ConvertError,
    graph::{Op, permute},
};

impl Importer<'_> {
    pub(super) fn gemm(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        if at.attributes.int("transA", 0) != 0 {
            return Err(at.unsupported("transA = 1 would mix the batch in; transpose before the export"));
        }
        let (shape, mut weight) = self.required(at, 1)?;
        let [rows, columns] = shape[..] else {
            return Err(at.unsupported(format!("its matrix has shape {shape:?}")));
        };
        let (n, k) = if at.attributes.int("transB", 0) != 0 {
            (rows, columns)
        } else {
            weight = permute(&weight, &shape, &[1, 0]);
            (columns, rows)
        };
        let alpha = at.attributes.float("alpha", 1.0) as f32;
        if alpha != 1.0 {
            weight.iter_mut().for_each(|w| *w *= alpha);
        }
        let mut bias = vec![0.0; n];
        if at.proto.input.get(2).is_some_and(|c| !c.is_empty()) {
            let beta = at.attributes.float("beta", 1.0) as f32;
            let (c_shape, c) = self.required(at, 2)?;
            if c.len() != 1 && (c.len() != n || c_shape.last() != Some(&n)) {
                return Err(at.unsupported(format!("its addend has shape {c_shape:?}, not [{n}]")));
            }
            bias = (0..n).filter_map(|i| c.get(if c.len() == 1 { 0 } else { i })).map(|c| c * beta).collect();
        }
        self.product(at, k, weight, bias)
    }

    pub(super) fn mat_mul(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let (shape, weight) = self.required(at, 1)?;
        let [ones @ .., k, n] = shape.as_slice() else {
            return Err(at.unsupported(format!("its matrix has shape {shape:?}; it must be [K, N]")));
        };
        if ones.iter().any(|&d| d != 1) {
            return Err(
                at.unsupported(format!("its matrix has shape {shape:?}; a matrix for each batch is unknown"))
            );
        }
        let weight = permute(&weight, &[*k, *n], &[1, 0]);
        self.product(at, *k, weight, vec![0.0; *n])
    }

    /// `weight` is [N, K].
    fn product(
        &mut self,
        at: &At<'_>,
        k: usize,
        weight: Vec<f32>,
        bias: Vec<f32>,
    ) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        let order = in_order(&x.shape);
        let x = self.relayout(&x, &order);
        let perm = in_order(&at.shape);
        let (from, to) = (self.chain_shape(&x), on_chain(&at.shape, &perm));
        let rows = from.split_last().map(|(_, r)| r.to_vec());
        if from.last() != Some(&k)
            || to.last() != Some(&bias.len())
            || to.split_last().map(|(_, r)| r.to_vec()) != rows
        {
            return Err(at.unsupported(format!("{from:?} times a matrix of {k} rows does not give {to:?}")));
        }
        Ok(self.push(at, Op::MatMul { weight, bias }, vec![x.node], perm))
    }

    pub(super) fn batch_normalization(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        if at.attributes.int("training_mode", 0) != 0 {
            return Err(at.unsupported("it is in training mode; export the model for inference"));
        }
        let x = self.activation(at, 0)?;
        let x = if x.shape.len() == 4 { self.relayout(&x, &IMAGE) } else { x };
        if x.shape.len() > 2 && x.perm != IMAGE {
            return Err(at.unsupported(format!("its input has shape {:?}", x.shape)));
        }
        let epsilon = at.attributes.float("epsilon", 1e-5);
        let parameters: Vec<Vec<f32>> =
            (1..5).map(|i| Ok(self.required(at, i)?.1)).collect::<Result<_, ConvertError>>()?;
        let [gamma, beta, mean, variance] = parameters.as_slice() else {
            return Err(at.unsupported("it needs scale, bias, mean and variance"));
        };
        let channels = self.chain_shape(&x).last().copied().unwrap_or(0);
        if parameters.iter().any(|p| p.len() != channels) {
            return Err(at.unsupported(format!("its parameters are not for {channels} channels")));
        }
        let (mut factor, mut addend) = (vec![], vec![]);
        for (((g, b), m), v) in gamma.iter().zip(beta).zip(mean).zip(variance) {
            let f = f64::from(*g) / (f64::from(*v) + epsilon).sqrt();
            factor.push(f as f32);
            addend.push((f64::from(*b) - f * f64::from(*m)) as f32);
        }
        if factor.iter().chain(&addend).any(|x| !x.is_finite()) {
            return Err(at.unsupported("its variance is negative or zero"));
        }
        Ok(self.push(at, Op::Affine { factor, addend }, vec![x.node], x.perm))
    }
}
