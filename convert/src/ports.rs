//! Between reals in ONNX's order and the bytes of a port.

use crate::{error::ConvertError, graph::permute, scale::Affine};
use isocortex_model::{DType, Output, Port, TensorType};

/// The elements of a sample in the order of the chain's port: [C, H, W] becomes [H, W, C], all else stays.
/// `onnx_shape` is the input's shape in the ONNX file, batch included.
pub fn port_order(onnx_shape: &[usize], sample: &[f32]) -> Vec<f32> {
    match onnx_shape {
        [1, image @ ..] if image.len() == 3 => permute(sample, image, &[1, 2, 0]),
        _ => sample.to_vec(),
    }
}

/// The input bytes for reals in the port's order: `clamp(round(x / scale) + zero_point)`, halves to even.
///
/// ```
/// use isocortex_convert::quantise_input;
/// use isocortex_model::{DType, Port, Quant, TensorType};
/// // 1/2 and a zero point of 3
/// let quant = Quant { multiplier: 1, shift: 1, zero_point: 3 };
/// let port = Port { name: "x".into(), ty: TensorType::new(DType::I8, &[3]), quant };
/// assert_eq!(quantise_input(&port, &[0.0, -2.0, 1e9])?, [3, 0xff, 127]);
/// # Ok::<(), isocortex_convert::ConvertError>(())
/// ```
///
/// # Errors
/// A wrong number of elements, or elements that are not numbers.
pub fn quantise_input(port: &Port, reals: &[f32]) -> Result<Vec<u8>, ConvertError> {
    if reals.len() as u64 != port.ty.elements() {
        let text =
            format!("input `{}` takes {} elements, not {}", port.name, port.ty.elements(), reals.len());
        return Err(ConvertError::Data(text));
    }
    if reals.iter().any(|x| x.is_nan()) {
        return Err(ConvertError::Data(format!("input `{}` has an element that is not a number", port.name)));
    }
    let affine = Affine::from(port.quant);
    let size = port.ty.dtype.size();
    let bytes = reals
        .iter()
        .flat_map(|&x| affine.quantise(x.into(), port.ty.dtype).to_le_bytes().into_iter().take(size));
    Ok(bytes.collect())
}

/// The reals that output bytes mean. `ty` is the output's type.
pub fn dequantise_output(output: &Output, ty: &TensorType, bytes: &[u8]) -> Vec<f32> {
    let affine = Affine::from(output.quant);
    integers(bytes, ty.dtype).into_iter().map(|q| affine.real(q) as f32).collect()
}

/// The elements of a tensor's bytes.
pub(crate) fn integers(bytes: &[u8], dtype: DType) -> Vec<i32> {
    match dtype {
        DType::I8 => bytes.iter().map(|&b| i32::from(b as i8)).collect(),
        DType::I16 => bytes.as_chunks().0.iter().map(|b| i32::from(i16::from_le_bytes(*b))).collect(),
        DType::I32 => bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect(),
    }
}
