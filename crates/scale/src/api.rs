use crate::{
    Error, ErrorKind, FromScale, Plan, Result, TypeId, Value,
    runtime::{ByName, Named},
};
use std::{borrow::Cow, fmt, sync::Arc};

mod opaque;

pub(crate) use opaque::Opaque;

/// A runtime API: methods that a node answers by running the runtime.
pub struct RuntimeApi {
    pub(crate) name: Arc<str>,
    pub(crate) docs: Box<str>,
    pub(crate) methods: ByName<ApiMethod>,
}

/// A method of a runtime API: encodes its arguments and decodes its answers.
pub struct ApiMethod {
    pub(crate) api: Arc<str>,
    pub(crate) name: Box<str>,
    pub(crate) rpc_name: Box<str>,
    pub(crate) docs: Box<str>,
    pub(crate) inputs: Box<[Parameter]>,
    pub(crate) output: TypeId,
    pub(crate) opaque: Option<Opaque>,
    pub(crate) plan: Arc<Plan>,
}

/// A parameter of a runtime API method.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub(crate) name: Box<str>,
    pub(crate) type_id: TypeId,
}

impl RuntimeApi {
    /// Its name, as in `NeuronInfoRuntimeApi`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// Its methods.
    pub fn methods(&self) -> &[ApiMethod] {
        &self.methods
    }

    pub(crate) fn memory(&self) -> usize {
        let methods: usize = self.methods.iter().map(ApiMethod::memory).sum();
        size_of::<Self>() + self.name.len() + self.docs.len() + methods
    }
}

impl ApiMethod {
    /// The runtime API that it belongs to.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Its name, as in `get_neurons_lite`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name by which a node calls it, as in `NeuronInfoRuntimeApi_get_neurons_lite`.
    pub fn rpc_name(&self) -> &str {
        &self.rpc_name
    }

    /// Its documentation.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// Its parameters.
    pub fn inputs(&self) -> &[Parameter] {
        &self.inputs
    }

    /// The type of its answers.
    ///
    /// Where an old runtime declares bytes and the value within them is known, this is the type of that value.
    pub fn output(&self) -> TypeId {
        self.opaque.map_or(self.output, |opaque| opaque.content)
    }

    /// It with its types, as in `account_nonce(account: AccountId32) -> u32`.
    pub fn signature(&self) -> String {
        format!("{}{} -> {}", self.name, self.parameters(), self.plan.type_name(self.output()))
    }

    /// The arguments as a node wants them.
    ///
    /// Fails with [`ErrorKind::Encode`] on a wrong number or kind of arguments, naming the parameters.
    pub fn encode(&self, arguments: &[Value]) -> Result<Vec<u8>> {
        if arguments.len() != self.inputs.len() {
            let message =
                format!("{self}{} takes {}, {} given", self.parameters(), self.arity(), arguments.len());
            return Err(Error::new(ErrorKind::Encode, message));
        }
        let mut out = Vec::new();
        for (input, argument) in self.inputs.iter().zip(arguments) {
            self.plan
                .encode_to(input.type_id, argument, &mut out)
                .map_err(|error| error.inside(format!("argument {} of {self}", input.name)))?;
        }
        Ok(out)
    }

    /// The value of an answer. Fails with [`ErrorKind::Decode`] or [`ErrorKind::TrailingBytes`] on other bytes.
    pub fn decode(&self, bytes: &[u8]) -> Result<Value> {
        let decode = || self.plan.decode(self.output(), &self.content(bytes)?);
        decode().map_err(|error| error.inside(self.to_string()))
    }

    /// The value of an answer as a Rust type. Fails with [`ErrorKind::Layout`] if the type does not fit.
    pub fn decode_as<T: FromScale>(&self, bytes: &[u8]) -> Result<T> {
        let decode = || self.plan.decode_as(self.output(), &self.content(bytes)?);
        decode().map_err(|error| error.inside(self.to_string()))
    }

    fn content<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
        self.opaque.map_or(Ok(Cow::Borrowed(bytes)), |opaque| opaque.content_of(bytes))
    }

    /// As in `(account: AccountId32)`.
    fn parameters(&self) -> String {
        let parameter = |input: &Parameter| format!("{}: {}", input.name, self.plan.type_name(input.type_id));
        let parameters: Vec<_> = self.inputs.iter().map(parameter).collect();
        format!("({})", parameters.join(", "))
    }

    fn arity(&self) -> Cow<'static, str> {
        match self.inputs.len() {
            0 => "no argument".into(),
            1 => "1 argument".into(),
            count => format!("{count} arguments").into(),
        }
    }

    fn memory(&self) -> usize {
        let inputs = self.inputs.iter().map(|input| size_of::<Parameter>() + input.name.len());
        size_of::<Self>()
            + 2 * self.name.len()
            + self.rpc_name.len()
            + self.docs.len()
            + inputs.sum::<usize>()
    }
}

impl Parameter {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub fn type_id(&self) -> TypeId {
        self.type_id
    }
}

impl Named for RuntimeApi {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for ApiMethod {
    fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for RuntimeApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuntimeApi({})", self.name)
    }
}

impl fmt::Display for ApiMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.api, self.name)
    }
}

impl fmt::Debug for ApiMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiMethod({self})")
    }
}
