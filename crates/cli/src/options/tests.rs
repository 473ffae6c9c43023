use clap::Parser;

use super::*;

fn timeout(args: &[&str]) -> Option<Duration> {
    crate::Tw::try_parse_from([&["tw", "metadata"], args].concat()).unwrap().options.timeout
}

#[test]
fn the_client_has_its_own_deadlines_unless_one_is_asked_for() {
    assert_eq!(timeout(&[]), None);
    assert_eq!(timeout(&["--timeout", "30"]), Some(Duration::from_secs(30)));
    assert_eq!(timeout(&["--timeout", "0.5"]), Some(Duration::from_millis(500)));
}
