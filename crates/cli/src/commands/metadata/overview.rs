use serde::Serialize;
use tensorwire::Runtime;

use crate::table::Table;

/// The runtime's pallets and APIs.
#[derive(Serialize)]
pub(super) struct Overview<'a> {
    spec_name: &'a str,
    spec_version: u32,
    transaction_version: u32,
    metadata_version: u32,
    ss58_prefix: u16,
    pallets: Vec<Pallet<'a>>,
    apis: Vec<Api<'a>>,
}

#[derive(Serialize)]
struct Pallet<'a> {
    name: &'a str,
    index: u8,
    storage: usize,
    constants: usize,
    calls: usize,
    events: usize,
    errors: usize,
}

#[derive(Serialize)]
struct Api<'a> {
    name: &'a str,
    methods: usize,
}

impl<'a> Overview<'a> {
    pub(super) fn of(runtime: &'a Runtime) -> Self {
        let pallets = runtime.pallets().iter().map(|pallet| Pallet {
            name: pallet.name(),
            index: pallet.index(),
            storage: pallet.storage().len(),
            constants: pallet.constants().len(),
            calls: pallet.calls().len(),
            events: pallet.events().len(),
            errors: pallet.errors().len(),
        });
        let apis = runtime.apis().iter().map(|api| Api { name: api.name(), methods: api.methods().len() });
        Self {
            spec_name: runtime.spec_name(),
            spec_version: runtime.spec_version(),
            transaction_version: runtime.transaction_version(),
            metadata_version: runtime.metadata_version(),
            ss58_prefix: runtime.ss58_prefix(),
            pallets: pallets.collect(),
            apis: apis.collect(),
        }
    }

    pub(super) fn text(&self) -> String {
        let Self { spec_name, spec_version, metadata_version, .. } = self;
        let headings = [">INDEX", "PALLET", ">STORAGE", ">CONSTANTS", ">CALLS", ">EVENTS", ">ERRORS"];
        let mut pallets = Table::new(headings);
        for Pallet { name, index, storage, constants, calls, events, errors } in &self.pallets {
            let counts = [storage, constants, calls, events, errors].map(usize::to_string);
            let cells = [index.to_string(), (*name).to_owned()].into_iter().chain(counts);
            pallets.row(cells.collect::<Vec<_>>());
        }
        let mut apis = Table::new(["RUNTIME API", ">METHODS"]);
        for Api { name, methods } in &self.apis {
            apis.row([(*name).to_owned(), methods.to_string()]);
        }
        format!("{spec_name} {spec_version}, metadata V{metadata_version}\n\n{pallets}\n\n{apis}")
    }
}
