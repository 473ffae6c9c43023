//! What a shell sees: help, usage errors, completions, pipes.

use crate::support::{METADATA, command, finish, tw};

const COMMANDS: [&str; 11] = [
    "neurons",
    "balance",
    "query",
    "call",
    "const",
    "metadata",
    "rpc",
    "scale",
    "demo",
    "devnet",
    "completions",
];

#[test]
fn every_help_has_examples() {
    let help = tw(&["--help"]).succeeded();
    for name in COMMANDS {
        assert!(help.lines().any(|line| line.trim().starts_with(name)), "{name} in {help}");
        let help = tw(&[name, "--help"]).succeeded();
        assert!(help.contains("Examples:") && help.contains(&format!("tw {name}")), "{help}");
    }
    for name in ["decode", "encode", "key"] {
        assert!(tw(&["scale", name, "--help"]).succeeded().contains("Examples:"));
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let cases: [&[&str]; 10] = [
        &["nonsense"],
        &["neurons"],
        &["neurons", "--netuid", "1", "--all"],
        &["neurons", "--netuid", "70000"],
        &["balance"],
        &["query", "System"],
        &["--timeout", "0", "metadata"],
        &["--timeout", "soon", "metadata"],
        &["scale", "decode", "--type", "u8", "0x00"],
        &["completions", "teletype"],
    ];
    for args in cases {
        tw(args).misused();
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = tw(&["completions", shell]).succeeded();
        assert!(script.contains("neurons") && script.contains("netuid"), "{shell}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let file = METADATA.to_str().unwrap();
    for args in [["completions", "zsh"].as_slice(), &["metadata", "--metadata", file, "SubtensorModule"]] {
        let mut child = command(args).spawn().unwrap();
        drop(child.stdout.take());
        let ended = finish(child);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn no_colours_into_a_pipe() {
    assert!(!tw(&["metadata", "--metadata", "/no/such/file"]).failed().contains('\x1b'));
    let mut command = command(&["--help"]);
    let ended = finish(command.env("NO_COLOR", "1").spawn().unwrap());
    assert!(!ended.succeeded().contains('\x1b'));
}
