use super::nearest;

#[test]
fn a_mistyped_name_finds_the_one_meant() {
    let names = ["Account", "BlockHash", "Number", "AccountData"];
    assert_eq!(nearest("acount", names.into_iter()), ["Account"]);
    assert_eq!(nearest("Block", names.into_iter()), ["BlockHash"]);
    assert!(nearest("Xyz", names.into_iter()).is_empty());
}

#[test]
fn a_short_name_is_near_to_few() {
    let names = ["Code", "Mode", "None", "char", "ChargeTransactionPayment", "u64", "bool"];
    assert_eq!(nearest("nope", names.into_iter()), ["None"]);
    assert_eq!(nearest("chan", names.into_iter()), ["char"]);
    assert_eq!(nearest("char", ["ChargeTransactionPayment"].into_iter()), [""; 0]);
    assert_eq!(nearest("u46", ["u64", "i8"].into_iter()), [""; 0]);
    assert_eq!(nearest("blob", names.into_iter()), [""; 0]);
}
