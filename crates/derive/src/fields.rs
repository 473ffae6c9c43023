use crate::attributes::Attributes;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Fields, Ident, Index, Path, Result, Type, ext::IdentExt};

/// The fields of a struct or variant, and the code that compares and reads them.
pub(crate) struct DerivedFields<'f> {
    krate: &'f Path,
    named: bool,
    fields: Vec<DerivedField<'f>>,
}

struct DerivedField<'f> {
    /// How a struct expression names it.
    member: TokenStream,
    /// What it is kept in until all are read.
    slot: Ident,
    name: String,
    ty: &'f Type,
    attributes: Attributes,
}

impl<'f> DerivedFields<'f> {
    pub(crate) fn new(krate: &'f Path, fields: &'f Fields) -> Result<Self> {
        let derived = fields.iter().enumerate().map(|(place, field)| {
            let attributes = Attributes::of_field(&field.attrs)?;
            let index = Index::from(place);
            let (member, written) = match &field.ident {
                Some(ident) => (quote!(#ident), ident.unraw().to_string()),
                None => (quote!(#index), place.to_string()),
            };
            let name = attributes.rename.clone().unwrap_or(written);
            Ok(DerivedField { member, slot: format_ident!("field_{place}"), name, ty: &field.ty, attributes })
        });
        let named = !matches!(fields, Fields::Unnamed(_));
        Ok(Self { krate, named, fields: derived.collect::<Result<_>>()? })
    }

    /// The type of a struct that is nothing but its one unnamed field.
    pub(crate) fn newtype(&self) -> Option<TokenStream> {
        match self.fields.as_slice() {
            [field] if !self.named => Some(self.wire_type(field)),
            _ => None,
        }
    }

    /// What the binder is told.
    pub(crate) fn description(&self) -> TokenStream {
        let krate = self.krate;
        let kind = if self.named { quote!(Named) } else { quote!(Unnamed) };
        let fields = self.fields.iter().map(|field| {
            let (name, wire) = (&field.name, self.wire_type(field));
            let default = field.attributes.default.then(|| quote!(.or_default()));
            quote!(#krate::__private::Field::new::<#wire>(#name) #default)
        });
        quote!(#krate::__private::Fields::#kind(::std::vec![#(#fields),*]))
    }

    /// The expression that reads them one after the other.
    pub(crate) fn read_exact(&self, constructor: &TokenStream) -> TokenStream {
        let krate = self.krate;
        let fields = self.fields.iter().map(|field| {
            let (member, wire) = (&field.member, self.wire_type(field));
            let value = self.unwrapped(field, quote!(<#wire as #krate::FromScale>::read_exact(reader)?));
            quote!(#member: #value)
        });
        quote!(#constructor { #(#fields),* })
    }

    /// The expression that reads them in the order in which `walk` meets them in `steps`.
    pub(crate) fn read_mapped(
        &self,
        constructor: &TokenStream,
        walk: &TokenStream,
        steps: &TokenStream,
    ) -> TokenStream {
        let slots: Vec<_> = self.fields.iter().map(|field| &field.slot).collect();
        let arms = self.fields.iter().enumerate().map(|(place, field)| {
            let (slot, wire, name) = (&field.slot, self.wire_type(field), &field.name);
            quote!(#place => #slot = ::std::option::Option::Some(
                reader.read::<#wire>(binding).map_err(|error| error.inside(#name))?
            ),)
        });
        let fields = self.fields.iter().map(|field| {
            let (member, slot) = (&field.member, &field.slot);
            let value = self.unwrapped(field, quote!(value));
            let missing = match field.attributes.default {
                true => quote!(::std::default::Default::default()),
                false => quote!(return ::std::result::Result::Err(reader.missing_field())),
            };
            quote!(#member: match #slot {
                ::std::option::Option::Some(value) => #value,
                ::std::option::Option::None => #missing,
            })
        });
        quote!({
            #(let mut #slots = ::std::option::Option::None;)*
            #walk(#steps, |reader, place, binding| {
                match place {
                    #(#arms)*
                    _ => {}
                }
                ::std::result::Result::Ok(())
            })?;
            #constructor { #(#fields),* }
        })
    }

    /// A newtype around what was read.
    pub(crate) fn wrap(&self, value: TokenStream) -> TokenStream {
        let values = self.fields.iter().map(|field| self.unwrapped(field, value.clone()));
        quote!(Self(#(#values),*))
    }

    /// The type that is read: the compact form where the attribute says so.
    fn wire_type(&self, field: &DerivedField<'_>) -> TokenStream {
        let (krate, ty) = (self.krate, field.ty);
        if field.attributes.compact { quote!(#krate::Compact<#ty>) } else { quote!(#ty) }
    }

    fn unwrapped(&self, field: &DerivedField<'_>, value: TokenStream) -> TokenStream {
        if field.attributes.compact { quote!(#value.0) } else { value }
    }
}
