//! Sliding windows: convolutions and pools over [H, W, C].

use super::{
    Act, At, Importer,
    layout::{IMAGE, on_chain},
};
use crate::{
    error::ConvertError,
    graph::{Conv, Op, permute},
};

/// Elements of a convolution's weights after groups are spelled out.
const MAX_WEIGHTS: usize = 1 << 28;

struct Window {
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    pads: [usize; 4],
}

impl Importer<'_> {
    pub(super) fn conv(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.image(at)?;
        let (shape, weight) = self.required(at, 1)?;
        let [o, per_group, kh, kw] = shape[..] else {
            return Err(
                at.unsupported(format!("its weights have shape {shape:?}; only 2-D convolutions are known"))
            );
        };
        let bias = match at.proto.input.get(2).is_some_and(|b| !b.is_empty()) {
            true => self.required(at, 2)?.1,
            false => vec![0.0; o],
        };
        let groups = usize::try_from(at.attributes.int("group", 1)).unwrap_or(0);
        let channels = groups.saturating_mul(per_group);
        if groups == 0 || o % groups != 0 || bias.len() != o || self.chain_shape(&x).get(2) != Some(&channels)
        {
            return Err(at.unsupported(format!("weights {shape:?} in {groups} groups do not fit its input")));
        }
        let Window { kernel, stride, dilation, pads } = self.window(at, &x, Some([kh, kw]))?;
        let depthwise = per_group == 1 && o == groups && groups > 1;
        let weight = if depthwise {
            // [C, 1, KH, KW] to [KH, KW, C]
            permute(&weight, &[o, kh, kw], &[1, 2, 0])
        } else if groups == 1 {
            ohwi(&weight, &shape)
        } else {
            self.notes
                .push(format!("`{}`: its {groups} groups are one dense convolution with zeros", at.name));
            let taps = kh * kw;
            let size = o.saturating_mul(channels).saturating_mul(taps);
            if size > MAX_WEIGHTS {
                return Err(at.unsupported(format!("spelling out its {groups} groups takes {size} weights")));
            }
            let mut dense = vec![0.0; size];
            for (row, (from, to)) in
                weight.chunks_exact(per_group * taps).zip(dense.chunks_exact_mut(channels * taps)).enumerate()
            {
                let start = row / (o / groups) * per_group * taps;
                if let Some(slot) = to.get_mut(start..start + from.len()) {
                    slot.copy_from_slice(from);
                }
            }
            ohwi(&dense, &[o, channels, kh, kw])
        };
        let op = Op::Conv(Conv { weight, bias, depthwise, kernel, stride, dilation, pads });
        Ok(self.push(at, op, vec![x.node], IMAGE.to_vec()))
    }

    pub(super) fn max_pool(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.image(at)?;
        let Window { kernel, stride, dilation, pads } = self.window(at, &x, None)?;
        if dilation != [1, 1] {
            return Err(at.unsupported("a dilated pool has no counterpart in op set 1"));
        }
        if (0..4).any(|side| pads.get(side) >= kernel.get(side % 2)) {
            return Err(
                at.unsupported(format!("its padding {pads:?} is not smaller than its kernel {kernel:?}"))
            );
        }
        Ok(self.push(at, Op::MaxPool { kernel, stride, pads }, vec![x.node], IMAGE.to_vec()))
    }

    /// A mean over windows of one size is a depthwise convolution with constant weights.
    pub(super) fn average_pool(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.image(at)?;
        let Window { kernel, stride, dilation, pads } = self.window(at, &x, None)?;
        if pads != [0; 4] && at.attributes.int("count_include_pad", 0) == 0 {
            return Err(at.unsupported(
                "its windows at the border count fewer elements; set count_include_pad=1 or use no padding",
            ));
        }
        let channels = self.chain_shape(&x).get(2).copied().unwrap_or(1);
        let taps = kernel[0] * kernel[1];
        let weight = vec![1.0 / taps as f32; taps * channels];
        let bias = vec![0.0; channels];
        let op = Op::Conv(Conv { weight, bias, depthwise: true, kernel, stride, dilation, pads });
        Ok(self.push(at, op, vec![x.node], IMAGE.to_vec()))
    }

    /// The operand as [H, W, C].
    fn image(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        let x = self.activation(at, 0)?;
        if x.shape.len() != 4 || x.shape.first() != Some(&1) || at.shape.len() != 4 {
            return Err(at.unsupported(format!("its input has shape {:?}; it must be [1, C, H, W]", x.shape)));
        }
        Ok(self.relayout(&x, &IMAGE))
    }

    /// Kernel, stride, dilation and pads, such that the result has the size that ONNX gives it.
    fn window(&self, at: &At<'_>, x: &Act, weights: Option<[usize; 2]>) -> Result<Window, ConvertError> {
        let pair = |name: &str, default: Option<[usize; 2]>| {
            let given = at.attributes.ints(name);
            let value = match given.as_deref() {
                None => default,
                Some(&[a, b]) => usize::try_from(a).ok().zip(usize::try_from(b).ok()).map(|(a, b)| [a, b]),
                Some(_) => None,
            };
            let fits = |v: &[usize; 2]| v.iter().all(|n| (1..=64).contains(n));
            value
                .filter(fits)
                .ok_or_else(|| at.unsupported(format!("`{name}` must be two numbers of 1 to 64")))
        };
        let kernel = pair("kernel_shape", weights)?;
        if weights.is_some_and(|w| w != kernel) {
            return Err(at.unsupported("`kernel_shape` is not that of its weights"));
        }
        let (stride, dilation) = (pair("strides", Some([1, 1]))?, pair("dilations", Some([1, 1]))?);
        let given = at.attributes.ints("pads").unwrap_or_else(|| vec![0; 4]);
        let given: Vec<usize> = given.into_iter().filter_map(|p| usize::try_from(p).ok()).collect();
        let [top, left, bottom, right] = given[..] else {
            return Err(at.unsupported("`pads` must be four numbers that are not negative"));
        };
        let auto = at.attributes.text("auto_pad").unwrap_or_default();
        let mut pads = [top, left, bottom, right];
        let (input, output) = (self.chain_shape(x), on_chain(&at.shape, &IMAGE));
        for side in 0..2 {
            let (Some(&size), Some(&result)) = (input.get(side), output.get(side)) else { continue };
            let reach = (kernel[side] - 1) * dilation[side] + 1;
            // What the windows span; ceil mode and SAME read beyond the image.
            let span = result.saturating_sub(1) * stride[side] + reach;
            match auto.as_str() {
                "SAME_UPPER" | "SAME_LOWER" => {
                    let total = span.saturating_sub(size);
                    let less = total / 2;
                    pads[side] = if auto == "SAME_UPPER" { less } else { total - less };
                    pads[side + 2] = total - pads[side];
                }
                "VALID" => (pads[side], pads[side + 2]) = (0, 0),
                _ => {
                    pads[side + 2] = pads[side + 2].max(span.saturating_sub(size.saturating_add(pads[side])))
                }
            }
            let padded = size.saturating_add(pads[side]).saturating_add(pads[side + 2]);
            if pads[side] > 1024 || pads[side + 2] > 1024 || padded < reach {
                return Err(at.unsupported(format!("padding {pads:?} does not fit an image of {input:?}")));
            }
            if (padded - reach) / stride[side] + 1 != result {
                return Err(at.unsupported(format!("its result of {output:?} is not what its window gives")));
            }
        }
        Ok(Window { kernel, stride, dilation, pads })
    }
}

/// [O, C, KH, KW] to [O, KH, KW, C].
fn ohwi(weight: &[f32], shape: &[usize]) -> Vec<f32> {
    permute(weight, shape, &[0, 2, 3, 1])
}
