//! Amounts and shares for people's eyes.

use tensorwire::Balance;

/// Rao as whole units with four decimals, the rest cut off: for columns. JSON has all digits.
pub(crate) fn units(rao: u64) -> String {
    format!("{}.{:04}", grouped(rao / 1_000_000_000), rao % 1_000_000_000 / 100_000)
}

/// An amount of the chain's smallest unit, all digits of it: as TAO where it is one that there can be.
pub(crate) fn whole(amount: u128) -> String {
    u64::try_from(amount).map_or_else(|_| amount.to_string(), |rao| Balance::from_rao(rao).to_string())
}

/// A share of 65,535 as a fraction.
pub(crate) fn share(of_65535: u16) -> String {
    format!("{:.5}", f64::from(of_65535) / f64::from(u16::MAX))
}

/// `1,234,567`
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests;
