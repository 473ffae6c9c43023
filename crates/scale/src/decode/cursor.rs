use crate::{Error, ErrorKind, Result, plan::op::IntegerType};

/// An input and a place in it.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'i> {
    rest: &'i [u8],
    len: usize,
}

impl<'i> Cursor<'i> {
    pub(crate) fn new(input: &'i [u8]) -> Self {
        Self { rest: input, len: input.len() }
    }

    pub(crate) fn rest(&self) -> &'i [u8] {
        self.rest
    }

    pub(crate) fn offset(&self) -> usize {
        self.len - self.rest.len()
    }

    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Result<&'i [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.short(len))?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(|| self.short(N))?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8> {
        let (byte, rest) = self.rest.split_first().ok_or_else(|| self.short(1))?;
        self.rest = rest;
        Ok(*byte)
    }

    /// A little endian integer of one to eight bytes.
    #[inline]
    pub(crate) fn word(&mut self, len: usize) -> Result<u64> {
        match self.rest.first_chunk() {
            Some(chunk) => {
                self.rest = &self.rest[len..];
                Ok(u64::from_le_bytes(*chunk) & u64::MAX >> (64 - len * 8))
            }
            None => Ok(self.take(len)?.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))),
        }
    }

    /// The length before a sequence.
    pub(crate) fn length(&mut self) -> Result<usize> {
        self.compact(IntegerType::unsigned(4)).map(|len| len as usize)
    }

    /// A compact integer of up to 64 bits. As in the static codec, only its shortest form is one.
    #[inline]
    pub(crate) fn compact(&mut self, number: IntegerType) -> Result<u64> {
        let start = *self;
        let first = *self.rest.first().ok_or_else(|| self.short(1))?;
        let form = usize::from(first & 0b11);
        let (value, least) = if form < 3 {
            // Without a branch on the form, which cannot be foreseen.
            (self.word(1 << form)? >> 2, [0, 1 << 6, 1 << 14][form])
        } else {
            self.rest = &self.rest[1..];
            match usize::from(first >> 2) + 4 {
                4 => (self.word(4)?, 1 << 30),
                len @ 5..=8 => (self.word(len)?, 1 << (len * 8 - 8)),
                _ => return Err(start.bad_compact(false, number)),
            }
        };
        if value < least || value > u64::MAX >> (64 - number.width * 8) {
            return Err(start.bad_compact(value < least, number));
        }
        Ok(value)
    }

    /// A compact integer of up to 256 bits, little endian.
    pub(crate) fn wide_compact(&mut self, number: IntegerType) -> Result<[u8; 32]> {
        let start = *self;
        let mut bytes = [0; 32];
        let first = self.byte()?;
        if first & 0b11 != 0b11 {
            *self = start;
            let value = self.compact(IntegerType::unsigned(8))?;
            bytes[..8].copy_from_slice(&value.to_le_bytes());
            return Ok(bytes);
        }
        let len = usize::from(first >> 2) + 4;
        if len > number.width {
            return Err(start.bad_compact(false, number));
        }
        bytes[..len].copy_from_slice(self.take(len)?);
        // Four bytes hold what 30 bits cannot; more bytes hold what one fewer cannot.
        let too_long = if len == 4 { bytes[3] < 1 << 6 } else { bytes[len - 1] == 0 };
        if too_long {
            return Err(start.bad_compact(true, number));
        }
        Ok(bytes)
    }

    #[cold]
    pub(crate) fn short(&self, needed: usize) -> Error {
        let message = format!("the input ends: {needed} bytes are needed, {} are left", self.rest.len());
        Error::new(ErrorKind::Decode, message).at_offset(self.offset())
    }

    #[cold]
    fn bad_compact(&self, too_long: bool, number: IntegerType) -> Error {
        let message = if too_long {
            format!("a Compact<{number}> is not in its shortest form")
        } else {
            format!("a Compact<{number}> is out of range, which is {}", number.range())
        };
        Error::new(ErrorKind::Decode, message).at_offset(self.offset())
    }
}
