use std::time::Duration;

use super::*;

/// The keys of three files of a thousand bytes, the oldest first.
fn three_files(folder: &Path) -> [String; 3] {
    let runtime = |chain: &str, spec: u32| format!("{}/{spec}-{}.scale", chain.repeat(32), "09".repeat(16));
    let keys = [runtime("07", 1), runtime("07", 2), runtime("08", 3)];
    for (age, key) in keys.iter().enumerate() {
        write(&folder.join(key), &[0; 1000]).unwrap();
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(age as u64);
        fs::File::options().write(true).open(folder.join(key)).unwrap().set_modified(written).unwrap();
    }
    keys
}

#[test]
fn g11_the_oldest_entry_goes_when_the_cache_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let keys = three_files(folder.path());
    let there = || keys.each_ref().map(|key| folder.path().join(key).exists());
    prune(folder.path(), 3000).unwrap();
    assert_eq!(there(), [true; 3]);
    prune(folder.path(), 2999).unwrap();
    assert_eq!(there(), [false, true, true]);
}

#[test]
fn g11_what_is_in_use_is_not_the_oldest() {
    let folder = tempfile::tempdir().unwrap();
    let keys = three_files(folder.path());
    assert!(read(&folder.path().join(&keys[0])).unwrap().is_some());
    prune(folder.path(), 1000).unwrap();
    let left: Vec<_> = entries(folder.path()).unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(left, [keys[0].clone()]);
}

#[test]
fn files_that_are_no_entries_are_neither_listed_nor_removed() {
    let folder = tempfile::tempdir().unwrap();
    let others = ["diary.scale", "notes/diary.scale", "endpoints/mine.last", "deep/er/1.scale"];
    for other in others {
        write(&folder.path().join(other), b"mine").unwrap();
    }
    assert_eq!(entries(folder.path()).unwrap(), []);
    prune(folder.path(), 0).unwrap();
    assert!(others.iter().all(|other| folder.path().join(other).exists()));
}

#[test]
fn a_folder_that_is_not_there_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    assert_eq!(entries(&absent).unwrap(), []);
    assert_eq!(read(&absent.join("a/b")).unwrap(), None);
    assert!(!remove(&absent.join("a/b")).unwrap());
}
