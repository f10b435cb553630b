/// A number in words, given its logarithm: as it is if it is of a usual size, or as a power of ten.
pub(in super::super) fn amount(log10: f64) -> String {
    match log10 {
        f64::NEG_INFINITY => "0".to_owned(),
        0.0..4.0 => format!("{:.0}", 10f64.powf(log10)),
        -2.0..0.0 => format!("{:.2}", 10f64.powf(log10)),
        _ => power(log10),
    }
}

/// A power of ten.
pub(super) fn power(log10: f64) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        c => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c as usize - '0' as usize).unwrap_or(c),
    };
    format!("10{}", format!("{log10:.0}").chars().map(digit).collect::<String>())
}

/// A number of bits that is read at a glance.
pub(super) fn rounded(bits: f64) -> String {
    match bits {
        0.0..1e3 => format!("{bits:.0}"),
        1e3..1e6 => format!("{:.0} k", bits / 1e3),
        1e6..1e9 => format!("{:.0} M", bits / 1e6),
        _ => format!("{:.0} G", bits / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let amounts = [9.0, -0.25, 59119.6, -7.2, 0.0, 2.0, f64::NEG_INFINITY].map(amount);
        assert_eq!(amounts, ["10⁹", "0.56", "10⁵⁹¹²⁰", "10⁻⁷", "1", "100", "0"]);
    }
    #[test]
    fn bits_are_rounded_to_a_thousand_of_their_kind() {
        let bits = [0.0, 999.0, 1e3, 2.4e4, 1e6, 3e9].map(rounded);
        assert_eq!(bits, ["0", "999", "1 k", "24 k", "1 M", "3 G"]);
    }
}
