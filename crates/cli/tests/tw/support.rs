//! Runs the binary within a bound, and the servers that it talks to.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use tensorwire_devnet::Devnet;
use tokio::runtime::Runtime;

pub(crate) const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
pub(crate) const ALICE_HEX: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
pub(crate) const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

/// Far above what any command here takes: a hanging one fails its test instead of stopping the run.
pub(crate) const BOUND: Duration = Duration::from_secs(120);

/// Serves what the tests talk to.
pub(crate) static SERVERS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A chain of 2 subnets with 4 neurons each, at block 3.
pub(crate) static DEVNET: LazyLock<Devnet> = LazyLock::new(|| {
    SERVERS.block_on(async {
        let devnet = Devnet::builder().subnets(2).neurons(4).finality_lag(1).start().await.unwrap();
        devnet.produce_blocks(3).await.unwrap();
        devnet
    })
});

/// Caches and files of all tests.
pub(crate) static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());

/// The chain's metadata in a file, made as the help says.
pub(crate) static METADATA: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = FOLDER.path().join("metadata.hex");
    std::fs::write(&path, devnet(&["rpc", "state_getMetadata"]).succeeded()).unwrap();
    path
});

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The standard output of a run that went well and had nothing to complain about.
    #[track_caller]
    pub(crate) fn succeeded(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// The one JSON value that such a run printed.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let stdout = self.succeeded();
        assert_eq!(stdout.trim_end().lines().count(), 1, "{stdout}");
        serde_json::from_str(&stdout).unwrap()
    }

    /// The message of a run that failed clearly: one error, nothing on stdout, no panic.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        let Self { code, stdout, stderr } = self;
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "stderr: {stderr}");
        assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{stderr}");
        assert!(stderr.lines().skip(1).all(|line| line.starts_with("hint: ")), "{stderr}");
        stderr
    }

    /// The message of a run that was started wrongly.
    #[track_caller]
    pub(crate) fn misused(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "stderr: {}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        self.stderr
    }
}

/// The binary, with nothing of the environment that could change what it does.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tw"));
    command.args(args).env("XDG_CACHE_HOME", FOLDER.path());
    for name in ["TW_NETWORK", "TW_CACHE", "TW_OUTBOX", "RUST_LOG", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn tw(args: &[&str]) -> Ended {
    finish(command(args).spawn().unwrap())
}

/// Against the local chain.
pub(crate) fn devnet(args: &[&str]) -> Ended {
    at(DEVNET.url(), args)
}

pub(crate) fn at(url: &str, args: &[&str]) -> Ended {
    tw(&[&["--network", url], args].concat())
}

/// With a text on stdin.
pub(crate) fn tw_reading(args: &[&str], stdin: &str) -> Ended {
    let mut child = command(args).stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let text = stdin.to_owned();
    thread::spawn(move || pipe.write_all(text.as_bytes()));
    finish(child)
}

/// Waits for the end, and makes one if it does not come.
pub(crate) fn finish(mut child: Child) -> Ended {
    let [stdout, stderr] = [drain(child.stdout.take()), drain(child.stderr.take())];
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > BOUND {
            child.kill().unwrap();
            panic!("the command did not end; stderr: {}", stderr.join().unwrap());
        }
        thread::sleep(Duration::from_millis(5));
    };
    Ended { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8(bytes).unwrap()
    })
}

/// A file of reference data; `None`, with a note, where it is absent.
pub(crate) fn shared(file: &str) -> Option<String> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(file);
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    }
    path.to_str().map(str::to_owned)
}

/// `tw scale`, with the chain's metadata.
pub(crate) fn scale(command: &str, args: &[&str]) -> Ended {
    tw(&[&["scale", command, "--metadata", METADATA.to_str().unwrap()], args].concat())
}

/// The same, with lines on stdin.
pub(crate) fn scale_lines(command: &str, args: &[&str], stdin: &str) -> Ended {
    let file = METADATA.to_str().unwrap();
    tw_reading(&[&["scale", command, "--metadata", file, "--lines"], args].concat(), stdin)
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Waits until it is so; fails if it never is.
#[track_caller]
pub(crate) fn eventually(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < BOUND, "it never came to that");
        thread::sleep(Duration::from_millis(5));
    }
}
