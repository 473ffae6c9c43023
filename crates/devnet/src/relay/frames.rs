//! A server's bytes, cut into what is sent or held back as one.

/// Ends the head of an HTTP answer.
const HEAD_END: &[u8] = b"\r\n\r\n";
const SWITCHING: &[u8] = b"HTTP/1.1 101";

const FIN: u8 = 0x80;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const MASKED: u8 = 0x80;
/// Lengths that stand for a longer one after them.
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;

/// The frames of a connection. It begins with the head of an HTTP answer; if that opens no websocket, what follows is
/// passed on as it comes.
#[derive(Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    /// How much of the buffer has come out already.
    out: usize,
    stage: Stage,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Head,
    Websocket,
    Other,
}

/// Bytes that belong together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    /// Where the text of a message begins; `None` for all that is no message.
    message: Option<usize>,
}

impl Frame {
    /// A message of this text, as a server sends it.
    pub(super) fn text(text: &[u8]) -> Self {
        let mut bytes = header(TEXT, text.len());
        let message = Some(bytes.len());
        bytes.extend_from_slice(text);
        Self { bytes, message }
    }

    /// The text of a message.
    pub(super) fn message(&self) -> Option<&[u8]> {
        self.message.and_then(|start| self.bytes.get(start..))
    }
}

/// A close frame, as a server sends it.
pub(super) fn close(code: u16) -> Vec<u8> {
    let mut bytes = header(CLOSE, 2);
    bytes.extend(code.to_be_bytes());
    bytes
}

fn header(opcode: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![FIN | opcode];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if length < TWO_BYTES => bytes.push(length),
        (_, Ok(length)) => {
            bytes.push(TWO_BYTES);
            bytes.extend(length.to_be_bytes());
        }
        _ => {
            bytes.push(EIGHT_BYTES);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes
}

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.out);
        self.out = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether a websocket is open.
    pub(super) fn are_websocket(&self) -> bool {
        self.stage == Stage::Websocket
    }

    /// The next frame that has come in whole.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let left = self.buffer.get(self.out..)?;
        let (length, message) = match self.stage {
            Stage::Head => {
                let end = left.windows(HEAD_END.len()).position(|window| window == HEAD_END)?;
                let websocket = left.starts_with(SWITCHING);
                self.stage = if websocket { Stage::Websocket } else { Stage::Other };
                (end + HEAD_END.len(), None)
            }
            Stage::Other => (left.len(), None),
            Stage::Websocket => measure(left)?,
        };
        let bytes = left.get(..length).filter(|bytes| !bytes.is_empty())?.to_vec();
        self.out += length;
        Some(Frame { bytes, message })
    }
}

/// How long the first frame is, and where its text begins if it is a message.
fn measure(bytes: &[u8]) -> Option<(usize, Option<usize>)> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    let [first, second] = *head;
    let (start, length): (usize, usize) = match second & !MASKED {
        TWO_BYTES => (4, u16::from_be_bytes(*rest.first_chunk()?).into()),
        EIGHT_BYTES => (10, usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?),
        length => (2, length.into()),
    };
    // A server masks nothing.
    let masked = second & MASKED != 0;
    let start = if masked { start + 4 } else { start };
    let is_message = !masked && [FIN | TEXT, FIN | BINARY].contains(&first);
    Some((start.checked_add(length)?, is_message.then_some(start)))
}
