use std::{env, path::Path};

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::{Error, ErrorKind, Result};

/// The password of a keyfile from the environment, where bittensor and btcli leave it: the variable `BT_PW_` and the
/// file's path in capitals, `_` for each `/` and `.`; its value is the password XOR the variable's name, over and over,
/// in base64. `None` if there is no such variable.
///
/// This hides a password from a glance and from nobody else.
///
/// # Errors
/// `WrongPassword` if there is one that holds something else.
pub fn password_from_environment(path: impl AsRef<Path>) -> Result<Option<Zeroizing<String>>> {
    let name = variable(path.as_ref());
    let Some(value) = env::var_os(&name) else { return Ok(None) };
    let password = value.to_str().and_then(|value| revealed(&name, value));
    match password {
        Some(password) => Ok(Some(password)),
        None => Err(Error::new(
            ErrorKind::WrongPassword,
            format!("the variable {name} holds no password as bittensor leaves it"),
        )),
    }
}

fn variable(path: &Path) -> String {
    let path = path.to_string_lossy().replace(['/', '.'], "_").to_uppercase();
    format!("BT_PW_{path}")
}

fn revealed(name: &str, value: &str) -> Option<Zeroizing<String>> {
    let mut bytes = BASE64.decode(value.as_bytes()).ok()?;
    for (byte, mask) in bytes.iter_mut().zip(name.bytes().cycle()) {
        *byte ^= mask;
    }
    String::from_utf8(bytes).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests;
