//! How a command ends when it does not end well.

use std::{borrow::Cow, io, process::ExitCode};

use anstyle::{AnsiColor, Style};
use anyhow::Error;
use tensorwire::{ErrorKind, Network};

use crate::endpoint_option::EndpointOption;
use crate::stop::Stopped;

/// What the user named is not there, and where to see what is.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct NotFound {
    message: String,
    hint: &'static str,
}

impl NotFound {
    pub(crate) fn new(message: String, hint: &'static str) -> Self {
        Self { message, hint }
    }

    /// In the metadata of a runtime.
    pub(crate) fn in_runtime(message: String) -> Self {
        Self::new(message, LISTS_THE_RUNTIME)
    }
}

/// What was sent may be on its way still: nobody may take this for a failure, and send it again.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Undecided {
    message: String,
}

impl Undecided {
    pub(crate) fn new(message: String) -> Self {
        Self { message }
    }
}

/// The exit code of what is not known.
const UNDECIDED: u8 = 3;

const LISTS_THE_RUNTIME: &str = "`tw metadata` lists what the runtime has";

const BOLD_RED: Style = AnsiColor::Red.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Tells the user, on stderr and in colours only if that is a terminal, and gives the exit code.
pub(crate) fn report(error: &Error) -> ExitCode {
    if is_broken_pipe(error) {
        // The reader has what it wanted, as `head` does.
        return ExitCode::SUCCESS;
    }
    if let Some(stopped) = error.downcast_ref::<Stopped>() {
        return ExitCode::from(stopped.exit_code());
    }
    anstream::eprintln!("{BOLD_RED}error:{BOLD_RED:#} {}", one_line(error));
    if let Some(hint) = hint(error) {
        anstream::eprintln!("{CYAN}hint:{CYAN:#} {hint}");
    }
    if is_undecided(error) { ExitCode::from(UNDECIDED) } else { ExitCode::FAILURE }
}

/// Whether it is not known what became of something that was sent.
pub(crate) fn is_undecided(error: &Error) -> bool {
    let lost = error.downcast_ref::<tensorwire::Error>().map(tensorwire::Error::kind);
    error.is::<Undecided>() || lost == Some(ErrorKind::FateUnknown)
}

/// The error and its causes; some of them like to spread over many lines.
fn one_line(error: &Error) -> String {
    let message = format!("{error:#}");
    let lines: Vec<_> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

fn is_broken_pipe(error: &Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What to do about it, where the message does not say so itself.
fn hint(error: &Error) -> Option<Cow<'static, str>> {
    if let Some(NotFound { hint, .. }) = error.downcast_ref() {
        return Some((*hint).into());
    }
    if let Some(EndpointOption { name: "--network", .. }) = error.downcast_ref() {
        let names = Network::names().collect::<Vec<_>>().join(", ");
        return Some(format!("--network takes {names}, or a URL such as ws://127.0.0.1:9944").into());
    }
    if let Some(error) = error.downcast_ref::<tensorwire_wallet::Error>() {
        use tensorwire_wallet::ErrorKind;
        return match error.kind() {
            ErrorKind::NotFound => {
                Some("`tw wallet list` lists the keys in the folder of --wallet-path".into())
            }
            ErrorKind::Exists => Some("--overwrite writes over it".into()),
            _ => None,
        };
    }
    let error = error.downcast_ref::<tensorwire::Error>()?;
    if is_too_many(error) {
        let wait = error.retry_after().map(|time| format!(" {:.0} seconds", time.as_secs_f64().ceil()));
        let wait = wait.unwrap_or_default();
        return Some(format!("wait{wait}, or name another operator's node with --fallback URL").into());
    }
    let is_bad_proof = error.transaction_error().is_some_and(|error| error.name() == "BadProof");
    let hint = match error.kind() {
        ErrorKind::Rejected if is_bad_proof => {
            "the signature is by another key, or for another chain, runtime or era: sign it anew"
        }
        ErrorKind::Timeout => "--timeout SECONDS gives it longer",
        ErrorKind::Pruned => {
            "--archive URL asks a node that keeps the state of old blocks, as --network archive does"
        }
        ErrorKind::WrongChain => "--network, --fallback and --archive have to name nodes of one chain",
        ErrorKind::NotFound => LISTS_THE_RUNTIME,
        ErrorKind::RuntimeChanged => "compose and sign it anew, with the metadata of the new runtime",
        ErrorKind::Expired => "it never will be in a block: compose and sign it anew",
        _ => return None,
    };
    Some(hint.into())
}

/// Whether the node refuses to answer since it was asked too often: a question, or the connection itself.
fn is_too_many(error: &tensorwire::Error) -> bool {
    const TOO_MANY_REQUESTS: u16 = 429;
    let status = error.rpc().and_then(|error| error.http_status());
    error.is_rate_limited() || status == Some(TOO_MANY_REQUESTS)
}
