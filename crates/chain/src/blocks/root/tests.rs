use super::is_root_of;
use crate::Hash;

fn extrinsics(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|index| vec![index as u8; index * 7 % 90]).collect()
}

/// How many extrinsics, and what `sp_trie::LayoutV0` and `LayoutV1` make of them.
const ROOTS: [(usize, &str, &str); 8] = [
    (
        0,
        "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
        "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
    ),
    (
        1,
        "0x8077a6c7a347a74bf93a813cad4edc5e1b53566593dac5e6b19f7b48c365842b",
        "0x8077a6c7a347a74bf93a813cad4edc5e1b53566593dac5e6b19f7b48c365842b",
    ),
    (
        3,
        "0xfca7e861a124680e9d0c2038321613389a4363140e5d97c9a2a32ca3988e276d",
        "0xfca7e861a124680e9d0c2038321613389a4363140e5d97c9a2a32ca3988e276d",
    ),
    (
        17,
        "0x2084ac4c41b8763ec539ba6c9cbc8bb49f99856b131e600365b29f582df4eacd",
        "0x7acc6ecc9abeac853ea49a2bace68e94a8d124f5cd03caa6b8b7781150193222",
    ),
    (
        64,
        "0x396c99a47f3ad4ffa4f03a49adb26a9899133e590179ff43013565a7249efc35",
        "0x22e9cf0bd873c148a744fb81d1d63ba30a2e6dc96cedc56ec9e95eaf8175aeb8",
    ),
    (
        65,
        "0x28a6e6dabcfd881e309d8646b4ddbbc9692d03e2d24a75080870f99c377fa6bf",
        "0x3a1d548ca0b7d8f46caa01b1df0a0a4a94888c975d910aac0de68a4ad4e0942d",
    ),
    (
        300,
        "0xeaf43b3d237a53b015d54f495f308c5de79758662c867fedcea2fe34cfcd6af1",
        "0x0c7e2d0faf2baccb138414e8b9701d12ec8be451afcf40d02de21a4d27a9d24f",
    ),
    (
        20_000,
        "0xe75ac53baff0cff015c90beaf01da5cc0267915c8cdf1485a7b877e817fb3760",
        "0xcfc3bc903fdc5fbe9b0a1266ef9083c16f688e3414b630476d7eeb21557fcd11",
    ),
];

#[test]
fn roots_are_those_of_sp_trie() {
    for (count, v0, v1) in ROOTS {
        for root in [v0, v1] {
            assert!(is_root_of(root.parse().unwrap(), &extrinsics(count)), "{count}");
        }
    }
}

#[test]
fn no_other_body_has_the_root() {
    let root: Hash = ROOTS[3].2.parse().unwrap();
    let mut list = extrinsics(17);
    list[16][0] ^= 1;
    assert!(!is_root_of(root, &list));
    list[16][0] ^= 1;
    list.swap(1, 2);
    assert!(!is_root_of(root, &list));
    assert!(!is_root_of(root, &extrinsics(16)) && !is_root_of(root, &[]));
}
