use super::Hasher;

const ALICE: [u8; 32] = [
    0xd4, 0x35, 0x93, 0xc7, 0x15, 0xfd, 0xd3, 0x1c, 0x61, 0x14, 0x1a, 0xbd, 0x04, 0xa9, 0x9f, 0xd6, 0x82,
    0x2c, 0x85, 0x58, 0x85, 0x4c, 0xcd, 0xe3, 0x9a, 0x56, 0x84, 0xe7, 0xa5, 0x6d, 0xa2, 0x7d,
];

fn hashed(hasher: Hasher, encoded: &[u8]) -> String {
    let mut out = Vec::new();
    hasher.apply(encoded, &mut out);
    const_hex::encode(out)
}

#[test]
fn every_hasher_gives_its_known_hash() {
    let known = [
        (Hasher::Blake2_128, &b""[..], "cae66941d9efbd404e4d88758ea67670"),
        (Hasher::Blake2_256, b"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
        (Hasher::Twox128, b"", "99e9d85137db46ef4bbea33613baafd5"),
        (Hasher::Twox128, b"System", "26aa394eea5630e07c48ae0c9558cef7"),
        (Hasher::Twox256, b"", "99e9d85137db46ef4bbea33613baafd56f963c64b1f3685a4eb4abd67ff6203a"),
        (Hasher::Twox64Concat, b"", "99e9d85137db46ef"),
        (Hasher::Twox64Concat, &[0; 4], "b4def25cfda6ef3a00000000"),
        (Hasher::Identity, &[1, 2], "0102"),
    ];
    for (hasher, encoded, expected) in known {
        assert_eq!(hashed(hasher, encoded), expected, "{hasher}");
    }
}

#[test]
fn concat_hashers_append_the_key() {
    let expected = format!("de1e86a9a8c739864cf3cc5ec2bea59f{}", const_hex::encode(ALICE));
    assert_eq!(hashed(Hasher::Blake2_128Concat, &ALICE), expected);
}

#[test]
fn the_hash_length_is_what_precedes_the_key() {
    let all = [
        Hasher::Blake2_128,
        Hasher::Blake2_256,
        Hasher::Blake2_128Concat,
        Hasher::Twox128,
        Hasher::Twox256,
        Hasher::Twox64Concat,
        Hasher::Identity,
    ];
    for hasher in all {
        let mut out = Vec::new();
        hasher.apply(b"key", &mut out);
        let key: &[u8] = if hasher.keeps_key() { b"key" } else { b"" };
        assert_eq!(&out[hasher.hash_length()..], key, "{hasher}");
    }
}
