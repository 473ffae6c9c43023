use syn::{Attribute, LitStr, Path, Result};

/// What `#[scale(..)]` says about a type, a field or a variant.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) compact: bool,
    pub(crate) default: bool,
    pub(crate) rename: Option<String>,
    pub(crate) crate_path: Option<Path>,
}

impl Attributes {
    pub(crate) fn of_type(attributes: &[Attribute]) -> Result<Self> {
        Self::parse(attributes, &["crate"])
    }

    pub(crate) fn of_field(attributes: &[Attribute]) -> Result<Self> {
        Self::parse(attributes, &["compact", "rename", "default"])
    }

    pub(crate) fn of_variant(attributes: &[Attribute]) -> Result<Self> {
        Self::parse(attributes, &["rename"])
    }

    fn parse(attributes: &[Attribute], allowed: &[&str]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("scale")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                if !allowed.contains(&name.as_str()) {
                    return Err(meta.error(format!("expected one of: {}", allowed.join(", "))));
                }
                match name.as_str() {
                    "compact" => found.compact = true,
                    "default" => found.default = true,
                    "rename" => found.rename = Some(meta.value()?.parse::<LitStr>()?.value()),
                    _ => found.crate_path = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}
