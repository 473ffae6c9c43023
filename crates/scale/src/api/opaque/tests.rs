use super::Opaque;
use crate::{ErrorKind, TypeId};

const PLAIN: Opaque = Opaque { content: TypeId(0), bare_option: false };
const BARE: Opaque = Opaque { content: TypeId(0), bare_option: true };

#[test]
fn the_length_comes_off() {
    assert_eq!(*PLAIN.content_of(&[8, 1, 2]).unwrap(), [1, 2]);
    assert!(PLAIN.content_of(&[0]).unwrap().is_empty());
}

#[test]
fn a_bare_option_gets_its_marker() {
    assert_eq!(*BARE.content_of(&[8, 1, 2]).unwrap(), [1, 1, 2]);
    assert_eq!(*BARE.content_of(&[0]).unwrap(), [0]);
}

#[test]
fn a_length_that_is_wrong_is_refused() {
    let kinds = [
        (&[][..], ErrorKind::Decode),
        (&[8, 1], ErrorKind::Decode),
        (&[8, 1, 2, 3], ErrorKind::TrailingBytes),
        (&[0xfe, 0xff, 0xff, 0xff], ErrorKind::Decode),
    ];
    for (bytes, kind) in kinds {
        assert_eq!(PLAIN.content_of(bytes).unwrap_err().kind(), kind);
        assert_eq!(BARE.content_of(bytes).unwrap_err().kind(), kind);
    }
}
