//! Samples from NumPy files.

use crate::error::{ConvertError, guarded};
use alloy_primitives::{B256, Keccak256};
use npyz::{NpyFile, TypeChar};
use std::path::Path;

/// Bytes of a .npy file, and of the samples in memory.
const MAX_BYTES: u64 = 4 << 30;

/// Inputs of one shape, in ONNX's element order, as floats.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Shape of one sample, without the batch; at least one dimension, none of them 0.
    shape: Vec<usize>,
    /// All samples, row-major.
    data: Vec<f32>,
}

impl Samples {
    /// Samples from their elements; `data` holds a whole number of samples.
    ///
    /// ```
    /// let two = isocortex_convert::Samples::new(vec![3], vec![0.0, 0.5, 1.0, 1.0, 0.5, 0.0])?;
    /// assert_eq!((two.len(), two.iter().next()), (2, Some([0.0, 0.5, 1.0].as_slice())));
    /// # Ok::<(), isocortex_convert::ConvertError>(())
    /// ```
    ///
    /// # Errors
    /// An empty shape or dimension, a broken last sample, elements that are infinite or not numbers.
    pub fn new(shape: Vec<usize>, data: Vec<f32>) -> Result<Self, ConvertError> {
        let size = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n > 0);
        let Some(size) = size.filter(|_| !shape.is_empty()) else {
            return Err(ConvertError::Data(format!("samples cannot have the shape {shape:?}")));
        };
        if !data.len().is_multiple_of(size) {
            return Err(ConvertError::Data(format!(
                "{} elements are no whole samples of {shape:?}",
                data.len()
            )));
        }
        if let Some(at) = data.iter().position(|x| !x.is_finite()) {
            return Err(ConvertError::Data(format!(
                "element {at} is {}",
                data.get(at).copied().unwrap_or(0.0)
            )));
        }
        Ok(Self { shape, data })
    }

    /// Reads a .npy file: bytes (`u1`) are divided by 255, floats (`f4`, `f8`) taken as they are. The first
    /// dimension counts the samples.
    ///
    /// # Errors
    /// Files that cannot be read, are over 4 GiB, or hold something else.
    pub fn read_npy(path: impl AsRef<Path>) -> Result<Self, ConvertError> {
        let path = path.as_ref();
        let bad = |reason: String| ConvertError::File { path: path.display().to_string(), reason };
        let bytes = read(path)?;
        let npy = open(&bytes).map_err(bad)?;
        let shape: Vec<usize> =
            npy.shape().iter().skip(1).map(|&d| usize::try_from(d).unwrap_or(usize::MAX)).collect();
        // A row of single numbers is samples of one element.
        let shape = if shape.is_empty() { vec![1] } else { shape };
        let data = match plain(&npy).map_err(bad)? {
            (TypeChar::Uint, 1) => {
                let bytes = npy.into_vec::<u8>().map_err(|e| bad(e.to_string()))?;
                bytes.into_iter().map(|b| f32::from(b) / 255.0).collect()
            }
            (TypeChar::Float, 4) => npy.into_vec::<f32>().map_err(|e| bad(e.to_string()))?,
            (TypeChar::Float, 8) => {
                let wide = npy.into_vec::<f64>().map_err(|e| bad(e.to_string()))?;
                wide.into_iter().map(|x| x as f32).collect()
            }
            (kind, size) => {
                return Err(bad(format!("it holds {kind:?} of {size} bytes; u1, f4 and f8 are known")));
            }
        };
        Self::new(shape, data)
    }

    /// Shape of one sample.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.data.len() / self.size()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The samples in turn.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.size())
    }

    /// keccak-256 of all elements as little-endian float32: what the artifact names its calibration by.
    pub fn digest(&self) -> B256 {
        let mut hash = Keccak256::new();
        self.data.iter().for_each(|x| hash.update(x.to_le_bytes()));
        hash.finalize()
    }

    fn size(&self) -> usize {
        self.shape.iter().product::<usize>().max(1)
    }
}

