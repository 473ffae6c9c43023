//! Arguments that may be on stdin or in a file instead.

use std::{
    borrow::Cow,
    fs,
    io::{self, Read},
};

use anyhow::{Context, Result};

/// The argument, or all of stdin where it is `-`.
pub(crate) fn argument_or_stdin(argument: &str) -> Result<Cow<'_, str>> {
    if argument == "-" { stdin().map(Into::into) } else { Ok(argument.into()) }
}

/// What is in the file, or on stdin where its name is `-`.
pub(crate) fn file_or_stdin(path: &str) -> Result<String> {
    if path == "-" {
        stdin()
    } else {
        fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
    }
}

fn stdin() -> Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).context("cannot read stdin")?;
    Ok(text)
}
