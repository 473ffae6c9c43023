use super::{Bound, FromScale, mismatch};
use crate::{
    Error, Plan, Result, TypeId,
    nearest::did_you_mean,
    plan::op::{Op, VariantOp},
    value::Shape,
};
use std::{any, collections::HashMap};

/// Compares Rust types to a plan's types.
#[derive(Debug)]
pub struct Binder<'p> {
    plan: &'p Plan,
    nodes: Vec<Node>,
    /// A type met again while it is compared, as recursive types are, is the same node.
    known: HashMap<(any::TypeId, TypeId), Binding>,
}

/// The outcome of one comparison: its place among a binder's.
#[derive(Clone, Copy, Debug)]
pub struct Binding(pub(super) usize);

/// How one Rust type reads one type of the chain.
#[derive(Debug)]
pub struct Layout {
    pub(super) mapping: Mapping,
    /// Equal as far as this type itself goes; its parts have their own layouts.
    equal: bool,
}

#[derive(Debug)]
pub(super) enum Mapping {
    /// Read by the plan and converted.
    Converted(TypeId),
    Option(Binding),
    Boxed(Binding),
    Sequence(Binding),
    Array(Binding, usize),
    Fields(Box<[Step]>),
    /// By index on the wire.
    Variants(Box<[Option<VariantSteps>]>),
}

/// The place of a variant in the Rust enum, and its fields.
pub(super) type VariantSteps = (usize, Box<[Step]>);

/// A field on the wire, and which field of the Rust type takes it.
#[derive(Debug)]
pub struct Step {
    pub(super) ty: TypeId,
    pub(super) target: Option<(usize, Binding)>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) layout: Layout,
    /// Equal with all its parts: to be read directly.
    pub(super) exact: bool,
}

/// A field of a derived type.
#[derive(Debug)]
pub struct Field {
    name: &'static str,
    bind: fn(&mut Binder<'_>, TypeId) -> Result<Binding>,
    has_default: bool,
}

impl Field {
    /// A field of type `T`.
    pub fn new<T: FromScale>(name: &'static str) -> Self {
        Self { name, bind: |binder, ty| binder.bind::<T>(ty), has_default: false }
    }

    /// The same field, which the chain may lack.
    #[must_use]
    pub fn or_default(self) -> Self {
        Self { has_default: true, ..self }
    }
}

/// The fields of a derived struct or variant.
#[derive(Debug)]
pub enum Fields {
    /// Matched by name.
    Named(Vec<Field>),
    /// Matched by place.
    Unnamed(Vec<Field>),
}

/// A variant of a derived enum.
#[derive(Debug)]
pub struct Variant {
    /// The chain's name of it.
    pub name: &'static str,
    /// What it holds.
    pub fields: Fields,
}

pub(super) fn bind<T: FromScale>(plan: &Plan, ty: TypeId) -> Result<Bound> {
    let mut binder = Binder { plan, nodes: Vec::new(), known: HashMap::new() };
    let root = binder.bind::<T>(ty)?;
    let mut nodes = binder.nodes;
    // A part that is not equal makes everything around it so, until nothing changes.
    loop {
        let unequal =
            |node: &Node| node.exact && node.layout.mapping.parts().any(|part| !nodes[part.0].exact);
        let Some(place) = nodes.iter().position(unequal) else { break };
        nodes[place].exact = false;
    }
    Ok(Bound { ty, root, nodes: nodes.into() })
}

impl Layout {
    pub(super) fn new(mapping: Mapping, equal: bool) -> Self {
        Self { mapping, equal }
    }
}

impl Mapping {
    fn parts(&self) -> impl Iterator<Item = Binding> {
        let (single, steps, variants): (_, &[Step], &[_]) = match self {
            Self::Converted(_) => (None, &[], &[]),
            Self::Option(part) | Self::Boxed(part) | Self::Sequence(part) | Self::Array(part, _) => {
                (Some(*part), &[], &[])
            }
            Self::Fields(steps) => (None, steps, &[]),
            Self::Variants(variants) => (None, &[], variants),
        };
        let of_variants = variants.iter().flatten().flat_map(|(_, steps)| steps);
        let of_fields = steps.iter().chain(of_variants).filter_map(|step| Some(step.target?.1));
        single.into_iter().chain(of_fields)
    }
}

impl Binder<'_> {
    /// Compares a Rust type to a type of the chain.
    pub fn bind<T: FromScale>(&mut self, ty: TypeId) -> Result<Binding> {
        let key = (any::TypeId::of::<T>(), ty);
        if let Some(binding) = self.known.get(&key) {
            return Ok(*binding);
        }
        let binding = Binding(self.nodes.len());
        self.known.insert(key, binding);
        self.nodes.push(Node { layout: Layout::new(Mapping::Converted(ty), true), exact: true });
        let layout = T::layout(self, ty)?;
        self.nodes[binding.0] = Node { exact: layout.equal, layout };
        Ok(binding)
    }

