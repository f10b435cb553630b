use super::picture;
use crate::bet::bits::Bits;
use crate::bet::{Exhibit, Rows, Sight};
use maud::{Markup, html};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a gambler says, and what it points at; sights that are in `seen` are not shown again.
pub(super) fn exhibit<'a>(exhibit: &'a Exhibit, seed: u64, seen: &mut Vec<&'a Sight>) -> Markup {
    let sights = exhibit.sights.iter().filter(|sight| !seen.contains(sight)).collect::<Vec<_>>();
    seen.extend(&sights);
    let place = match exhibit.standing.cell.as_str() {
        "" => "in all cells".to_owned(),
        cell => cell.to_owned(),
    };
    html! {
        div.exhibit {
            h4 { "The gambler on “" (exhibit.standing.gambler) "” (" (place) ")" }
            p { (exhibit.belief) }
            div.pictures {
                @for sight in sights { (picture_of(sight, exhibit.keep, seed)) }
            }
        }
    }
}

fn picture_of(sight: &Sight, keep: Option<f64>, seed: u64) -> Markup {
    match (sight, keep) {
        (Sight::Rows(rows), Some(keep)) => beside_expected(rows, keep, seed),
        (Sight::Again { first, second }, _) => again(first, second),
        (Sight::Parts(parts), Some(keep)) => picture::parts(parts, keep),
        (Sight::Counts { block, size, seen }, Some(keep)) => {
            picture::counts(block, *size, seen, keep)
        }
        _ => html! {},
    }
}

/// A mask, and beside it one that the judge has drawn itself.
pub(super) fn beside_expected(rows: &Rows, keep: f64, seed: u64) -> Markup {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut drawn = |row: &Bits| {
        let uniforms = (0..row.len()).map(|_| (random.next_u64() >> 11) as f64 * 2f64.powi(-53));
        Bits::of(uniforms.map(|u| u < keep).collect::<Vec<_>>().into_iter())
    };
    let expected = rows.rows.iter().map(&mut drawn).collect::<Vec<_>>();
    let share = |rows: &[Bits]| {
        let (kept, all) =
            rows.iter().fold((0, 0), |(kept, all), row| (kept + row.ones(), all + row.len()));
        format!("{:.1} % kept", 100.0 * kept as f64 / all.max(1) as f64)
    };
    html! {
        (picture::bits("Expected", &expected, &rows.marked, &format!(
            "drawn by the judge: an element is kept, and filled here, with probability {keep:.4}; {}", share(&expected)
        )))
        (picture::bits("Observed", &rows.rows, &rows.marked, &format!(
            "{}; {}", rows.what, share(&rows.rows)
        )))
    }
}

/// The same bits, seen twice.
fn again(first: &Bits, second: &Bits) -> Markup {
    let square = |bits: &Bits| Rows::of_call(bits, 32).map(|rows| rows.rows);
    let (Some(before), Some(after)) = (square(first), square(second)) else { return html! {} };
    let alike = (0..first.len().min(second.len())).filter(|&at| first.get(at) == second.get(at));
    let said = format!("{} of {} elements are the same", alike.count(), first.len());
    html! {
        (picture::bits("At first", &before, &[], "drawn earlier"))
        (picture::bits("Once more", &after, &[], &said))
    }
}
