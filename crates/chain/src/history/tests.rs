use super::*;

fn version(spec_version: u32) -> RuntimeVersion {
    RuntimeVersion::scripted(spec_version)
}

#[test]
fn g15_what_lies_between_two_blocks_of_one_runtime_is_known() {
    let history = History::default();
    history.executed(100, &version(1));
    history.holds(199, &version(1));
    assert_eq!(history.executor(150), Some(version(1)));
    assert_eq!(history.executor(200), Some(version(1)));
    assert_eq!(history.holder(199), Some(version(1)));
    assert_eq!((history.executor(99), history.executor(201)), (None, None));
}

#[test]
fn g9_the_block_that_carries_an_upgrade_was_executed_by_the_one_before() {
    let history = History::default();
    history.executed(100, &version(1));
    history.holds(100, &version(2));
    assert_eq!(history.executor(100), Some(version(1)));
    assert_eq!(history.holder(100), Some(version(2)));
    assert_eq!(history.executor(101), Some(version(2)));
}

#[test]
fn a_chain_that_went_back_to_an_older_runtime_is_asked() {
    let history = History::default();
    history.executed(10, &version(2));
    history.executed(20, &version(1));
    history.executed(30, &version(2));
    assert_eq!(history.executor(20), None);
    assert_eq!(history.executor(15), Some(version(2)), "as far as it was seen");
}

#[test]
fn the_end_is_asked_for_ever_more_rarely() {
    let history = History::default();
    let asked: Vec<_> = (1..=100).filter(|_| history.wants_end()).collect();
    assert_eq!(asked, [2, 4, 8, 16, 32, 64]);
}
