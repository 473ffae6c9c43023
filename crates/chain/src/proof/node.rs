use super::Flaw;
use crate::compact::split_bytes;

/// A node of the trie. Layout: the Polkadot specification, "Node encoding"; that of `sp-trie`.
#[derive(Default)]
pub(super) struct Node<'a> {
    /// The part of the path that the node itself holds, in nibbles.
    pub(super) partial: Vec<u8>,
    pub(super) value: Option<Stored<'a>>,
    /// By the nibble that leads to them.
    pub(super) children: [Option<Stored<'a>>; 16],
}

/// A value or a child: here, or elsewhere in the proof under its hash.
#[derive(Clone, Copy)]
pub(super) enum Stored<'a> {
    Here(&'a [u8]),
    ByHash(&'a [u8; 32]),
}

/// What the first byte tells, in as many bits as leave the rest of it for the partial path's length.
struct Kind {
    marker: u8,
    marker_bits: u32,
    is_branch: bool,
    value: Option<ValueKind>,
}

#[derive(Clone, Copy)]
enum ValueKind {
    Whole,
    Hashed,
}

const KINDS: [Kind; 5] = [
    Kind { marker: 0b01, marker_bits: 2, is_branch: false, value: Some(ValueKind::Whole) },
    Kind { marker: 0b10, marker_bits: 2, is_branch: true, value: None },
    Kind { marker: 0b11, marker_bits: 2, is_branch: true, value: Some(ValueKind::Whole) },
    Kind { marker: 0b001, marker_bits: 3, is_branch: false, value: Some(ValueKind::Hashed) },
    Kind { marker: 0b0001, marker_bits: 4, is_branch: true, value: Some(ValueKind::Hashed) },
];

const MALFORMED: Flaw = "a node of the proof is malformed";

/// What takes part in a path is never longer.
const MAX_NIBBLES: usize = u16::MAX as usize;

impl<'a> Node<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Flaw> {
        let mut input = Input(bytes);
        let first = input.byte()?;
        let kind = KINDS.iter().find(|kind| first >> (8 - kind.marker_bits) == kind.marker);
        let kind = kind.ok_or(MALFORMED)?;
        let partial = input.partial(first & (u8::MAX >> kind.marker_bits), kind.marker_bits)?;
        let present = if kind.is_branch { input.array().copied().map(u16::from_le_bytes)? } else { 0 };
        // A branch leads somewhere: so a walk that goes on comes to a value.
        if kind.is_branch && present == 0 {
            return Err(MALFORMED);
        }
        let value = match kind.value {
            None => None,
            Some(ValueKind::Whole) => Some(Stored::Here(input.counted()?)),
            Some(ValueKind::Hashed) => Some(Stored::ByHash(input.array()?)),
        };
        let mut node = Self { partial, value, children: [None; 16] };
        let places = node.children.iter_mut().enumerate().filter(|(nibble, _)| present >> nibble & 1 == 1);
        for (_, child) in places {
            let bytes = input.counted()?;
            // What takes 32 bytes or more is put elsewhere.
            *child = Some(match bytes.try_into() {
                Ok(hash) => Stored::ByHash(hash),
                Err(_) if bytes.len() < 32 => Stored::Here(bytes),
                Err(_) => return Err(MALFORMED),
            });
        }
        if input.0.is_empty() { Ok(node) } else { Err(MALFORMED) }
    }
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Flaw> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Flaw> {
        self.take(N)?.try_into().map_err(|_| MALFORMED)
    }

    fn byte(&mut self) -> Result<u8, Flaw> {
        let [byte] = self.array()?;
        Ok(*byte)
    }

    /// Bytes behind their count, a compact integer.
    fn counted(&mut self) -> Result<&'a [u8], Flaw> {
        let (counted, rest) = split_bytes(self.0).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(counted)
    }

    /// The partial path, whose length begins in the first byte: in its low bits, and in further bytes if they are full.
    fn partial(&mut self, low: u8, marker_bits: u32) -> Result<Vec<u8>, Flaw> {
        let mut count = usize::from(low);
        let mut goes_on = low == u8::MAX >> marker_bits;
        while goes_on && count <= MAX_NIBBLES {
            let more = self.byte()?;
            count += usize::from(more);
            goes_on = more == u8::MAX;
        }
        if count > MAX_NIBBLES {
            return Err(MALFORMED);
        }
        let nibbles = super::nibbles(self.take(count.div_ceil(2))?);
        // An odd one stands alone in the first byte.
        match nibbles.split_at_checked(count % 2) {
            Some(([] | [0], partial)) => Ok(partial.to_vec()),
            _ => Err(MALFORMED),
        }
    }
}
