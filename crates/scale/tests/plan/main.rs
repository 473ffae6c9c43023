//! What the compiled type registry promises: equal to the static codec, clear about bad input, safe from it.
#![allow(clippy::unwrap_used)]

mod depth;
mod encode;
mod hostile;
mod json;
mod names;
mod real;
mod static_codec;
mod strict;
mod support;
mod typed;
mod value;
