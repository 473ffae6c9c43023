//! The other host: chopsticks, in a process of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tokio::{sync::Mutex, task::spawn_blocking};

use crate::specs;

/// What it may take to install chopsticks, where it is not yet, and to start it.
const BOUND: Duration = Duration::from_secs(420);

/// What it prints when it serves.
const READY: &str = "RPC listening on";

/// A chain under chopsticks. Its process ends with this.
#[derive(Debug)]
pub struct Chopsticks {
    process: Child,
    url: String,
}

/// One is started at a time: the first installs what all use.
static STARTING: Mutex<()> = Mutex::const_new(());

impl Chopsticks {
    /// Starts a spec; blocks come only when asked for. What is installed is kept in the folder. `None`, with a word
    /// about it, where npm or the shared data is absent.
    pub async fn start(spec: &'static str, folder: &Path) -> Option<Self> {
        specs::file(spec)?;
        if Command::new("npm").arg("--version").stdout(Stdio::null()).status().is_err() {
            println!("skipped: chopsticks needs npm");
            return None;
        }
        let _starting = STARTING.lock().await;
        let folder = folder.to_owned();
        Some(spawn_blocking(move || Self::launch(spec, &folder)).await.unwrap())
    }

    fn launch(spec: &str, folder: &Path) -> Self {
        for copied in ["package.json", "launch.mjs", "rpc-ext.js"] {
            // They are copied anew, and copies of what may not be written may not be written either.
            let _ = fs::remove_file(folder.join(copied));
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("bash")
            .arg(specs::folder().join("chopsticks/up.sh"))
            .args([spec, &port.to_string()])
            .arg(folder)
            .arg("Manual")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Warnings of its packages about one another.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut chopsticks = Self { process, url: format!("ws://127.0.0.1:{port}") };
        let mut lines = BufReader::new(chopsticks.process.stdout.take().unwrap()).lines();
        let (ready, is_ready) = mpsc::channel();
        // It reads on to the end, so that the process never waits for a reader.
        thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                if line.contains(READY) {
                    let _ = ready.send(());
                }
            }
        });
        is_ready.recv_timeout(BOUND).unwrap_or_else(|error| panic!("chopsticks with {spec}: {error}"));
        chopsticks
    }

    /// Where it is served.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Chopsticks {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
