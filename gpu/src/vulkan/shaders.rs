//! The shaders of `gpu/shaders` as the text that a driver is given: files put together, and for each pointer the
//! functions that take elements out of its words.

use crate::Kernel;

macro_rules! shaders {
    ($($variant:ident $name:literal,)*) => {
        /// The kernel's own file, where it has one.
        pub(super) const fn file(kernel: Kernel) -> Option<&'static str> {
            match kernel {
                $(Kernel::$variant => Some(include_str!(concat!("../../shaders/", $name, ".wgsl"))),)*
                #[allow(unreachable_patterns, reason = "kernels that have no shader yet")]
                _ => None,
            }
        }

        #[cfg(test)]
        const NAMES: &[(Kernel, &str)] = &[$((Kernel::$variant, $name)),*];
    };
}

shaders! {
    Gemm "gemm_s8_s8_s32",
    Conv2d "conv2d_s8_s8_s32",
    DepthwiseConv2d "depthwise_conv2d_s8_s8_s32",
    Rescale "rescale",
    RescaleF24 "rescale_f24",
    RescaleRow "rescale_row",
    AbsMaxRow "abs_max_row",
    DynQuantRow "dyn_quant_row",
    AddF24 "add_f24",
    Binary "binary",
    MulRescale "mul_rescale",
    SelectElements "select_elements",
    Unary "unary",
    Table16 "table16",
    Softmax15 "softmax15",
    LayerNorm "layer_norm",
    RmsNorm "rms_norm",
    L2Norm "l2_norm",
    AddScaled "add_scaled",
    Clamp "clamp",
    DepthwiseConv2dWide "depthwise_conv2d_s16_s8_s32",
    Conv2dGrouped "conv2d_grouped_s8_s8_s32",
    Conv2dWide "conv2d_s16_s8_s32",
    ConvTranspose2d "conv_transpose2d_s8_s8_s32",
    ConvTranspose2dWide "conv_transpose2d_s16_s8_s32",
    BatchMatMul88 "batch_matmul_s8_s8_s32",
    BatchMatMul816 "batch_matmul_s8_s16_s32",
    BatchMatMul168 "batch_matmul_s16_s8_s32",
    BatchMatMul1616 "batch_matmul_s16_s16_s32",
    Pool "pool",
    AvgPoolF24 "avgpool_f24",
    Reduce "reduce",
    CumSum "cum_sum",
    TopKSort "top_k_sort",
    TopKMerge "top_k_merge",
    TreeEnsemble "tree_ensemble",
    CopyStrided "copy_strided",
    TransposeTile "transpose_tile",
    Fill "fill",
    ResizeNearest "resize_nearest",
    ResizeBilinear "resize_bilinear",
    GatherRows "gather_rows",
    ScatterWinner "scatter_winner",
    ScatterRow "scatter_row",
    Rope "rope",
    KvAppend "kv_append",
    CausalMask "causal_mask",
    Table8 "table8",
}

macro_rules! parts {
    ($($name:literal,)*) => {
        /// A file that shaders include.
        fn part(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../shaders/", $name))),)*
                _ => None,
            }
        }
    };
}

parts! {
    "prelude.wgsl",
    "wide.wgsl",
    "words.wgsl",
    "elements.wgsl",
    "units.wgsl",
    "divisor.wgsl",
    "zoom.wgsl",
    "broadcast.wgsl",
    "rows.wgsl",
    "row_map.wgsl",
    "roots.wgsl",
    "tail.wgsl",
    "tile.wgsl",
    "tile_wide.wgsl",
    "batch_matmul.wgsl",
    "conv2d_limbs.wgsl",
    "conv_transpose2d.wgsl",
    "keys.wgsl",
    "top_k.wgsl",
}

/// The whole text of a kernel's shader. A file that is not there stays named in it, which no compiler takes.
pub(super) fn source(kernel: Kernel) -> Option<String> {
    let mut text = String::new();
    put(&mut text, file(kernel)?);
    Some(text)
}

/// Adds the file with what it includes.
fn put(text: &mut String, file: &str) {
    for line in file.lines() {
        if let Some(part) = line.strip_prefix("#include ").and_then(part) {
            put(text, part);
            continue;
        }
        text.push_str(line);
        text.push('\n');
        if let Some((name, functions)) = pointer(line) {
            text.push_str(&functions.replace('X', name));
        }
    }
}

