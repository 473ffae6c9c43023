use crate::{attributes::Attributes, fields::DerivedFields};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Path, Result, ext::IdentExt, parse_quote};

/// The bodies of the three methods.
struct Methods {
    layout: TokenStream,
    read_exact: TokenStream,
    read_mapped: TokenStream,
}

pub(crate) fn from_scale(input: &DeriveInput) -> Result<TokenStream> {
    let krate =
        Attributes::of_type(&input.attrs)?.crate_path.unwrap_or_else(|| parse_quote!(::tensorwire_scale));
    let name = input.ident.unraw().to_string();
    let Methods { layout, read_exact, read_mapped } = match &input.data {
        Data::Struct(data) => structure(&krate, &name, &data.fields)?,
        Data::Enum(data) => enumeration(&krate, &name, data)?,
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "a union cannot be read from SCALE")),
    };

    let ident = &input.ident;
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#krate::FromScale));
    }
    let (implemented, arguments, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #implemented #krate::FromScale for #ident #arguments #conditions {
            fn layout(
                binder: &mut #krate::__private::Binder<'_>,
                ty: #krate::TypeId,
            ) -> #krate::Result<#krate::__private::Layout> {
                #layout
            }

            fn read_exact(reader: &mut #krate::__private::Reader<'_>) -> #krate::Result<Self> {
                ::std::result::Result::Ok(#read_exact)
            }

            fn read_mapped(
                reader: &mut #krate::__private::Reader<'_>,
                layout: &#krate::__private::Layout,
            ) -> #krate::Result<Self> {
                ::std::result::Result::Ok(#read_mapped)
            }
        }
    })
}

fn structure(krate: &Path, name: &str, fields: &Fields) -> Result<Methods> {
    let fields = DerivedFields::new(krate, fields)?;
    let read_exact = fields.read_exact(&quote!(Self));
    if let Some(content) = fields.newtype() {
        let read_mapped = quote!(<#content as #krate::FromScale>::read_mapped(reader, layout)?);
        return Ok(Methods {
            layout: quote!(<#content as #krate::FromScale>::layout(binder, ty)),
            read_exact,
            read_mapped: fields.wrap(read_mapped),
        });
    }
    let description = fields.description();
    Ok(Methods {
        layout: quote!(binder.structure(ty, #name, #description)),
        read_exact,
        read_mapped: fields.read_mapped(&quote!(Self), &quote!(reader.fields), &quote!(layout)),
    })
}

fn enumeration(krate: &Path, name: &str, data: &DataEnum) -> Result<Methods> {
    let mut descriptions = Vec::new();
    let mut exact = Vec::new();
    let mut mapped = Vec::new();
    for (place, variant) in data.variants.iter().enumerate() {
        let ident = &variant.ident;
        let name =
            Attributes::of_variant(&variant.attrs)?.rename.unwrap_or_else(|| ident.unraw().to_string());
        let fields = DerivedFields::new(krate, &variant.fields)?;
        let description = fields.description();
        descriptions.push(quote!(#krate::__private::Variant { name: #name, fields: #description }));
        let constructor = quote!(Self::#ident);
        let index =
            u8::try_from(place).map_err(|_| Error::new_spanned(ident, "SCALE has at most 256 variants"))?;
        let read = fields.read_exact(&constructor);
        exact.push(quote!(#index => #read,));
        let read = fields.read_mapped(&constructor, &quote!(reader.steps), &quote!(steps));
        mapped.push(quote!(#place => #read,));
    }
    Ok(Methods {
        layout: quote!(binder.enumeration(ty, #name, ::std::vec![#(#descriptions),*])),
        read_exact: quote!(match reader.byte()? {
            #(#exact)*
            index => return ::std::result::Result::Err(reader.unknown_variant(index)),
        }),
        read_mapped: quote!({
            let (place, steps) = reader.variant(layout)?;
            match place {
                #(#mapped)*
                _ => return ::std::result::Result::Err(reader.missing_field()),
            }
        }),
    })
}
