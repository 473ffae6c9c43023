//! Passwords, mnemonics and seeds: from a terminal, a file, stdin or the environment, never from an argument.

use std::{
    env, fs,
    io::{self, Read},
    path::Path,
};

use anyhow::{Context as _, Result, bail, ensure};
use tensorwire_wallet::password_from_environment;
use zeroize::Zeroizing;

use crate::stop::Stopped;

pub(crate) type Secret = Zeroizing<String>;

/// In the environment of a script: for whatever key it uses.
const PASSWORD: &str = "TW_PASSWORD";

/// No secret is that long: a reallocation would leave a copy of one behind.
const LONGEST: u64 = 4096;

/// What is in the file, without the line's end; of stdin where its name is `-`; asked for where there is none.
pub(crate) fn read(file: Option<&Path>, what: &str, option: &str) -> Result<Secret> {
    match file {
        Some(file) => in_file(file),
        None => ask(what, option),
    }
}

fn in_file(file: &Path) -> Result<Secret> {
    let mut text = Secret::new(String::with_capacity(LONGEST as usize + 1));
    let read = if file == Path::new("-") {
        io::stdin().lock().take(LONGEST + 1).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
    };
    let read = read.with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(read as u64 <= LONGEST, "{} holds no secret: it is longer than any", file.display());
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

/// Asks at the terminal, and shows nothing of the answer.
fn ask(what: &str, otherwise: &str) -> Result<Secret> {
    match rpassword::prompt_password(format!("{what}: ")) {
        Ok(answer) => Ok(Secret::new(answer)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Stopped::Interrupted.into()),
        Err(_) => bail!("there is no terminal to ask at for the {what}: {otherwise} gives it"),
    }
}

const OTHERWISE: &str = "--password-file FILE or TW_PASSWORD";

/// The password of a keyfile that is there: of the file, else of the environment, else asked for.
pub(crate) fn password(keyfile: &Path, file: Option<&Path>) -> Result<Secret> {
    match given(keyfile, file)? {
        Some(password) => Ok(password),
        None => ask(&format!("password of {}", keyfile.display()), OTHERWISE),
    }
}

/// One for a keyfile that is still to be written: asked for twice.
pub(crate) fn new_password(keyfile: &Path, file: Option<&Path>) -> Result<Secret> {
    let password = match given(keyfile, file)? {
        Some(password) => password,
        None => {
            let first = ask(&format!("new password of {}", keyfile.display()), OTHERWISE)?;
            ensure!(ask("same password again", OTHERWISE)? == first, "the two passwords differ");
            first
        }
    };
    ensure!(!password.is_empty(), "an empty password protects nothing");
    Ok(password)
}

fn given(keyfile: &Path, file: Option<&Path>) -> Result<Option<Secret>> {
    if let Some(file) = file {
        return in_file(file).map(Some);
    }
    match env::var(PASSWORD) {
        Ok(password) => Ok(Some(Secret::new(password))),
        Err(env::VarError::NotUnicode(_)) => bail!("{PASSWORD} is no text"),
        Err(env::VarError::NotPresent) => Ok(password_from_environment(keyfile)?),
    }
}
