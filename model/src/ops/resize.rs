use super::{Constants, Inferred, Rule, operands::take};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// How a Resize finds its elements; the number in the header is the place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMode {
    /// The nearest element, to the operand's type.
    Nearest,
    /// Four neighbours weighted, to i32 `ny·nx` times as large.
    Bilinear,
}

/// An image `[H, W, C]` in another size, by nearest or by four neighbours, as in TOSA.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Resize {
    /// Which.
    pub mode: ResizeMode,
    /// Vertical numerator and denominator, horizontal ones.
    pub scale: [u32; 4],
    /// Vertical, horizontal.
    pub offset: [i32; 2],
    /// Vertical, horizontal.
    pub border: [i32; 2],
}

impl Rule for Resize {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        let [ny, dy, nx, dx] = self.scale;
        let oh = size(h, ny, dy, self.offset[0], self.border[0])?;
        let ow = size(w, nx, dx, self.offset[1], self.border[1])?;
        let shape = [oh, ow, c];
        let inferred = match self.mode {
            ResizeMode::Nearest => Inferred::new(TensorType::new(x.ty.dtype, &shape), x.interval, 0),
            ResizeMode::Bilinear => {
                let scale = i64::from(ny) * i64::from(nx); // at most 2^22, and |x| at most 2^15
                let reach = x.interval.distance(0) * scale;
                if reach > i32::MAX.into() {
                    return Err(Fault::Overflow { channel: 0, reach });
                }
                let [lo, hi] = [x.interval.lo, x.interval.hi].map(|v| (i64::from(v) * scale) as i32);
                let ty = TensorType::new(DType::I32, &shape);
                let macs = ty.elements().saturating_mul(4);
                Inferred::new(ty, Interval { lo, hi }, macs)
            }
        };
        let steps = u64::from(oh).saturating_mul(ow.into()).saturating_mul(4 * u64::from(c.div_ceil(16)));
        Ok(Inferred { steps, ..inferred })
    }
}

/// Size of the result along one dimension: `((size − 1)·n − offset + border) / d + 1`.
fn size(size: u32, n: u32, d: u32, offset: i32, border: i32) -> Result<u32, Fault> {
    Fault::range("scale", n.into(), 1, 2048)?;
    let n = i64::from(n);
    Fault::range("scale", d.into(), 1, 16 * n - 1)?;
    Fault::range("offset", offset.into(), -n, 16 * n - 1)?;
    Fault::range("border", border.into(), -16 * n, n - 1)?;
    let (d, span) = (i64::from(d), (i64::from(size) - 1) * n - i64::from(offset) + i64::from(border));
    if span < 0 || span % d != 0 {
        return Err(Fault::Shape(format!("{span} is no multiple of {d} to count positions by")));
    }
    // Below 2^36; what does not fit is over the limit on a dimension all the same.
    Ok(u32::try_from(span / d + 1).unwrap_or(u32::MAX))
}
