use std::time::{Duration, SystemTime};

use super::*;

#[test]
fn g11_the_oldest_metadata_goes_when_the_cache_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    for (age, name) in ["genesis/1.scale", "genesis/2.scale", "other/3.scale"].into_iter().enumerate() {
        write(&file(name), &[0; 1000]).unwrap();
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(age as u64);
        fs::File::options().write(true).open(file(name)).unwrap().set_modified(written).unwrap();
    }
    prune(folder.path(), 3000).unwrap();
    assert!(file("genesis/1.scale").exists());
    prune(folder.path(), 2999).unwrap();
    assert!(!file("genesis/1.scale").exists());
    assert!(file("genesis/2.scale").exists() && file("other/3.scale").exists());
}

#[test]
fn a_key_is_read_back_from_its_pointer() {
    let key = Key { genesis: Hash([7; 32]), spec_version: 393, fingerprint: [9; 16] };
    assert_eq!(Key::parse(&key.text()), Some(key));
    for text in ["", "07/393-09", "a/b-c", "../../etc/passwd"] {
        assert_eq!(Key::parse(text), None, "{text}");
    }
}
