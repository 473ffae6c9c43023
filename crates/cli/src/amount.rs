//! Amounts and shares for people's eyes.

use tensorwire::AccountId;

/// Rao as whole units with four decimals, the rest cut off: for columns. JSON has all digits.
pub(crate) fn units(rao: u64) -> String {
    format!("{}.{:04}", grouped(rao / 1_000_000_000), rao % 1_000_000_000 / 100_000)
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
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Enough of an address to tell it from its neighbours: `5Grwva..utQY`.
pub(crate) fn short(account: &AccountId) -> String {
    let address = account.to_string();
    match (address.get(..6), address.get(address.len().saturating_sub(4)..)) {
        (Some(start), Some(end)) => format!("{start}..{end}"),
        _ => address,
    }
}

#[cfg(test)]
mod tests;
