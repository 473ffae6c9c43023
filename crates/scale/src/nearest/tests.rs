use super::nearest;

#[test]
fn a_mistyped_name_finds_the_one_meant() {
    let names = ["Account", "BlockHash", "Number", "AccountData"];
    assert_eq!(nearest("acount", names.into_iter()), ["Account"]);
    assert_eq!(nearest("Block", names.into_iter()), ["BlockHash"]);
    assert!(nearest("Xyz", names.into_iter()).is_empty());
}
