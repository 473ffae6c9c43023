//! The derive macro of tensorwire-scale, which re-exports it.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attributes;
mod expand;
mod fields;

/// Implements `FromScale`, which documents the attributes.
#[proc_macro_derive(FromScale, attributes(scale))]
pub fn from_scale(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::from_scale(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
