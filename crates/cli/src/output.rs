//! What goes to stdout: text for people, or JSON values.

use std::{
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
};

use serde::Serialize;

#[derive(Clone)]
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

    /// One of many values, as JSON or text on a line of its own, which is written before this returns: by a thread
    /// that may wait for a slow reader, so that Ctrl-C need not.
    pub(crate) async fn line<T: Serialize + Display + Send + 'static>(&self, value: T) -> io::Result<()> {
        self.lines(vec![value]).await
    }

    /// The same for several, written at once.
    pub(crate) async fn lines<T>(&self, values: Vec<T>) -> io::Result<()>
    where
        T: Serialize + Display + Send + 'static,
    {
        let json = self.json;
        let written = tokio::task::spawn_blocking(move || {
            let mut out = BufWriter::new(anstream::stdout().lock());
            for value in values {
                if json {
                    serde_json::to_writer(&mut out, &value)?;
                } else {
                    write!(out, "{value}")?;
                }
                out.write_all(b"\n")?;
            }
            out.flush()
        });
        written.await?
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