/// Reads class labels from a .npy file of bytes or integers (`u1`, `i4`, `i8`).
///
/// # Errors
/// Files that cannot be read, or that hold something else, or negative labels.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<usize>, ConvertError> {
    let path = path.as_ref();
    let bad = |reason: String| ConvertError::File { path: path.display().to_string(), reason };
    let bytes = read(path)?;
    let npy = open(&bytes).map_err(bad)?;
    let labels: Vec<i64> = match plain(&npy).map_err(bad)? {
        (TypeChar::Uint, 1) => {
            npy.into_vec::<u8>().map_err(|e| bad(e.to_string()))?.into_iter().map(i64::from).collect()
        }
        (TypeChar::Int, 4) => {
            npy.into_vec::<i32>().map_err(|e| bad(e.to_string()))?.into_iter().map(i64::from).collect()
        }
        (TypeChar::Int, 8) => npy.into_vec::<i64>().map_err(|e| bad(e.to_string()))?,
        (kind, size) => {
            return Err(bad(format!("it holds {kind:?} of {size} bytes; u1, i4 and i8 are known")));
        }
    };
    labels
        .into_iter()
        .map(|l| usize::try_from(l).map_err(|_| bad(format!("label {l} is negative"))))
        .collect()
}

/// Reads the header, and makes sure that the file is as long as it says before anything is allocated.
fn open(bytes: &[u8]) -> Result<NpyFile<&[u8]>, String> {
    // The crate multiplies the dimensions unchecked.
    let npy = guarded("reading", || NpyFile::new(bytes).map_err(|e| ConvertError::Data(e.to_string())));
    let npy = npy.map_err(|e| e.to_string())?;
    let size = plain(&npy)?.1;
    let wanted = npy.shape().iter().try_fold(size, |n, &d| n.checked_mul(d));
    match wanted {
        Some(n) if n <= bytes.len() as u64 => Ok(npy),
        _ => Err(format!("it is shorter than its shape {:?} says", npy.shape())),
    }
}

fn plain(npy: &NpyFile<&[u8]>) -> Result<(TypeChar, u64), String> {
    match npy.dtype() {
        npyz::DType::Plain(ty) if npy.order() == npyz::Order::C => Ok((ty.type_char(), ty.size_field())),
        npyz::DType::Plain(_) => Err("it is in Fortran order; save it with np.ascontiguousarray".into()),
        _ => Err("it holds records".into()),
    }
}

/// Reads a file up to the bound.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ConvertError> {
    let bad = |reason: String| ConvertError::File { path: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(bad(format!("{size} bytes are over the limit of {MAX_BYTES}")));
    }
    std::fs::read(path).map_err(|e| bad(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version 1.0 file: magic, version, length of the header, the header padded to a multiple of 64.
    fn npy(descr: &str, shape: &str, data: &[u8]) -> tempfile::NamedTempFile {
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        header.push_str(&" ".repeat(64 - (10 + header.len() + 1) % 64));
        header.push('\n');
        let file = tempfile::NamedTempFile::new().unwrap();
        let length = (header.len() as u16).to_le_bytes();
        std::fs::write(file.path(), [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat())
            .unwrap();
        file
    }

    #[test]
    fn bytes_are_pixels() {
        let file = npy("|u1", "(2, 1, 2)", &[0, 255, 51, 102]);
        let samples = Samples::read_npy(file.path()).unwrap();
        assert_eq!((samples.shape(), samples.len()), (&[1, 2][..], 2));
        assert_eq!(samples.iter().nth(1).unwrap(), [0.2, 0.4]);
        assert_eq!(read_labels(file.path()).unwrap(), [0, 255, 51, 102]);
    }

    #[test]
    fn floats_stay() {
        let data: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let samples = Samples::read_npy(npy("<f4", "(1, 2)", &data).path()).unwrap();
        assert_eq!(samples.iter().next().unwrap(), [1.5, -2.0]);
        assert!(read_labels(npy("<f4", "(2,)", &data).path()).is_err());
    }

    #[test]
    fn other_files_are_refused() {
        let cut = npy("<f4", "(1, 2)", &[0; 7]);
        let odd = npy("<c8", "(1,)", &[0; 8]);
        let huge = npy("<f4", "(4294967295, 4294967295, 4294967295)", &[0; 8]);
        let negative = npy("<i8", "(1,)", &(-1i64).to_le_bytes());
        for file in [cut, odd, huge] {
            assert!(Samples::read_npy(file.path()).is_err());
        }
        assert!(read_labels(negative.path()).unwrap_err().to_string().contains("negative"));
        assert!(matches!(Samples::read_npy("no such file"), Err(ConvertError::File { .. })));
    }
}
