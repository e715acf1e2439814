//! The shaders of `gpu/shaders` as the text that a driver is given: files put together, and for each pointer the
//! functions that take elements out of its words.

use crate::Kernel;

macro_rules! files {
    ($($name:literal,)*) => {
        /// A kernel's own file, or one that shaders include.
        fn file(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../shaders/", $name, ".wgsl"))),)*
                _ => None,
            }
        }
    };
}

files! {
    // Of one kernel each, by its name.
    "abs_max_row",
    "add_f24",
    "add_scaled",
    "avgpool_f24",
    "batch_matmul_s16_s16_s32",
    "batch_matmul_s16_s8_s32",
    "batch_matmul_s8_s16_s32",
    "batch_matmul_s8_s8_s32",
    "binary",
    "causal_mask",
    "clamp",
    "conv2d_grouped_s8_s8_s32",
    "conv2d_s16_s8_s32",
    "conv2d_s8_s8_s32",
    "conv_transpose2d_s16_s8_s32",
    "conv_transpose2d_s8_s8_s32",
    "copy_strided",
    "cum_sum",
    "depthwise_conv2d_s16_s8_s32",
    "depthwise_conv2d_s8_s8_s32",
    "dyn_quant_row",
    "fill",
    "gather_rows",
    "gemm_s8_s8_s32",
    "gemv_s8_s8_s32",
    "kv_append",
    "l2_norm",
    "layer_norm",
    "mul_rescale",
    "pool",
    "reduce",
    "rescale",
    "rescale_f24",
    "rescale_row",
    "resize_bilinear",
    "resize_nearest",
    "rms_norm",
    "rope",
    "scatter_row",
    "scatter_winner",
    "select_elements",
    "softmax15",
    "sum_parts",
    "table16",
    "table8",
    "top_k_merge",
    "top_k_sort",
    "transpose_tile",
    "tree_ensemble",
    "unary",
    // Of several.
    "prelude",
    "wide",
    "words",
    "elements",
    "units",
    "divisor",
    "zoom",
    "broadcast",
    "two_operands",
    "window",
    "linear",
    "parts",
    "depthwise_conv2d",
    "rows",
    "row_map",
    "roots",
    "tail",
    "tile",
    "tile_wide",
    "batch_matmul",
    "batch_matmul_s32",
    "conv2d_limbs",
    "conv_transpose2d",
    "keys",
    "top_k",
}

/// The whole text of a kernel's shader. A file that is not there stays named in it, which no compiler takes.
pub(super) fn source(kernel: Kernel) -> Option<String> {
    let mut text = String::new();
    put(&mut text, file(kernel.name())?);
    Some(text)
}

/// Adds a file with what it includes.
fn put(text: &mut String, lines: &str) {
    for line in lines.lines() {
        let included = line.strip_prefix("#include ").and_then(|name| name.strip_suffix(".wgsl"));
        if let Some(part) = included.and_then(file) {
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

/// Element `i` and unit `i` of an array that is only written are set. Each thread touches only its own bits, so that the
/// order of two in a word does not matter.
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

    /// The kernels that have one.
    fn shaders() -> Vec<(Kernel, String)> {
        Kernel::ALL.iter().filter_map(|&kernel| Some((kernel, source(kernel)?))).collect()
    }

    #[test]
    fn shaders_have_the_names_and_pointers_of_their_kernels() {
        assert!(shaders().len() > 40);
        for (kernel, source) in shaders() {
            let pointers = kernel.arguments().0;
            assert!(source.starts_with(&format!("// As {kernel}.cu.")), "{kernel}");
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
        for (kernel, text) in shaders() {
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
