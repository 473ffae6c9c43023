use super::{
    ChangeKind, Difference, ItemChange, ItemKind,
    types::{Pair, Types, pairs},
};
use crate::{
    ApiMethod, Constant, Pallet, Runtime, RuntimeApi, StorageEntry, TransactionExtension, Value,
    VariantDescription, runtime::Named,
};

/// Two runtimes beside each other, and what was found so far.
pub(super) struct Comparison<'r> {
    before: &'r Runtime,
    after: &'r Runtime,
    types: Types<'r>,
    within: Option<&'r str>,
    changes: Vec<ItemChange>,
}

impl<'r> Comparison<'r> {
    pub(super) fn new(before: &'r Runtime, after: &'r Runtime) -> Self {
        let outer = [
            before.extrinsic().call().zip(after.extrinsic().call()),
            before.outer_event().zip(after.outer_event()),
        ];
        let assumed = outer.into_iter().flatten().collect();
        let types = Types { before: before.plan(), after: after.plan(), assumed };
        Self { before, after, types, within: None, changes: Vec::new() }
    }

    pub(super) fn changes(mut self) -> Vec<ItemChange> {
        let (before, after) = (self.before, self.after);
        self.versions();
        self.each(
            ItemKind::Extension,
            before.extrinsic().extensions(),
            after.extrinsic().extensions(),
            |extension| extension.identifier().to_owned(),
            Self::extension,
        );
        let both = self.each(
            ItemKind::Pallet,
            before.pallets(),
            after.pallets(),
            |pallet| format!("{}, index {}", pallet.name(), pallet.index()),
            |_, before, after| index(before.index(), after.index()).into_iter().collect(),
        );
        let apis = self.each(
            ItemKind::Api,
            before.apis(),
            after.apis(),
            |api| api.name().to_owned(),
            |_, _, _| Vec::new(),
        );
        both.into_iter().for_each(|(before, after)| self.pallet(before, after));
        apis.into_iter().for_each(|(before, after)| self.api(before, after));
        self.changes
    }

    fn versions(&mut self) {
        let list = |versions: &[u8]| versions.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        let versions = |runtime: &Runtime| {
            [
                ("spec_name", runtime.spec_name().to_owned()),
                ("spec_version", runtime.spec_version().to_string()),
                ("transaction_version", runtime.transaction_version().to_string()),
                ("metadata_version", runtime.metadata_version().to_string()),
                ("extrinsic_versions", list(runtime.extrinsic().versions())),
                ("ss58_prefix", runtime.ss58_prefix().to_string()),
            ]
        };
        for ((name, before), (_, after)) in versions(self.before).into_iter().zip(versions(self.after)) {
            if before != after {
                let difference = Difference::between("value", before, &after);
                let signature = format!("{name}: {after}");
                self.add(ItemKind::Version, name, signature, ChangeKind::Changed, vec![difference]);
            }
        }
    }

    fn pallet(&mut self, before: &'r Pallet, after: &'r Pallet) {
        self.within = Some(after.name());
        self.each(
            ItemKind::Storage,
            before.storage(),
            after.storage(),
            StorageEntry::signature,
            Self::storage,
        );
        self.each(
            ItemKind::Constant,
            before.constants(),
            after.constants(),
            Constant::signature,
            Self::constant,
        );
        let kinds = [
            (ItemKind::Call, before.calls(), after.calls()),
            (ItemKind::Event, before.events(), after.events()),
            (ItemKind::Error, before.errors(), after.errors()),
        ];
        for (kind, before, after) in kinds {
            self.each(kind, &before, &after, VariantDescription::signature, Self::variant);
        }
    }

    fn api(&mut self, before: &'r RuntimeApi, after: &'r RuntimeApi) {
        self.within = Some(after.name());
        self.each(ItemKind::Method, before.methods(), after.methods(), ApiMethod::signature, Self::method);
    }

