//! What is done only if the user says so.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context as _, Result, bail};

/// Returns if the user agrees, here or with `--yes`; fails where there is nobody to ask.
pub(crate) fn confirmed(yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        bail!("nothing is signed: there is no terminal to ask at, and no --yes");
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).context("cannot ask")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("nothing is signed"),
    }
}
