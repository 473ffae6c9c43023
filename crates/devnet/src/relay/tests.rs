use super::frames::{Frame, Frames, close};

const HEAD: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";

/// What comes out of bytes that come in pieces of this size.
fn cut(bytes: &[u8], size: usize) -> Vec<Frame> {
    let mut frames = Frames::default();
    let mut out = Vec::new();
    for piece in bytes.chunks(size) {
        frames.push(piece);
        out.extend(std::iter::from_fn(|| frames.next()));
    }
    out
}

#[test]
fn frames_are_found_however_the_bytes_come() {
    let texts: Vec<Vec<u8>> = [0, 1, 125, 126, 65_535, 65_536].map(|length| vec![b'x'; length]).to_vec();
    let sent: Vec<Vec<u8>> = texts.iter().map(|text| Frame::text(text).bytes).collect();
    let stream = [HEAD, &sent.concat(), &close(1001)].concat();
    for size in [1, 7, 1_000, usize::MAX] {
        let frames = cut(&stream, size);
        assert_eq!(frames[0].bytes, HEAD);
        let messages: Vec<_> = frames.iter().filter_map(Frame::message).collect();
        assert_eq!(messages, texts);
        let last = frames.last().unwrap();
        assert_eq!((last.message(), &last.bytes[..]), (None, &[0x88, 2, 3, 233][..]));
        assert_eq!(frames.len(), texts.len() + 2);
    }
}

#[test]
fn what_is_no_websocket_passes_as_it_comes() {
    let stream = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\x81\x7fab";
    let frames = cut(stream, usize::MAX);
    assert_eq!(frames.iter().flat_map(|frame| frame.bytes.clone()).collect::<Vec<_>>(), stream);
    assert!(frames.iter().all(|frame| frame.message().is_none()));
}
