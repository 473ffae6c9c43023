use std::io::{self, Write};

use anyhow::Result;
use clap::{Args, CommandFactory, error::ErrorKind};
use clap_complete::Shell;

use crate::{Tw, context::Context};

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  tw completions bash > ~/.local/share/bash-completion/completions/tw
  tw completions zsh > \"${fpath[1]}/_tw\"
  tw completions fish > ~/.config/fish/completions/tw.fish";

impl Completions {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        if context.output.is_json() {
            let message = "completions are a script for the shell, not JSON: leave --json out";
            Tw::command().error(ErrorKind::ArgumentConflict, message).exit();
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Tw::command(), "tw", &mut script);
        Ok(io::stdout().write_all(&script)?)
    }
}
