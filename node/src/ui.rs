//! What a person sees, and what a script reads.
//!
//! Results go to standard output, progress and errors to standard error. With `--json` standard output is one
//! JSON document and nothing else.

use crate::failure::Failure;
use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::{
    fmt::Display,
    io::{Error, ErrorKind, IsTerminal, Write},
    sync::OnceLock,
    time::Duration,
};

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What is right.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();

/// What standard output refused first.
static UNWRITTEN: OnceLock<Error> = OnceLock::new();

/// A line on standard output. A reader that has seen enough is no fault; any other is kept for [`unwritten`].
pub fn put(text: impl Display) {
    let mut out = anstream::stdout();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            UNWRITTEN.get_or_init(|| error);
        }
        _ => {}
    }
}

/// Whether a result could not be written; says so.
pub fn unwritten() -> bool {
    let error = UNWRITTEN.get();
    if let Some(error) = error {
        anstream::eprintln!("{BAD}error:{BAD:#} standard output: {error}");
    }
    error.is_some()
}

/// Where a command writes.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    json: bool,
}

impl Ui {
    /// For people, or for scripts.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// True with `--json`.
    pub const fn json(self) -> bool {
        self.json
    }

    /// True where standard output shows colours.
    pub fn colours(self) -> bool {
        !self.json && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
    }

    /// A line for people.
    pub fn line(self, text: impl Display) {
        if !self.json {
            put(text);
        }
    }

    /// A heading for people.
    pub fn heading(self, text: impl Display) {
        self.line(format_args!("\n{BOLD}{text}{BOLD:#}"));
    }

    /// A table for people.
    pub fn table(self, rows: Rows) {
        self.line(rows.0);
    }

    /// A table beside the result, on standard error.
    pub fn aside(self, rows: Rows) {
        anstream::eprintln!("{}", rows.0);
    }

    /// The document for scripts.
    ///
    /// # Errors
    /// None that a correct program has: a value without a JSON form.
    pub fn document(self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string_pretty(value).map_err(Failure::new)?;
            put(text);
        }
        Ok(())
    }

    /// Shows what stopped the command.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            let text = serde_json::json!({ "error": failure.message, "hint": failure.hint });
            put(format_args!("{text:#}"));
            return;
        }
        anstream::eprintln!("{BAD}error:{BAD:#} {}", failure.message);
        if let Some(hint) = &failure.hint {
            anstream::eprintln!("  {BOLD}hint:{BOLD:#} {hint}");
        }
    }

    /// A bar on standard error, where that is a terminal.
    pub fn progress(self, what: &str, of: u64) -> ProgressBar {
        self.bar(what, Some(of), "  {msg:24} {bar:32.cyan/blue} {pos}/{len} {elapsed:.dim}")
    }

    /// A sign of life on standard error, where nobody knows how long it takes.
    pub fn spinner(self, what: &str) -> ProgressBar {
        self.bar(what, None, "  {msg:24} {spinner} {elapsed:.dim}")
    }

    fn bar(self, what: &str, of: Option<u64>, template: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(of, ProgressDrawTarget::stderr());
        if self.json || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// A table under construction.
pub struct Rows(Table);

impl Rows {
    /// A table with these column heads; those that begin with `#` are numbers, set to the right.
    pub fn new(heads: &[&str]) -> Self {
        let Self(mut table) = Self::bare();
        table.set_header(heads.iter().map(|head| head.trim_start_matches('#')));
        for (index, _) in heads.iter().enumerate().filter(|(_, head)| head.starts_with('#')) {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(table)
    }

    fn bare() -> Self {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
        table.set_content_arrangement(ContentArrangement::Dynamic);
        // A terminal that is narrower, or does not know its width, breaks lines itself.
        let width = table.width().filter(|width| *width >= 80).unwrap_or(110);
        table.set_width(width);
        Self(table)
    }

    /// A table of two columns: what, and how much.
    pub fn pairs(rows: impl IntoIterator<Item = (impl Display, String)>) -> Self {
        let mut table = Self::bare();
        rows.into_iter().for_each(|(what, value)| table.row([what.to_string(), value]));
        table
    }

    /// Adds a row.
    pub fn row<T: Into<comfy_table::Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.add_row(cells);
    }
}

/// 1234567 as "1,234,567".
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `part` of `whole` in hundredths of a percent, rounded down: "93.80 %".
pub fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// How many a second, with one decimal: "87.3".
pub fn rate(count: u64, time: Duration) -> String {
    let tenths = u128::from(count) * 10_000_000_000 / time.as_nanos().max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The first bytes of a hash: "0x1234abcd…".
pub fn short(hash: impl Display) -> String {
    let text = hash.to_string();
    format!("{}…", text.get(..10).unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1000), "1,000");
        assert_eq!(thousands(16_777_216), "16,777,216");
        assert_eq!(percent(469, 500), "93.80 %");
        assert_eq!(percent(1, 3), "33.33 %");
        assert_eq!(percent(0, 0), "0.00 %");
        assert_eq!(rate(200, Duration::from_secs(3)), "66.6");
        assert_eq!(short("0x1234abcdef"), "0x1234abcd…");
    }
}
