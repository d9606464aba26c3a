//! Numbers as a person reads them: what rounds to nothing has no sign.

/// Returns the number with this many decimals.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if is_zero(&text) { text.replace('-', "") } else { text }
}

/// Returns the number with this many decimals, and a plus where it is positive.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 && !is_zero(&text) { format!("+{text}") } else { text }
}

/// Returns the number as short as it can be written, with this many decimals at most.
pub(super) fn short(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|character| matches!(character, '-' | '0' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!([fixed(-0.04, 1), fixed(-0.0, 0), fixed(-0.06, 1), fixed(14.04, 1)], ["0.0", "0", "-0.1", "14.0"]);
        assert_eq!([signed(-0.0004, 3), signed(0.0004, 3)], ["0.000", "0.000"]);
        assert_eq!([signed(6.02, 2), signed(-6.02, 2)], ["+6.02", "-6.02"]);
        assert_eq!([short(-0.0, 3), short(100.0, 3), short(-0.25, 3), short(-1e-9, 3)], ["0", "100", "-0.25", "0"]);
    }
}
