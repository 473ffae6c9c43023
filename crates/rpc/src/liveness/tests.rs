use super::*;

const INTERVAL: Duration = Duration::from_secs(20);

#[test]
fn g1_silence_is_first_suspicious_then_fatal() {
    let start = Instant::now();
    let mut liveness = Liveness::new(INTERVAL, start);
    assert_eq!(liveness.look(0, true, start), Silence::Bearable(Some(start + INTERVAL)));
    assert_eq!(liveness.look(0, true, start + INTERVAL), Silence::Suspicious);
    let due = Some(start + 2 * INTERVAL);
    assert_eq!(liveness.look(0, true, start + INTERVAL), Silence::Bearable(due));
    assert_eq!(liveness.look(0, true, start + 2 * INTERVAL), Silence::Fatal);
}

#[test]
fn any_byte_is_a_sign_of_life() {
    let start = Instant::now();
    let mut liveness = Liveness::new(INTERVAL, start);
    liveness.look(0, true, start);
    assert_eq!(liveness.look(0, true, start + INTERVAL), Silence::Suspicious);
    let heard = start + INTERVAL * 3 / 2;
    assert_eq!(liveness.look(1, true, heard), Silence::Bearable(Some(heard + INTERVAL)));
    assert_eq!(liveness.look(1, true, heard + INTERVAL), Silence::Suspicious);
}

#[test]
fn silence_counts_only_while_somebody_waits() {
    let start = Instant::now();
    let mut liveness = Liveness::new(INTERVAL, start);
    assert_eq!(liveness.look(0, false, start + 9 * INTERVAL), Silence::Bearable(None));
    let asked = start + 10 * INTERVAL;
    assert_eq!(liveness.look(0, true, asked), Silence::Bearable(Some(asked + INTERVAL)));
}
