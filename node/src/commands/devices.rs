//! `isocortex devices`

use crate::{
    backend::{Choice, survey},
    failure::{Failure, Verdict},
    ui::{Rows, Ui},
};

/// Shows each backend, whether this machine has it, and whether it gives known answers for every op
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex devices --json")]
pub struct Args {}

pub fn run(_: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let devices = survey(choice);
    let mut rows = Rows::new(&["backend", "usable", "runs on", "self-test"]);
    for device in &devices {
        let usable = if device.usable { "yes" } else { "no" };
        let tested =
            if device.usable { format!("{} answers right", device.self_test) } else { "not measured".into() };
        rows.row([device.backend.name(), usable, &device.what, &tested]);
    }
    ui.table(rows);
    ui.document(&devices)?;
    Ok(Verdict::Yes)
}
