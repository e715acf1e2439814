//! Sliding windows: what convolutions and pools share.

use crate::{Fault, limits};

/// Kernel size, stride, dilation and padding of a sliding window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height and width, 1 to 64 for pools; any for convolutions.
    pub kernel: [u32; 2],
    /// Vertical and horizontal step.
    pub stride: [u32; 2],
    /// Vertical and horizontal distance of kernel elements.
    pub dilation: [u32; 2],
    /// Top, left, bottom, right.
    pub pads: [u32; 4],
}

impl Window {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        for (what, values) in [("stride", self.stride), ("dilation", self.dilation)] {
            for v in values {
                Fault::range(what, v.into(), 1, limits::WINDOW.into())?;
            }
        }
        for v in self.pads {
            Fault::range("pads", v.into(), 0, limits::PAD.into())?;
        }
        Ok(())
    }

    /// Height and width of the result for an operand of height `h` and width `w`; `None` where no window fits.
    pub fn out(&self, h: u32, w: u32) -> Option<[u32; 2]> {
        let [top, left, bottom, right] = self.pads;
        Some([
            out_size(h, self.kernel[0], self.stride[0], self.dilation[0], top, bottom)?,
            out_size(w, self.kernel[1], self.stride[1], self.dilation[1], left, right)?,
        ])
    }

    pub(crate) fn infer(&self, h: u32, w: u32) -> Result<[u32; 2], Fault> {
        self.check()?;
        self.out(h, w).ok_or_else(|| {
            Fault::Shape(format!("kernel {:?} does not fit [{h}, {w}] with its pads", self.kernel))
        })
    }

    /// As [`infer`](Self::infer), with a pool's bounds on kernel and pads.
    pub(crate) fn infer_pool(&self, h: u32, w: u32) -> Result<[u32; 2], Fault> {
        for (side, &pad) in self.pads.iter().enumerate() {
            let k = i64::from(self.kernel[side % 2]);
            Fault::range("kernel", k, 1, limits::WINDOW.into())?;
            // Smaller than the kernel: each window then holds a real element.
            Fault::range("pads", pad.into(), 0, k - 1)?;
        }
        self.infer(h, w)
    }

    /// Steps of 16 lanes through all windows of `out` positions (SPEC.md section 2): what windows cost where
    /// channels are few, and where there is nothing to multiply.
    pub(crate) fn steps(&self, out: [u32; 2], channels: u32) -> u64 {
        let [oh, ow, kh, kw] = [out[0], out[1], self.kernel[0], self.kernel[1]].map(u64::from);
        [ow, kh, kw, channels.div_ceil(16).into()].into_iter().fold(oh, u64::saturating_mul)
    }

    /// True where some window may reach outside the operand.
    pub fn padded(&self) -> bool {
        self.pads != [0; 4]
    }
}

/// Positions of a window along one dimension (SPEC.md, Conv2d); `None` where none fits or it would overflow.
pub fn out_size(size: u32, kernel: u32, stride: u32, dilation: u32, before: u32, after: u32) -> Option<u32> {
    let extent = u64::from(kernel.checked_sub(1)?) * u64::from(dilation) + 1;
    let room = (u64::from(size) + u64::from(before) + u64::from(after)).checked_sub(extent)?;
    u32::try_from(room.checked_div(u64::from(stride))? + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::out_size;

    #[test]
    fn out_size_follows_the_formula() {
        assert_eq!(out_size(28, 3, 1, 1, 1, 1), Some(28));
        assert_eq!(out_size(28, 3, 2, 1, 1, 1), Some(14));
        assert_eq!(out_size(5, 3, 1, 2, 0, 0), Some(1));
        assert_eq!(out_size(2, 3, 1, 1, 0, 0), None);
        assert_eq!(out_size(2, 3, 0, 1, 1, 1), None);
        assert_eq!(out_size(2, 0, 1, 1, 1, 1), None);
    }
}
