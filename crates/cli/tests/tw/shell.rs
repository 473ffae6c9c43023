//! What a shell sees: help, usage errors, completions, pipes.

use crate::support::{METADATA, command, finish, tw};

const COMMANDS: [&str; 20] = [
    "neurons",
    "balance",
    "query",
    "map",
    "call",
    "const",
    "block",
    "events",
    "extrinsic",
    "wait",
    "metadata",
    "runtime",
    "cache",
    "rpc",
    "watch",
    "status",
    "scale",
    "demo",
    "devnet",
    "completions",
];

/// Commands of commands.
const NESTED: [[&str; 2]; 10] = [
    ["metadata", "diff"],
    ["metadata", "types"],
    ["cache", "list"],
    ["cache", "clear"],
    ["scale", "decode"],
    ["scale", "encode"],
    ["scale", "key"],
    ["watch", "heads"],
    ["watch", "finalized"],
    ["watch", "storage"],
];

#[test]
fn every_help_has_examples() {
    let help = tw(&["--help"]).succeeded();
    for name in COMMANDS {
        assert!(help.lines().any(|line| line.trim().starts_with(name)), "{name} in {help}");
        let help = tw(&[name, "--help"]).succeeded();
        assert!(help.contains("Examples:") && help.contains(&format!("tw {name}")), "{help}");
    }
    for [outer, inner] in NESTED {
        assert!(tw(&[outer, inner, "--help"]).succeeded().contains("Examples:"));
    }
}

#[test]
fn no_terminal_of_80_columns_breaks_an_example() {
    let mut commands = vec![vec![]];
    commands.extend(COMMANDS.map(|name| vec![name]));
    commands.extend(NESTED.map(Vec::from));
    for args in commands {
        let examples = |columns: &str| {
            let mut command = command(&[&args[..], &["--help"]].concat());
            let help = finish(command.env("COLUMNS", columns).spawn().unwrap()).succeeded();
            let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1);
            examples.take_while(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let (narrow, wide) = (examples("80"), examples("120"));
        assert!(!narrow.is_empty(), "{args:?}");
        assert_eq!(narrow, wide, "{args:?}");
        assert!(narrow.iter().all(|line| line.len() <= 80 && line.starts_with("  ")), "{narrow:?}");
    }
}

/// A command's help, however it is wrapped.
fn help(name: &str) -> String {
    tw(&[name, "--help"]).succeeded().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn one_of_two_options_is_asked_for_by_both_names() {
    let error = tw(&["neurons"]).misused();
    assert!(error.contains("--netuid") && error.contains("--all"), "{error}");
    assert!(help("neurons").contains("without --json, one line per subnet"));
}

#[test]
fn completions_are_no_json() {
    let error = tw(&["--json", "completions", "bash"]).misused();
    assert!(error.contains("leave --json out"), "{error}");
    let help = tw(&["--help"]).succeeded();
    assert!(help.contains("except by --help, --version, completions"), "{help}");
}

#[test]
fn options_without_effect_are_named() {
    for (name, options) in [
        ("demo", "--network, --fallback, --archive, --no-pool, --at and --no-cache"),
        ("watch", "--at and --no-cache"),
        ("status", "--at and --no-cache"),
        ("devnet", "--network, --fallback, --archive, --no-pool, --at, --timeout and --no-cache"),
        ("scale", "--network, --fallback, --archive, --no-pool, --at, --timeout and --no-cache"),
    ] {
        let help = help(name);
        assert!(help.contains(&format!("{options} have no effect here")), "{help}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let cases: [&[&str]; 12] = [
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
        &["watch", "heads", "--from", "1"],
        &["watch", "finalized", "--limit", "0"],
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