/// Name of the pointer that a line declares, and the functions on it.
fn pointer(line: &str) -> Option<(&str, &'static str)> {
    let (_, declared) = line.split_once("var<storage, read_write> ")?;
    let (name, kind) = declared.split_once(": ")?;
    let functions = match kind {
        "array<u32>;" => READ,
        "array<atomic<u32>>;" => SET,
        _ => "",
    };
    Some((name, functions))
}

/// Element `i` of each type, unit `i` (as `units.wgsl` says), and four bytes anywhere, of which those beyond the array
/// are any.
const READ: &str = "
fn X_i8(i: i32) -> i32 { return byte_of(X[i >> 2u], u32(i) & 3u); }
fn X_i16(i: i32) -> i32 { return half_of(X[i >> 1u], u32(i) & 1u); }
fn X_i32(i: i32) -> i32 { return i32(X[i]); }
fn X_typed(kind: i32, i: i32) -> i32 {
    if kind == TYPE_I8 { return X_i8(i); }
    if kind == TYPE_I16 { return X_i16(i); }
    return X_i32(i);
}
fn X_unit(unit: i32, i: i32) -> vec4<u32> {
    if unit == 16 { return vec4<u32>(X[4 * i], X[4 * i + 1], X[4 * i + 2], X[4 * i + 3]); }
    if unit == 8 { return vec4<u32>(X[2 * i], X[2 * i + 1], 0u, 0u); }
    return vec4<u32>(u32(X_typed(unit / 2, i)), 0u, 0u, 0u);
}
fn X_bytes(at: u32) -> u32 {
    let bits = (at & 3u) * 8u;
    let low = X[at >> 2u];
    if bits == 0u { return low; }
    return (low >> bits) | (X[min((at >> 2u) + 1u, arrayLength(&X) - 1u)] << (32u - bits));
}
";

/// Element `i` and unit `i` of an array that is only written are set. Each thread touches only its own bits, so that the order of two in a word does
/// not matter.
const SET: &str = "
fn X_set(kind: i32, i: i32, v: i32) {
    if kind == TYPE_I32 { atomicStore(&X[i], u32(v)); return; }
    let doublings = u32(2 - kind);
    let at = u32(i) >> doublings;
    let place = u32(i) & ((1u << doublings) - 1u);
    atomicAnd(&X[at], ~placed(kind, place, -1));
    atomicOr(&X[at], placed(kind, place, v));
}
fn X_set_unit(unit: i32, i: i32, v: vec4<u32>) {
    if unit < 4 { X_set(unit - 1, i, i32(v.x)); return; }
    let words = unit / 4;
    for (var k = 0; k < words; k++) { atomicStore(&X[words * i + k], v[k]); }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaders_have_the_names_and_pointers_of_their_kernels() {
        for &(kernel, name) in NAMES {
            assert_eq!(kernel.name(), name);
            let (source, pointers) = (source(kernel).unwrap(), kernel.arguments().0);
            assert!(source.starts_with(&format!("// As {name}.cu.")), "{kernel}");
            assert_eq!(source.lines().filter_map(pointer).count(), pointers, "{kernel}");
            for binding in 0..=pointers {
                let access = if binding < pointers { "read_write" } else { "read" };
                let declared = format!("@group(0) @binding({binding}) var<storage, {access}> ");
                assert!(source.contains(&declared), "{kernel}: {declared}");
            }
            assert!(!source.contains("#include"), "{kernel}");
        }
    }

    /// Nothing that a driver may compute in its own way.
    #[test]
    fn shaders_have_no_floats() {
        for &(kernel, _) in NAMES {
            let text = source(kernel).unwrap();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            for word in code.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || "_.".contains(c))))
            {
                // float: the names that a shader must not have.
                assert!(!["f16", "f32", "vec2f", "vec3f", "vec4f"].contains(&word), "{kernel}: {word}");
                let number = word.starts_with(|c: char| c.is_ascii_digit());
                assert!(
                    !number || !(word.contains('.') || word.ends_with('f') && !word.starts_with("0x")),
                    "{kernel}: {word}"
                );
            }
        }
    }
}
