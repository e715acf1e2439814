//! Grey images in a terminal.

use anstyle::{Ansi256Color, Style};

/// From dark to light, for terminals without colours.
const RAMP: &[u8] = b" .:-=+*#%@";
/// Of the 256 colours these are greys, from dark to light.
const GREYS: (u8, u8) = (232, 255);
/// Between two images.
const GAP: &str = "   ";

/// Images side by side, each `width` pixels wide (one byte a pixel, 0 is black), with a line of text under each.
/// One character shows two pixels, one above the other.
pub fn side_by_side(images: &[(&[u8], String)], width: usize, colours: bool) -> Vec<String> {
    let rows = |pixels: &[u8]| -> Vec<String> {
        let rows: Vec<&[u8]> = pixels.chunks(width).collect();
        rows.chunks(2).map(|pair| line(pair.first().copied(), pair.get(1).copied(), colours)).collect()
    };
    let painted: Vec<Vec<String>> = images.iter().map(|(pixels, _)| rows(pixels)).collect();
    let height = painted.iter().map(Vec::len).max().unwrap_or(0);
    let row = |y: usize| {
        let parts: Vec<&str> = painted.iter().map(|image| image.get(y).map_or("", String::as_str)).collect();
        parts.join(GAP)
    };
    let captions: Vec<String> = images.iter().map(|(_, text)| format!("{text:width$.width$}")).collect();
    (0..height).map(row).chain([captions.join(GAP)]).collect()
}

fn line(upper: Option<&[u8]>, lower: Option<&[u8]>, colours: bool) -> String {
    let upper = upper.unwrap_or_default();
    let lower = lower.unwrap_or_default();
    let pair = |(x, &top): (usize, &u8)| (top, lower.get(x).copied().unwrap_or(0));
    if colours {
        let mut text: String =
            upper.iter().enumerate().map(pair).map(|(top, low)| half_block(top, low)).collect();
        text.push_str("\u{1b}[0m");
        return text;
    }
    upper
        .iter()
        .enumerate()
        .map(pair)
        .map(|(top, low)| shade(u16::midpoint(top.into(), low.into())))
        .collect()
}

/// The upper half of the character in one grey and the lower half in another.
fn half_block(top: u8, low: u8) -> String {
    let grey = |value: u8| {
        let steps = u16::from(GREYS.1 - GREYS.0);
        Ansi256Color(GREYS.0 + u8::try_from(u16::from(value) * steps / 255).unwrap_or(0))
    };
    let style = Style::new().fg_color(Some(grey(top).into())).bg_color(Some(grey(low).into()));
    format!("{style}▀")
}

fn shade(value: u16) -> char {
    let index = usize::from(value) * (RAMP.len() - 1) / 255;
    RAMP.get(index).copied().map_or(' ', char::from)
}

/// Numbers as bars of eight heights, the least empty and the largest full.
pub fn bars(values: &[i32]) -> String {
    let (least, most) =
        (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let span = (i64::from(most) - i64::from(least)).max(1);
    let bar = |&v: &i32| {
        let eighths = (i64::from(v) - i64::from(least)) * 7 / span;
        char::from_u32(0x2581 + u32::try_from(eighths).unwrap_or(0)).unwrap_or(' ')
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pixels_a_character() {
        let lines =
            side_by_side(&[(&[0, 255, 0, 255], "ab".into()), (&[0, 0, 0, 255], "c".into())], 2, false);
        assert_eq!(lines, [" @    =", "ab   c "]);
    }

    #[test]
    fn colours_are_greys_of_256() {
        let lines = side_by_side(&[(&[0, 255], "x".into())], 1, true);
        assert_eq!(lines[0], "\u{1b}[38;5;232m\u{1b}[48;5;255m▀\u{1b}[0m");
    }

    #[test]
    fn bars_span_from_least_to_most() {
        assert_eq!(bars(&[-5, 0, 9]), "▁▃█");
        assert_eq!(bars(&[7, 7]), "▁▁");
        assert_eq!(bars(&[i32::MIN, i32::MAX]), "▁█");
    }
}
