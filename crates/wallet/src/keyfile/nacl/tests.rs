use super::*;

#[test]
fn g22_a_password_is_the_key_that_libsodium_makes_of_it() {
    let expected = "cd00b56b151da9df1c8cd6768ba1be08c42f02e54942b2cc39985466f6b62569";
    assert_eq!(const_hex::encode(*key("testpassword").unwrap()), expected);
}
