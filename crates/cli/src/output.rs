//! What goes to stdout: text for people, or one JSON value.

use std::{
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
};

use serde::Serialize;

pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether one JSON value is asked for.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// The value itself with `--json`, else what is made of it for people.
    pub(crate) fn show<T: Display>(
        &self,
        value: &impl Serialize,
        text: impl FnOnce() -> T,
    ) -> io::Result<()> {
        if self.json { self.json(value) } else { self.text(text()) }
    }

    /// One JSON value on a line of its own; spread over several on a terminal.
    pub(crate) fn json(&self, value: &impl Serialize) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        if io::stdout().is_terminal() {
            serde_json::to_writer_pretty(&mut out, value)?;
        } else {
            serde_json::to_writer(&mut out, value)?;
        }
        finish(out)
    }

    pub(crate) fn text(&self, text: impl Display) -> io::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        write!(out, "{text}")?;
        finish(out)
    }
}

fn finish(mut out: impl Write) -> io::Result<()> {
    out.write_all(b"\n")?;
    out.flush()
}
