//! `tw demo` and `tw devnet`.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::Command,
};

use serde_json::Value;

use crate::support::{at, command, finish, tw};

const SMALL: [&str; 7] = ["demo", "--subnets", "2", "--neurons", "8", "--round-trip", "5"];

#[test]
fn the_demo_compares_two_equal_readings() {
    let demo = tw(&[&["--json"], &SMALL[..]].concat()).json();
    assert_eq!(
        (&demo["subnets"], &demo["neurons"], &demo["round_trip_ms"]),
        (&2.into(), &16.into(), &5.into())
    );
    for reading in [&demo["sequential"], &demo["concurrent"]] {
        assert_eq!(reading["websockets"], 1);
        assert!(
            reading["requests"].as_u64().unwrap() >= 3 && reading["bytes"].as_u64().unwrap() > 1000,
            "{reading}"
        );
        assert!(reading["seconds"].as_f64().unwrap() > 0.0);
        assert_eq!(keys(reading), ["bytes", "requests", "seconds", "websockets"]);
    }
    assert!(demo["ratio"].as_f64().unwrap() > 0.0);
    assert_eq!(keys(&demo), ["concurrent", "neurons", "ratio", "round_trip_ms", "sequential", "subnets"]);
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_demo_gives_up_when_its_time_is_over() {
    let error =
        tw(&["--timeout", "0.3", "demo", "--subnets", "1", "--neurons", "1", "--round-trip", "60000"])
            .failed();
    assert!(error.contains("--timeout"), "{error}");
}

#[test]
fn the_demo_prints_a_table() {
    let table = tw(&SMALL).succeeded();
    for row in ["subnets", "neurons", "requests", "websockets opened", "bytes", "elapsed", "ratio"] {
        assert!(table.lines().any(|line| line.starts_with(row)), "{row} in {table}");
    }
}

#[cfg(unix)]
#[test]
fn the_devnet_serves_until_ctrl_c() {
    let mut child =
        command(&["--json", "devnet", "--port", "0", "--subnets", "1", "--neurons", "2"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let served: Value = serde_json::from_str(&line).unwrap();
    let neurons = at(served["url"].as_str().unwrap(), &["--json", "neurons", "--netuid", "1"]).json();
    assert_eq!(neurons.as_array().unwrap().len(), 2);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(finish(child).code, Some(0));
}

#[test]
fn a_taken_port_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = tw(&["devnet", "--port", &port, "--subnets", "1", "--neurons", "1"]).failed();
    assert!(error.contains(&port), "{error}");
}
