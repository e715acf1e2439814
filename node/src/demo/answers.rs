//! Step 4: what a person sees.

use super::{classify::Run, tested::Tested};
use crate::{
    paint,
    ui::{Rows, Ui, short, thousands},
};
use isocortex_convert::dequantise_output;
use isocortex_model::{DType, TensorType};

/// Pixels in a row of a photograph.
const WIDTH: usize = 28;
/// Photographs that are drawn.
const DRAWN: usize = 3;
/// Rows of the table.
const ROWS: usize = 12;

/// Draws a few photographs and lists the first answers, then wrong ones among the rest.
pub fn show(run: &Run, fashion: &Tested, ui: Ui) {
    let drawn: Vec<(&[u8], String)> = run
        .photographs
        .iter()
        .take(DRAWN)
        .map(|p| (p.pixels.as_slice(), format!("{} (says the chain)", fashion.class(p.prediction))))
        .collect();
    paint::side_by_side(&drawn, WIDTH, ui.colours()).into_iter().for_each(|line| ui.line(line));

    let (header, ty) = (fashion.converted.model.header(), fashion.converted.model.output_types().next());
    let (Some(output), Some(ty)) = (header.outputs.first(), ty) else { return };
    let mut rows =
        Rows::new(&["#image", "the chain says", "it is", "logits", "#best", "#gas", "#block", "state root"]);
    let shown = |index: usize, right: bool| index < ROWS || !right;
    for (index, p) in
        run.photographs.iter().enumerate().filter(|(i, p)| shown(*i, p.prediction == p.label)).take(2 * ROWS)
    {
        let reals = dequantise_output(output, ty, &p.logits);
        let mark = if p.prediction == p.label { "✓" } else { "✗" };
        rows.row([
            index.to_string(),
            format!("{mark} {}", fashion.class(p.prediction)),
            fashion.class(p.label).to_owned(),
            paint::bars(&integers(ty, &p.logits)),
            reals.get(p.prediction).map_or(String::new(), |best| format!("{best:.2}")),
            thousands(p.gas),
            p.block.to_string(),
            short(p.state_root),
        ]);
    }
    ui.table(rows);
    ui.line(format_args!("the first {ROWS} of {}, and further ones that are wrong", run.photographs.len()));
}

/// The elements of an output.
fn integers(ty: &TensorType, bytes: &[u8]) -> Vec<i32> {
    let one = |bytes: &[u8]| match (ty.dtype, bytes) {
        (DType::I8, &[a]) => i32::from(a as i8),
        (DType::I16, &[a, b]) => i32::from(i16::from_le_bytes([a, b])),
        (DType::I32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]),
        _ => 0,
    };
    bytes.chunks(ty.dtype.size()).map(one).collect()
}
