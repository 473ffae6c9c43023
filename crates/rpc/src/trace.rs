//! Frames as they may stand in a log.

use std::fmt;

use crate::answer::cut;

#[cfg(test)]
mod tests;

/// How much of a frame is looked at, in bytes.
const SHOWN_BYTES: usize = 512;

/// Methods whose parameters are secret.
const SECRET_METHODS: [&str; 1] = ["author_insertKey"];

/// What a key contains, in lower case and without separators, whose value is secret.
const SECRET_KEYS: [&str; 9] =
    ["seed", "mnemonic", "password", "passphrase", "suri", "private", "secret", "authorization", "apikey"];

/// The beginning of a frame, without what may be secret: values of keys that sound like secrets, parameters of methods
/// that take some, and whatever follows the scheme of a URL. Costs nothing until it is written.
pub(crate) fn shown(frame: &str) -> impl fmt::Display {
    Shown(frame)
}

struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = cut(self.0, SHOWN_BYTES);
        let whole = rest.len() == self.0.len();
        let mut secret_params = false;
        while let Some((before, after)) = rest.split_once('"') {
            let (text, after) = after.split_at(string_end(after));
            without_urls(f, before)?;
            f.write_str("\"")?;
            without_urls(f, text)?;
            rest = after;
            if let Some(value) =
                after.strip_prefix('"').map(str::trim_start).and_then(|rest| rest.strip_prefix(':'))
                && (is_secret(text) || secret_params && text == "params")
            {
                f.write_str("\":\"…\"")?;
                let value = value.trim_start();
                rest = &value[value_end(value)..];
            } else if let Some(after) = after.strip_prefix('"') {
                f.write_str("\"")?;
                rest = after;
            }
            secret_params |= SECRET_METHODS.contains(&text);
        }
        without_urls(f, rest)?;
        if whole { Ok(()) } else { write!(f, "… ({} bytes)", self.0.len()) }
    }
}

fn is_secret(key: &str) -> bool {
    let key: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    // A chain's properties hold a `tokenSymbol`.
    key.ends_with("token") || SECRET_KEYS.iter().any(|word| key.contains(word))
}

fn without_urls(f: &mut fmt::Formatter<'_>, mut text: &str) -> fmt::Result {
    while let Some((before, after)) = text.split_once("://") {
        write!(f, "{before}://…")?;
        text = &after[after.find(char::is_whitespace).unwrap_or(after.len())..];
    }
    f.write_str(text)
}

/// Where a string ends whose opening quote has been read: at its closing quote, or with the text.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(text.len())
}

/// Where the value ends that `text` begins with.
fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => at += 1 + string_end(&text[at + 1..]),
            b'[' | b'{' => depth += 1,
            b']' | b'}' | b',' if depth == 0 => return at,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}
