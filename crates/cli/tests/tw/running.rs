//! A command that goes on, and what it prints meanwhile.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

use crate::support::{BOUND, command, finish};

/// Ends with the test.
pub(crate) struct Running {
    child: Option<Child>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = command(args).spawn().unwrap();
        let [stdout, stderr] = [lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap())];
        Self { child: Some(child), stdout, stderr }
    }

    /// Its next line.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(BOUND).unwrap_or_else(|_| {
            panic!("no line came; stderr: {:?}", self.stderr.try_iter().collect::<Vec<_>>())
        })
    }

    /// The JSON of its next line.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Its next line on stderr.
    #[track_caller]
    pub(crate) fn complaint(&self) -> String {
        self.stderr.recv_timeout(BOUND).unwrap()
    }

    /// Presses Ctrl-C. The exit code, what else it printed, and what else it complained of.
    pub(crate) fn interrupt(self) -> (Option<i32>, Vec<String>, Vec<String>) {
        self.signal("-INT")
    }

    /// Sends it a signal, and waits for its end.
    pub(crate) fn signal(self, signal: &str) -> (Option<i32>, Vec<String>, Vec<String>) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.end()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>, Vec<String>) {
        let code = finish(self.child.take().unwrap()).code;
        (code, self.stdout.iter().collect(), self.stderr.iter().collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Presses Ctrl-C.
pub(crate) fn interrupt(child: &Child) -> ExitStatus {
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap()
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            let _ = sender.send(line.unwrap());
        }
    });
    receiver
}
