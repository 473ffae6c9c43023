use std::{
    ffi::OsString,
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{self, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    task::JoinSet,
    time::timeout,
};

use crate::{AccountId, Error, ErrorKind, Result, Signature, Signer, Signing, SigningPayload, verify};

/// A program that signs: a hardware wallet's, a remote signer's, a script.
///
/// It is started for each signature. On its stdin it finds the [`SigningPayload`] in JSON, whose `payload` is what is to
/// be signed; on its stdout it leaves the signature in 0x-hex: 64 bytes of an sr25519 or ed25519 key, or as
/// [`Signature`] is displayed. A signature of something else or by another key is refused. What the program says on
/// stderr is in the error if it fails. Needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct CommandSigner {
    account: AccountId,
    program: OsString,
    arguments: Vec<OsString>,
    time: Duration,
}

/// A person may have to look at a device.
const TIME: Duration = Duration::from_secs(120);

/// How much of what a program says is kept: more than a signature, or a complaint.
const LONGEST: u64 = 64 * 1024;

/// How much of a program's complaint is repeated.
const LONGEST_COMPLAINT: usize = 500;

impl CommandSigner {
    /// A signer for that account, by that program. Nothing is started yet.
    pub fn new(account: AccountId, program: impl Into<OsString>) -> Self {
        Self { account, program: program.into(), arguments: Vec::new(), time: TIME }
    }

    /// One more argument for the program.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// How long the program may take; it is killed then. Two minutes unless set.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    async fn signature(&self, payload: &SigningPayload) -> Result<Signature> {
        let bytes = payload.bytes();
        let json = serde_json::to_vec(payload).map_err(|error| self.failed(&error.to_string()))?;
        let ran = timeout(self.time, self.run(&json));
        let Ok(ran) = ran.await else {
            return Err(self.failed(&format!("has not signed within {:?}", self.time)));
        };
        let output = ran.map_err(|error| self.failed(&format!("cannot be run: {error}")))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let complaint: String = complaint.trim().chars().take(LONGEST_COMPLAINT).collect();
            return Err(self.failed(&format!("has not signed ({}): {complaint}", output.status)));
        }
        self.checked(&output.stdout, &bytes)
            .ok_or_else(|| self.failed("has left no signature of this payload by this account"))
    }

    async fn run(&self, input: &[u8]) -> io::Result<Output> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        // Read while it is written to: it may say much before it reads.
        let (mut stdout, mut stderr) = (reading(child.stdout.take()), reading(child.stderr.take()));
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read all of it says by its exit whether it needed to.
            let _ = stdin.write_all(input).await;
        }
        let (stdout, stderr) = (read(&mut stdout).await?, read(&mut stderr).await?);
        Ok(Output { status: child.wait().await?, stdout, stderr })
    }

    /// The signature in what the program has written, if it is the account's.
    fn checked(&self, output: &[u8], bytes: &[u8]) -> Option<Signature> {
        let output = const_hex::decode(output.trim_ascii()).ok()?;
        let candidates = match output.as_slice().try_into() {
            Ok(signature) => vec![Signature::Sr25519(signature), Signature::Ed25519(signature)],
            Err(_) => vec![Signature::decode(&output)?],
        };
        candidates.into_iter().find(|signature| verify(&self.account, bytes, signature))
    }

    fn failed(&self, what: &str) -> Error {
        let program = self.program.to_string_lossy();
        Error::new(ErrorKind::Signer, format!("the signer {program} for {} {what}", self.account))
    }
}

/// Reads to the end, and keeps the beginning. Ends when it is dropped.
fn reading(pipe: Option<impl AsyncRead + Send + Unpin + 'static>) -> JoinSet<io::Result<Vec<u8>>> {
    let mut reading = JoinSet::new();
    reading.spawn(async {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            (&mut pipe).take(LONGEST).read_to_end(&mut kept).await?;
            io::copy(&mut pipe, &mut io::sink()).await?;
        }
        Ok(kept)
    });
    reading
}

async fn read(reading: &mut JoinSet<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
    reading.join_next().await.ok_or(io::ErrorKind::UnexpectedEof)??
}

impl Signer for CommandSigner {
    fn account(&self) -> AccountId {
        self.account
    }

    fn sign<'a>(&'a self, payload: &'a SigningPayload) -> Signing<'a> {
        Box::pin(self.signature(payload))
    }
}
