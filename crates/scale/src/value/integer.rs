use std::fmt;

/// An integer of up to 256 bits and a sign: wide enough for every integer of SCALE.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Integer {
    negative: bool,
    /// Little endian. Bytes, so that a [`Value`](crate::Value) needs no wider alignment.
    magnitude: [u8; 32],
}

/// Why a text is no [`Integer`].
pub(crate) enum NoInteger {
    Malformed,
    /// Of more than 256 bits.
    TooWide,
}

impl Integer {
    /// The integer as `u64`, when it lies in that range.
    #[inline]
    pub fn to_u64(&self) -> Option<u64> {
        u64::try_from(self.to_u128()?).ok()
    }

    /// The integer as `u128`, when it lies in that range.
    pub fn to_u128(&self) -> Option<u128> {
        if self.negative { None } else { self.low() }
    }

    /// The integer as `i128`, when it lies in that range.
    pub fn to_i128(&self) -> Option<i128> {
        let magnitude = self.low()?;
        if self.negative { 0i128.checked_sub_unsigned(magnitude) } else { i128::try_from(magnitude).ok() }
    }

    /// Whether the integer is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The integer as JSON numbers hold it exactly: up to 2^53 - 1 in magnitude.
    pub(crate) fn to_json_number(self) -> Option<i64> {
        const LIMIT: i128 = 1 << 53;
        self.to_i128()
            .filter(|number| -LIMIT < *number && *number < LIMIT)
            .and_then(|n| i64::try_from(n).ok())
    }

    /// Little endian, without the sign.
    pub(crate) fn magnitude(&self) -> &[u8; 32] {
        &self.magnitude
    }

    /// The unsigned integer of those little endian bytes.
    pub(crate) fn from_le_bytes(bytes: [u8; 32]) -> Self {
        Self { negative: false, magnitude: bytes }
    }

    /// The signed integer of those little endian bytes, two's complement.
    pub(crate) fn from_twos_complement(bytes: [u8; 32]) -> Self {
        let negative = bytes[31] & 0x80 != 0;
        Self { negative, magnitude: if negative { negate(bytes) } else { bytes } }
    }

    /// Two's complement of that width, sign extended to 256 bits; `None` when the integer does not fit.
    pub(crate) fn fit(&self, width: usize, signed: bool) -> Option<[u8; 32]> {
        let bits = self.bits();
        let fits = match (signed, self.negative) {
            (false, false) => bits <= width * 8,
            (false, true) => false,
            (true, false) => bits < width * 8,
            (true, true) => bits < width * 8 || bits == width * 8 && self.is_power_of_two(),
        };
        fits.then(|| if self.negative { negate(self.magnitude) } else { self.magnitude })
    }

    /// Reads decimals, with `_` between digits, or 0x-hex, either with a sign.
    pub(crate) fn parse(text: &str) -> Result<Self, NoInteger> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (radix, digits) = digits.strip_prefix("0x").map_or((10, digits), |digits| (16, digits));
        let is_integer = digits.starts_with(|c: char| c.is_digit(radix))
            && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        if !is_integer {
            return Err(NoInteger::Malformed);
        }
        let mut magnitude = [0; 32];
        for mut carry in digits.chars().filter_map(|c| c.to_digit(radix)) {
            for byte in &mut magnitude {
                let sum = u32::from(*byte) * radix + carry;
                *byte = sum as u8;
                carry = sum >> 8;
            }
            if carry != 0 {
                return Err(NoInteger::TooWide);
            }
        }
        Ok(Self { negative: negative && magnitude != [0; 32], magnitude })
    }

    fn low(&self) -> Option<u128> {
        let (low, high) = self.magnitude.split_first_chunk::<16>()?;
        high.iter().all(|byte| *byte == 0).then(|| u128::from_le_bytes(*low))
    }

    fn bits(&self) -> usize {
        let top = self.magnitude.iter().rposition(|byte| *byte != 0);
        top.map_or(0, |top| top * 8 + 8 - self.magnitude[top].leading_zeros() as usize)
    }

    fn is_power_of_two(&self) -> bool {
        self.magnitude.iter().map(|byte| byte.count_ones()).sum::<u32>() == 1
    }
}

fn negate(mut bytes: [u8; 32]) -> [u8; 32] {
    let mut carry = true;
    for byte in &mut bytes {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
    bytes
}

macro_rules! from_primitive {
    ($($unsigned:ty, $signed:ty);*) => {$(
        impl From<$unsigned> for Integer {
            #[inline]
            fn from(number: $unsigned) -> Self {
                let mut magnitude = [0; 32];
                magnitude[..size_of::<$unsigned>()].copy_from_slice(&number.to_le_bytes());
                Self { negative: false, magnitude }
            }
        }

        impl From<$signed> for Integer {
            #[inline]
            fn from(number: $signed) -> Self {
                Self { negative: number < 0, ..Self::from(number.unsigned_abs()) }
            }
        }
    )*};
}

from_primitive!(u8, i8; u16, i16; u32, i32; u64, i64; u128, i128; usize, isize);

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(small) = self.low() {
            return f.pad_integral(!self.negative, "", &small.to_string());
        }
        let mut rest = self.magnitude;
        let mut digits = Vec::with_capacity(78);
        while rest != [0; 32] {
            let mut remainder = 0;
            for byte in rest.iter_mut().rev() {
                let dividend = remainder << 8 | u32::from(*byte);
                *byte = (dividend / 10) as u8;
                remainder = dividend % 10;
            }
            digits.push(b'0' + remainder as u8);
        }
        let digits: String = digits.into_iter().rev().map(char::from).collect();
        f.pad_integral(!self.negative, "", &digits)
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
