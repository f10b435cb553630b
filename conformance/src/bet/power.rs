//! What a run can see, computed from what the gamblers have to earn.

use super::table::TABLE;
use super::{RICH, information};

/// With so many times the bits that are needed on average at least, 99 runs in 100 have decided
/// (measured: 1.9 to 2.3, for rates and for correlations; see `conformance/figures.md`).
const ENOUGH: f64 = 2.2;

/// The smallest deviation of one kind that a run finds 99 times in 100.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// What is wrong.
    pub kind: &'static str,
    /// Where: a ratio, a dtype, a shape.
    pub place: String,
    /// How large it is, at least, in words.
    pub smallest: String,
    /// How many bits are drawn for it; of a right implementation as many on average.
    pub bits: f64,
}

/// What a gambler of this kind has to earn that has this part of a cell's money, in natural
/// logarithms.
fn to_earn(kind: &str, share: f64, among: f64) -> f64 {
    let weight = TABLE.iter().find(|entry| entry.name == kind).map_or(1.0, |entry| entry.weight);
    RICH.ln() - (weight * share / among).ln()
}

/// The information in a bit that is enough to earn so much in so many bits.
fn enough(to_earn: f64, bits: f64) -> f64 {
    ENOUGH * to_earn / bits
}

/// The rate above `keep` that differs from it by so much information; 1 if none does.
fn rate_with(keep: f64, wanted: f64) -> f64 {
    let (mut low, mut high) = (keep, 1.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        *(if information(middle, keep) < wanted { &mut low } else { &mut high }) = middle;
    }
    high
}

/// A part of the money, and how many calls of how many elements were drawn there.
#[derive(Clone, Copy, Debug)]
pub struct DrawnMasks {
    /// The part of all the money that is in the cell.
    pub share: f64,
    /// How many calls there are.
    pub calls: usize,
    /// How many elements a call has.
    pub size: usize,
}

impl DrawnMasks {
    fn bits(self) -> f64 {
        (self.calls * self.size) as f64
    }
}

/// The smallest correlation with another element that is found in a cell. The information in a bit
/// is half the square of it.
pub fn smallest_correlation(drawn: DrawnMasks) -> f64 {
    // Of some hundred lags.
    (2.0 * enough(to_earn("lag", drawn.share, 100.0), drawn.bits())).sqrt()
}

/// What is found of dependence on other elements, places and inputs in a cell of ratio 0.5.
pub fn power(place: &str, drawn: DrawnMasks) -> Vec<Power> {
    let DrawnMasks { share, calls, size } = drawn;
    let keep = 0.5;
    let points = |rate: f64| match rate {
        1.0 => "not even if it is never dropped".to_owned(),
        rate => format!("{:.2} points", 100.0 * (rate - keep)),
    };
    let row =
        |kind, smallest| Power { kind, place: place.to_owned(), smallest, bits: drawn.bits() };
    let correlation = smallest_correlation(drawn);
    let single = enough(to_earn("place", share, 2.0 * size as f64), calls as f64);
    let lane = enough(to_earn("lane", share, 20.0), drawn.bits() / 4.0);
    let signs = enough(to_earn("data", share, 6.0), drawn.bits());
    // Between calls the information is a quarter of the square of n times the correlation.
    let within = 2.0 * enough(to_earn("spread", share, 16.0), calls as f64).sqrt() / size as f64;
    vec![
        row("an element goes with another one", format!("correlation {correlation:.4}")),
        row(
            "a part of each mask is that of the call before",
            format!("{:.2} %", 100.0 * correlation),
        ),
        row("the rate varies from call to call", format!("correlation {within:.5} within a call")),
        row("one element has a rate of its own", points(rate_with(keep, single))),
        row("one lane of four has a rate of its own", points(rate_with(keep, lane))),
        row("the rate depends on the sign of x", format!("± {}", points(rate_with(keep, signs)))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lag in a cell with all the money has 0.14 / 100 of it: from there to 10^9 it is
    /// ln 10^9 + ln(100 / 0.14).
    #[test]
    fn what_is_to_be_earned_is_what_is_not_there() {
        assert!((to_earn("lag", 1.0, 100.0) - 27.294_548_879).abs() < 1e-8);
        assert!((to_earn("lag", 0.5, 100.0) - 27.294_548_879 - 2f64.ln()).abs() < 1e-8);
        assert!((rate_with(0.5, information(0.6, 0.5)) - 0.6).abs() < 1e-9);
        assert!((rate_with(0.9, information(0.91, 0.9)) - 0.91).abs() < 1e-9);
        // Of a fair bit no more than ln 2 can be learnt.
        assert_eq!(rate_with(0.5, 0.7), 1.0);
    }

    /// Worked out by hand from the weights of the table, for a quarter of the money.
    #[test]
    fn the_smallest_deviations_are_told() {
        let told = |calls| {
            let rows = power("here", DrawnMasks { share: 0.25, calls, size: 1003 });
            let bits = (calls * 1003) as f64;
            assert!(rows.iter().all(|row| row.place == "here" && row.bits == bits), "{rows:?}");
            rows.into_iter().map(|row| row.smallest).collect::<Vec<_>>()
        };
        assert_eq!(
            told(400),
            [
                "correlation 0.0177",
                "1.77 %",
                "correlation 0.00077 within a call",
                "28.76 points",
                "1.76 points",
                "± 0.86 points",
            ]
        );
        assert_eq!(told(40)[3], "not even if it is never dropped");
    }
}
