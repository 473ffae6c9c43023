//! Which option is to blame for a URL that is none.

use std::fmt;

use anyhow::Error;
use tensorwire_rpc::{Client, ErrorKind};

use crate::options::Options;

/// An option that names an endpoint, and as much of the URL as may be shown.
#[derive(Debug)]
pub(crate) struct EndpointOption {
    pub(crate) name: &'static str,
    shown: Option<String>,
}

impl EndpointOption {
    /// The error with the option that it is about in front, if there is one.
    pub(crate) fn blame(options: &Options, error: tensorwire::Error) -> Error {
        if !error.rpc().is_some_and(|error| error.kind() == ErrorKind::Url) {
            return error.into();
        }
        let endpoints = [("--network", options.network.url())].into_iter();
        let endpoints = endpoints.chain(options.fallback.iter().map(|url| ("--fallback", url.as_str())));
        let mut endpoints = endpoints.chain(options.archive.iter().map(|url| ("--archive", url.as_str())));
        let Some((name, url)) = endpoints.find(|(_, url)| !is_url(url)) else { return error.into() };
        let shown = public_part(url).filter(|part| !error.to_string().contains(part)).map(str::to_owned);
        Error::new(error).context(Self { name, shown })
    }
}

impl fmt::Display for EndpointOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shown {
            Some(shown) => write!(f, "{} {shown}", self.name),
            None => f.write_str(self.name),
        }
    }
}

fn is_url(url: &str) -> bool {
    !Client::builder(url).build().is_err_and(|error| error.kind() == ErrorKind::Url)
}

/// Scheme, host and port of what may be no URL: a password or a token must not be printed.
fn public_part(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let scheme = url.len() - rest.len();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..scheme + end).filter(|part| !part.contains('@'))
}