    pub(super) fn op(&self, ty: TypeId) -> &Op {
        self.plan.op(ty.0)
    }

    /// The error that a Rust type is not the chain's at all.
    pub(super) fn cannot(&self, rust: &str, ty: TypeId) -> Error {
        mismatch(format!("{rust} cannot be read from the chain's {} (type {ty})", self.plan.type_name(ty)))
    }

    /// Compares a derived struct.
    pub fn structure(&mut self, ty: TypeId, rust: &'static str, fields: Fields) -> Result<Layout> {
        let plan = self.plan;
        let (steps, equal) = match plan.op(ty.0) {
            Op::Struct(op) => self.steps(ty, rust, &op.shape, &op.fields, fields)?,
            Op::Tuple(ids) => self.steps(ty, rust, &Shape::unnamed(ids.len()), ids, fields)?,
            _ => return Err(self.cannot(rust, ty)),
        };
        Ok(Layout::new(Mapping::Fields(steps), equal))
    }

    /// Compares a derived enum.
    pub fn enumeration(&mut self, ty: TypeId, rust: &'static str, variants: Vec<Variant>) -> Result<Layout> {
        let plan = self.plan;
        let Op::Enum(op) = plan.op(ty.0) else { return Err(self.cannot(rust, ty)) };
        let mut equal = op.variants.len() == variants.len();
        let mut slots: Vec<_> = op.slots.iter().map(|_| None).collect();
        for (place, Variant { name, fields }) in variants.into_iter().enumerate() {
            let Some(VariantOp { index, shape, fields: ids }) = op.by_name(name) else {
                equal = false;
                continue;
            };
            let (steps, same) =
                self.steps(ty, rust, shape.fields(), ids, fields).map_err(|e| e.inside(name))?;
            equal &= same && usize::from(*index) == place;
            slots[usize::from(*index)] = Some((place, steps));
        }
        if slots.iter().all(Option::is_none) {
            return Err(self.cannot(rust, ty));
        }
        Ok(Layout::new(Mapping::Variants(slots.into()), equal))
    }

    fn steps(
        &mut self,
        ty: TypeId,
        rust: &str,
        shape: &Shape,
        ids: &[u32],
        fields: Fields,
    ) -> Result<(Box<[Step]>, bool)> {
        let mut steps: Vec<Step> = ids.iter().map(|id| Step { ty: TypeId(*id), target: None }).collect();
        let (fields, by_name) = match fields {
            Fields::Named(fields) if shape.is_named() => (fields, true),
            Fields::Unnamed(fields) if fields.len() == ids.len() && !shape.is_named() || ids.is_empty() => {
                (fields, false)
            }
            _ => return Err(self.cannot(rust, ty)),
        };
        let mut equal = fields.len() == ids.len();
        for (place, field) in fields.into_iter().enumerate() {
            let found = if by_name { shape.position(field.name) } else { Some(place) };
            match found.and_then(|found| steps.get_mut(found)) {
                Some(step) => {
                    let inside = |error: Error| error.inside(format!("{rust}.{}", field.name));
                    step.target = Some((place, (field.bind)(self, step.ty).map_err(inside)?));
                    equal &= found == Some(place);
                }
                None if field.has_default => equal = false,
                None => {
                    let chain = self.plan.type_name(ty);
                    let hint = did_you_mean(field.name, shape.names());
                    let name = field.name;
                    return Err(mismatch(format!(
                        "{rust} has a field {name:?} which the chain's {chain} (type {ty}) lacks{hint}"
                    )));
                }
            }
        }
        Ok((steps.into(), equal))
    }
}