    /// Adds what was added, removed and changed of things that have a name. Returns those that both have.
    fn each<'a, T: Named>(
        &mut self,
        kind: ItemKind,
        before: &'a [T],
        after: &'a [T],
        signature: impl Fn(&T) -> String,
        differences: impl Fn(&Self, &'a T, &'a T) -> Vec<Difference>,
    ) -> Vec<(&'a T, &'a T)> {
        let names = |items: &'a [T]| items.iter().map(Named::name).collect::<Vec<&'a str>>();
        let mut both = Vec::new();
        for (name, pair) in pairs(before, &names(before), after, &names(after)) {
            match pair {
                Pair::Added(item) => self.add(kind, name, signature(item), ChangeKind::Added, Vec::new()),
                Pair::Removed(item) => self.add(kind, name, signature(item), ChangeKind::Removed, Vec::new()),
                Pair::Both(before, after) => {
                    both.push((before, after));
                    let differences = differences(self, before, after);
                    if !differences.is_empty() {
                        self.add(kind, name, signature(after), ChangeKind::Changed, differences);
                    }
                }
            }
        }
        both
    }

    fn add(
        &mut self,
        item: ItemKind,
        name: &str,
        signature: String,
        change: ChangeKind,
        differences: Vec<Difference>,
    ) {
        let (within, name) = (self.within.map(str::to_owned), name.to_owned());
        self.changes.push(ItemChange { within, item, name, signature, change, differences });
    }

    fn extension(&self, before: &TransactionExtension, after: &TransactionExtension) -> Vec<Difference> {
        // Among those that both have: one that was added before it moves it too, and is told by itself.
        let place = |runtime: &Runtime, other: &Runtime| {
            let has = |runtime: &Runtime, wanted: &str| {
                runtime.extrinsic().extensions().iter().any(|extension| extension.identifier() == wanted)
            };
            let extensions = runtime.extrinsic().extensions().iter().map(TransactionExtension::identifier);
            { extensions }
                .take_while(|name| *name != before.identifier())
                .filter(|name| has(other, name))
                .count()
        };
        let place = different("place", &place(self.before, self.after), &place(self.after, self.before));
        let carried = self.types.difference("carried", before.type_id(), after.type_id());
        let implicit = self.types.difference("implicit", before.implicit(), after.implicit());
        [place, carried, implicit].into_iter().flatten().collect()
    }

    fn storage(&self, before: &StorageEntry, after: &StorageEntry) -> Vec<Difference> {
        let keys = |entry: &StorageEntry| entry.key_types().len();
        let mut differences = Vec::new();
        if keys(before) == keys(after) {
            let types = before.key_types().iter().zip(after.key_types());
            let hashers = before.hashers().iter().zip(after.hashers());
            for (place, ((key_before, key_after), (hasher, other))) in types.zip(hashers).enumerate() {
                let place = place + 1;
                differences.extend(self.types.difference(&format!("key {place}"), *key_before, *key_after));
                differences.extend(different(&format!("hasher {place}"), hasher, other));
            }
        } else {
            differences.push(Difference::between("keys", keys(before), keys(after)));
        }
        differences.extend(self.types.difference("value", before.value_type(), after.value_type()));
        let absent = |entry: &StorageEntry| match (entry.is_optional(), entry.decode(None)) {
            (true, _) => "None".to_owned(),
            (false, Ok(value)) => value.to_string(),
            (false, Err(_)) => const_hex::encode_prefixed(entry.default_bytes()),
        };
        let modifier = |entry: &StorageEntry| if entry.is_optional() { "optional" } else { "default" };
        differences.extend(different("modifier", &modifier(before), &modifier(after)));
        if !before.is_optional() && !after.is_optional() && before.default_bytes() != after.default_bytes() {
            differences.push(Difference::between("default", absent(before), absent(after)));
        }
        let prefix = |entry: &StorageEntry| const_hex::encode_prefixed(entry.prefix());
        differences.extend(different("prefix", &prefix(before), &prefix(after)));
        differences
    }

    fn constant(&self, before: &Constant, after: &Constant) -> Vec<Difference> {
        let value = |constant: &Constant| constant.value().unwrap_or_else(|_| constant.bytes().into());
        let (value_before, value_after) = (value(before), value(after));
        let ty = self.types.difference("type", before.type_id(), after.type_id());
        let value = different("value", &value_before, &value_after).map(|mut value| {
            if let (Value::Struct(shape, before), Value::Struct(_, after)) = (&value_before, &value_after)
                && ty.is_none()
            {
                let fields = shape.names().zip(before.iter().zip(after));
                value.inside =
                    fields.filter_map(|(name, (before, after))| different(name, before, after)).collect();
            }
            value
        });
        [ty, value].into_iter().flatten().collect()
    }

    fn variant(&self, before: &VariantDescription, after: &VariantDescription) -> Vec<Difference> {
        let fields = self.types.fields(&before.fields, &after.fields);
        index(before.index, after.index).into_iter().chain(fields).collect()
    }

    fn method(&self, before: &ApiMethod, after: &ApiMethod) -> Vec<Difference> {
        let mut differences = Vec::new();
        let names = |method: &ApiMethod| -> Vec<String> {
            method.inputs().iter().map(|input| input.name().to_owned()).collect()
        };
        for (name, pair) in pairs(before.inputs(), &names(before), after.inputs(), &names(after)) {
            let what = format!("argument {name}");
            differences.extend(match pair {
                Pair::Added(input) => {
                    let name = self.types.after.type_name(input.type_id());
                    Some(Difference { before: None, ..Difference::between(&what, "", name) })
                }
                Pair::Removed(input) => {
                    let name = self.types.before.type_name(input.type_id());
                    Some(Difference { after: None, ..Difference::between(&what, name, "") })
                }
                Pair::Both(before, after) => self.types.difference(&what, before.type_id(), after.type_id()),
            });
        }
        differences.extend(self.types.difference("output", before.output(), after.output()));
        differences
    }
}

fn different<T: PartialEq + ToString>(what: &str, before: &T, after: &T) -> Option<Difference> {
    (before != after).then(|| Difference::between(what, before.to_string(), after.to_string()))
}

fn index(before: u8, after: u8) -> Option<Difference> {
    different("index", &before, &after)
}
