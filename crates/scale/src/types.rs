//! What metadata does not say.

use crate::{Error, ErrorKind, Result, hash::blake2_128};
use definition::Definitions;
use std::{
    fmt, fs,
    ops::RangeInclusive,
    path::Path,
    sync::{Arc, LazyLock},
};

mod chain_file;
pub(crate) mod definition;
mod document;
pub(crate) mod name;
mod overrides;
pub(crate) mod registry;
#[cfg(test)]
mod tests;

/// Types that metadata does not describe, or describes wrongly: from files, or texts of the same form.
///
/// Metadata before V14 names types and does not say what they are: [`definitions`](Self::definitions) do. What V14
/// and later describe may be replaced, and runtime APIs be added, by [`overrides_json`](Self::overrides_json).
/// Of two types of one name, the one given later counts.
///
/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Types(Arc<Inner>);

#[derive(Clone, Default)]
struct Inner {
    layers: Vec<Layer>,
    fingerprint: [u8; 16],
}

/// What a file says of some spec versions.
#[derive(Clone)]
struct Layer {
    specs: RangeInclusive<u32>,
    kind: Kind,
    definitions: Arc<Definitions>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Definitions,
    Overrides,
}

/// The definitions that all chains share.
static BASE: LazyLock<Definitions> = LazyLock::new(|| {
    let layers = chain_file::layers("base.yaml", include_str!("types/base.yaml"));
    // A test reads them.
    layers.ok().and_then(|layers| layers.into_iter().next()).map(|(_, base)| base).unwrap_or_default()
});

impl Types {
    /// No types beyond those of the metadata.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the named types of a chain, by ranges of spec versions: YAML (or JSON) in the format of the crate
    /// `scale-info-legacy`, as it is published for Polkadot and Kusama. The name is for messages.
    ///
    /// They are what metadata before V14 needs. Newer metadata describes its own types, and takes from them the runtime
    /// APIs alone.
    ///
    /// Fails with [`ErrorKind::Definitions`], naming the line of the mistake.
    pub fn definitions(self, name: &str, text: &str) -> Result<Self> {
        let layers = chain_file::layers(name, text)?;
        Ok(self.with(Kind::Definitions, text, layers))
    }

    /// Adds types and runtime APIs that take the place of the metadata's own: the JSON that `type_registry` takes in
    /// async-substrate-interface. The name is for messages.
    ///
    /// A type is named by its whole path or the last part of it, as in `Weight`; all types of that name are replaced. A
    /// method answers `opaque T` where the runtime declares bytes that hold a `T`.
    ///
    /// Fails with [`ErrorKind::Definitions`], naming the line of the mistake.
    pub fn overrides_json(self, name: &str, text: &str) -> Result<Self> {
        let definitions = overrides::definitions(name, text)?;
        Ok(self.with(Kind::Overrides, text, [(0..=u32::MAX, definitions)]))
    }

    /// Adds a file: [`definitions`](Self::definitions) if its name ends in `.yaml` or `.yml`,
    /// [`overrides_json`](Self::overrides_json) if in `.json`.
    ///
    /// Fails with [`ErrorKind::Definitions`], also where there is no such file.
    pub fn file(self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let failed = |why: String| Error::new(ErrorKind::Definitions, format!("{name}: {why}"));
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let text = || fs::read_to_string(path).map_err(|error| failed(format!("cannot be read: {error}")));
        match extension.to_str() {
            Some("yaml" | "yml") => self.definitions(&name, &text()?),
            Some("json") => self.overrides_json(&name, &text()?),
            _ => Err(failed("types are read from .yaml, .yml or .json".to_owned())),
        }
    }

    /// What tells these types from others: a hash of all that was added. Zeros if that is nothing.
    pub fn fingerprint(&self) -> [u8; 16] {
        self.0.fingerprint
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.layers.is_empty()
    }

    fn with(
        mut self,
        kind: Kind,
        text: &str,
        layers: impl IntoIterator<Item = (RangeInclusive<u32>, Definitions)>,
    ) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        let layer = |(specs, definitions)| Layer { specs, kind, definitions: Arc::new(definitions) };
        inner.layers.extend(layers.into_iter().map(layer));
        inner.fingerprint = blake2_128(&[&inner.fingerprint[..], &[kind as u8], text.as_bytes()].concat());
        self
    }

    /// Whether any definitions were added, for any spec version.
    pub(crate) fn has_definitions(&self) -> bool {
        self.0.layers.iter().any(|layer| layer.kind == Kind::Definitions)
    }

    /// All that was added for that spec version; what counts more comes first.
    pub(crate) fn of_spec(&self, spec_version: u32) -> impl Iterator<Item = &Definitions> {
        self.layers(spec_version).map(|layer| &*layer.definitions)
    }

    /// What takes the place of the runtime's own; what counts more comes last.
    pub(crate) fn overrides(&self, spec_version: u32) -> impl Iterator<Item = &Definitions> {
        let layers = self.layers(spec_version).rev().filter(|layer| layer.kind == Kind::Overrides);
        layers.map(|layer| &*layer.definitions)
    }

    fn layers(&self, spec_version: u32) -> impl DoubleEndedIterator<Item = &Layer> {
        self.0.layers.iter().rev().filter(move |layer| layer.specs.contains(&spec_version))
    }
}

/// The definitions that all chains share.
pub(crate) fn base() -> &'static Definitions {
    &BASE
}

impl fmt::Debug for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Types").field("layers", &self.0.layers.len()).finish_non_exhaustive()
    }
}
