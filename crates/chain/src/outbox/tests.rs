use std::{fs, io::Write as _};

use tensorwire_scale::{AccountId, hash::blake2_256};

use super::*;

fn sent(nonce: u64) -> Pending {
    let bytes = nonce.to_le_bytes().to_vec();
    Pending {
        genesis: Hash([1; 32]),
        hash: Hash(blake2_256(&bytes)),
        account: Some(AccountId([2; 32])),
        nonce: Some(nonce),
        birth: 7,
        last_block: Some(134),
        spec_version: Some(393),
        transaction_version: Some(1),
        bytes: Some(bytes),
    }
}

#[tokio::test]
async fn g2_what_has_not_ended_is_there_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    for nonce in 0..3 {
        outbox.sending(&sent(nonce)).await.unwrap();
    }
    outbox.ended(sent(1).hash, "finalized").await.unwrap();
    drop(outbox);
    let outbox = Outbox::open(&path).unwrap();
    assert_eq!(outbox.pending(), [sent(0), sent(2)]);
    drop(outbox);
    // What has ended has left the file.
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn g2_what_was_cut_short_at_any_byte_was_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    outbox.sending(&sent(0)).await.unwrap();
    let whole = fs::read(&path).unwrap().len();
    outbox.sending(&sent(1)).await.unwrap();
    drop(outbox);
    let bytes = fs::read(&path).unwrap();
    for length in whole..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let outbox = Outbox::open(&path).unwrap();
        assert_eq!(outbox.pending(), [sent(0)], "cut at byte {length}");
        // It takes more, and the next start finds all.
        outbox.sending(&sent(2)).await.unwrap();
        drop(outbox);
        assert_eq!(Outbox::open(&path).unwrap().pending(), [sent(0), sent(2)]);
    }
}

#[tokio::test]
async fn g2_a_line_that_was_changed_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    outbox.sending(&sent(0)).await.unwrap();
    outbox.sending(&sent(1)).await.unwrap();
    drop(outbox);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let error = Outbox::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("line 1"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn one_process_has_the_file_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let first = Outbox::open(&path).unwrap();
    let error = Outbox::open(&path).unwrap_err();
    assert!(error.to_string().contains("another process uses it"), "{error}");
    first.sending(&sent(0)).await.unwrap();
    drop(first);
    assert_eq!(Outbox::open(&path).unwrap().pending(), [sent(0)]);
}

#[cfg(unix)]
#[tokio::test]
async fn its_owner_alone_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let outbox = Outbox::open(&path).unwrap();
    assert_eq!(mode(), 0o600);
    outbox.sending(&sent(0)).await.unwrap();
    outbox.ended(sent(0).hash, "finalized").await.unwrap();
    drop(outbox);
    // It has been put in another's place.
    drop(Outbox::open(&path).unwrap());
    assert_eq!(mode(), 0o600);
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("file")).unwrap();
    file.write_all(b"no folder").unwrap();
    let error = Outbox::open(folder.path().join("file").join("outbox")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("file/outbox"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g12_many_at_once_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for nonce in 0..200 {
        let outbox = outbox.clone();
        tasks.spawn(async move {
            outbox.sending(&sent(nonce)).await.unwrap();
            if nonce % 2 == 0 {
                outbox.ended(sent(nonce).hash, "finalized").await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    drop(outbox);
    let mut hashes: Vec<_> =
        Outbox::open(&path).unwrap().pending().iter().map(|pending| pending.hash).collect();
    let mut expected: Vec<_> =
        (0..200).filter(|nonce| nonce % 2 == 1).map(|nonce| sent(nonce).hash).collect();
    hashes.sort();
    expected.sort();
    assert_eq!(hashes, expected);
}

#[tokio::test]
async fn g11_the_file_of_a_process_that_sends_for_ever_does_not_grow_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    let large = |nonce| Pending { bytes: Some(vec![0; 8_192]), ..sent(nonce) };
    outbox.sending(&large(0)).await.unwrap();
    for nonce in 1..=200 {
        outbox.sending(&large(nonce)).await.unwrap();
        outbox.ended(large(nonce).hash, "finalized").await.unwrap();
    }
    assert!(fs::metadata(&path).unwrap().len() < 2_000_000);
    // It is still one process's, and forgets nothing.
    assert!(Outbox::open(&path).unwrap_err().to_string().contains("another process"));
    drop(outbox);
    assert_eq!(Outbox::open(&path).unwrap().pending(), [large(0)]);
}

#[tokio::test]
async fn g2_what_was_given_up_before_it_was_sent_is_struck_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    for nonce in 0..20 {
        let pending = sent(nonce);
        let mut sending = Box::pin(outbox.sending(&pending));
        assert!(futures_util::poll!(&mut sending).is_pending());
        drop(sending);
    }
    // Its turn comes after theirs.
    outbox.sending(&sent(20)).await.unwrap();
    assert_eq!(outbox.pending(), [sent(20)]);
    drop(outbox);
    assert_eq!(Outbox::open(&path).unwrap().pending(), [sent(20)]);
}
