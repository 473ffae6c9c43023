use std::fmt::{self, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use tensorwire::{Event, Receipt};

use super::Shown;

/// The header, a line for each extrinsic, and the events if they are wanted.
pub(super) fn block(shown: &Shown, events: bool) -> String {
    let mut text = header(shown);
    for extrinsic in &shown.extrinsics {
        text += &format!("\n{}", line(extrinsic));
        if events {
            text.extend(extrinsic.events().iter().map(event));
        }
    }
    if events && !shown.events.is_empty() {
        text += "\n\nevents of no extrinsic";
        text.extend(shown.events.iter().map(event));
    }
    text
}

fn header(shown: &Shown) -> String {
    let mut lines = vec![
        format!("block            {}", shown.number),
        format!("hash             {}", shown.hash),
        format!("parent           {}", shown.parent),
        format!("state root       {}", shown.state_root),
        format!("extrinsics root  {}", shown.extrinsics_root),
    ];
    lines.extend(shown.digest.iter().map(|item| format!("digest           {item}")));
    lines.extend(shown.timestamp.map(|time| format!("timestamp        {}", date(time))));
    let author =
        shown.author.map(|author| author.map_or_else(|| "-".to_owned(), |author| author.to_string()));
    lines.extend(author.map(|author| format!("author           {author}")));
    let heading = if shown.extrinsics.is_empty() { "\nno extrinsics" } else { "\nextrinsics" };
    lines.push(heading.to_owned());
    lines.join("\n")
}

/// `1234-5  signer  call  ok`.
pub(crate) fn line(extrinsic: &Receipt) -> impl fmt::Display + '_ {
    let id = extrinsic.id();
    let said = match extrinsic.decoded() {
        Ok(decoded) => {
            let signer = decoded.signer().map_or_else(|| "-".to_owned(), |signer| signer.to_string());
            format!("{signer}  {}", decoded.call())
        }
        Err(error) => format!("{error}"),
    };
    format!("{id}  {said}  {}", outcome(extrinsic))
}

/// `ok`, or why not.
pub(crate) fn outcome(extrinsic: &Receipt) -> String {
    match extrinsic.error() {
        Some(error) => format!("failed: {error}"),
        None if extrinsic.ok() => "ok".to_owned(),
        None => "-".to_owned(),
    }
}

fn event(event: &Event) -> String {
    format!("\n    {event}")
}

/// A moment in UTC; the bare number where no calendar reaches.
fn date(milliseconds: u64) -> String {
    const YEAR_9999: u64 = 253_370_764_800_000;
    let mut text = milliseconds.to_string();
    if milliseconds < YEAR_9999 {
        let moment = UNIX_EPOCH + Duration::from_millis(milliseconds);
        let _ = write!(text, "  {}", httpdate::fmt_http_date(moment));
    }
    text
}
