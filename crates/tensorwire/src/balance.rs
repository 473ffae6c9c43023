use std::{fmt, iter::Sum, str::FromStr};

use serde::{Serialize, Serializer};
use tensorwire_chain::FromScale;

/// An amount of TAO, held as integer rao: 1 TAO is 10^9 rao. No float is involved anywhere.
///
/// Prints as `τ1.500000000`. Reads `1.5`, `τ1.5`, `1.5 TAO` and `1500000000 rao`, exactly or not at all;
/// a comma is refused, since it stands for a point in half of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, FromScale)]
pub struct Balance(u64);

const RAO_PER_TAO: u64 = 1_000_000_000;

impl Balance {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// That many rao.
    pub const fn from_rao(rao: u64) -> Self {
        Self(rao)
    }

    /// That many whole TAO; `None` above 18,446,744,073.
    pub const fn from_tao(tao: u64) -> Option<Self> {
        match tao.checked_mul(RAO_PER_TAO) {
            Some(rao) => Some(Self(rao)),
            None => None,
        }
    }

    /// The amount in rao.
    pub const fn rao(self) -> u64 {
        self.0
    }

    /// The sum; `None` if it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(rao) => Some(Self(rao)),
            None => None,
        }
    }

    /// The difference; `None` if it is negative.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rao) => Some(Self(rao)),
            None => None,
        }
    }
}

/// `None` as soon as the sum does not fit.
impl Sum<Balance> for Option<Balance> {
    fn sum<I: Iterator<Item = Balance>>(mut iter: I) -> Self {
        iter.try_fold(Balance::ZERO, Balance::checked_add)
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "τ{}.{:09}", self.0 / RAO_PER_TAO, self.0 % RAO_PER_TAO)
    }
}

/// In rao; above 2^53-1 as a decimal string, which no JSON reader rounds.
impl Serialize for Balance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::json::integer(&self.0, serializer)
    }
}

/// Why a text is no [`Balance`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseBalanceError {
    /// Something other than digits, one point and the units `τ`, `TAO`, `rao`.
    #[error("`{0}` is no amount: write 1.5, τ1.5, 1.5 TAO or 1500000000 rao")]
    Malformed(String),
    /// More than nine digits after the point, or a fraction of a rao.
    #[error("`{0}` is finer than one rao (0.000000001 TAO)")]
    TooFine(String),
    /// More than 18,446,744,073.709551615 TAO.
    #[error("`{0}` is more than any balance can hold")]
    TooLarge(String),
}

impl FromStr for Balance {
    type Err = ParseBalanceError;

    fn from_str(text: &str) -> Result<Self, ParseBalanceError> {
        use ParseBalanceError as E;
        let trimmed = text.trim();
        let lower = trimmed.to_lowercase();
        let (amount, decimals) = match (lower.strip_suffix("rao"), lower.strip_suffix("tao")) {
            (Some(amount), _) => (amount, 0),
            (_, Some(amount)) => (amount, 9),
            _ => (lower.strip_prefix('τ').unwrap_or(&lower), 9),
        };
        let amount = amount.trim();
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(E::Malformed(text.into()));
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > decimals {
            return Err(E::TooFine(text.into()));
        }
        let all = format!("{whole}{fraction:0<decimals$}");
        let digits = all.trim_start_matches('0');
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        digits.parse().map(Self).map_err(|_| E::TooLarge(text.into()))
    }
}

#[cfg(test)]
mod tests;
