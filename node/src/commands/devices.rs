//! `isocortex devices`

use crate::{
    backend::{Choice, Device, SelfTest, survey},
    failure::{Failure, Verdict},
    ui::{Rows, Ui, thousands},
};

/// Shows each backend, whether this machine has it, and whether it gives known answers for every op
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex devices --json")]
pub struct Args {}

pub fn run(_: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let devices = survey(choice);
    let mut rows = Rows::new(&["backend", "usable", "runs on", "kernels", "self-test"]);
    for Device { backend, usable, what, driver, memory, kernels, self_test } in &devices {
        let usable = if *usable { "yes" } else { "no" };
        let memory = memory.map(|bytes| format!("{} MiB", thousands(bytes >> 20)));
        let what: Vec<_> =
            [Some(what), driver.as_ref(), memory.as_ref()].into_iter().flatten().cloned().collect();
        let tested = match self_test {
            SelfTest::Right(cases) => format!("{cases} of {cases} known answers"),
            SelfTest::Wrong(reason) => reason.clone(),
            SelfTest::NotMeasured => "not measured".into(),
        };
        rows.row([backend.name(), usable, &what.join(", "), kernels.as_deref().unwrap_or("–"), &tested]);
    }
    ui.table(rows);
    ui.document(&devices)?;
    Ok(Verdict::Yes)
}
