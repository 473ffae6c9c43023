use super::*;

#[test]
fn g22_variables_of_passwords_are_named_and_hidden_as_bittensor_does() {
    assert_eq!(variable(Path::new("/home/a.b/my-w/coldkey")), "BT_PW__HOME_A_B_MY-W_COLDKEY");
    assert_eq!(revealed("BT_PW_TEST", "KiExJDItZg==").unwrap().as_str(), "hunter2");
    assert!(revealed("BT_PW_TEST", "no base64").is_none());
}
