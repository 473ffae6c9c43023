use serde::Serialize;
use tensorwire::Runtime;
use tensorwire_scale::{ApiMethod, RuntimeApi};

use super::item::{first_line, with_docs};

/// A runtime API and its methods.
#[derive(Serialize)]
pub(super) struct Api<'a> {
    name: &'a str,
    docs: &'a str,
    methods: Vec<Method<'a>>,
}

#[derive(Serialize)]
pub(super) struct Method<'a> {
    api: &'a str,
    name: &'a str,
    arguments: Vec<Argument<'a>>,
    output: String,
    docs: &'a str,
    #[serde(skip)]
    signature: String,
}

#[derive(Serialize)]
struct Argument<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: String,
}

impl<'a> Api<'a> {
    pub(super) fn of(runtime: &Runtime, api: &'a RuntimeApi) -> Self {
        let methods = api.methods().iter().map(|method| Method::of(runtime, method));
        Self { name: api.name(), docs: api.docs(), methods: methods.collect() }
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("runtime API {}", self.name);
        if let Some(line) = first_line(self.docs) {
            text.extend([": ", line]);
        }
        text.push('\n');
        for method in &self.methods {
            text.extend(["\n  ", &method.signature]);
        }
        text
    }
}

impl<'a> Method<'a> {
    pub(super) fn of(runtime: &Runtime, method: &'a ApiMethod) -> Self {
        let plan = runtime.plan();
        let arguments = method
            .inputs()
            .iter()
            .map(|input| Argument { name: input.name(), type_name: plan.type_name(input.type_id()) });
        Self {
            api: method.api(),
            name: method.name(),
            arguments: arguments.collect(),
            output: plan.type_name(method.output()),
            docs: method.docs(),
            signature: method.signature(),
        }
    }

    pub(super) fn text(&self) -> String {
        with_docs(format!("method {}.{}", self.api, self.signature), self.docs)
    }
}
