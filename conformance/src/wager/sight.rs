//! What gamblers point at, kept small enough to be drawn.

use super::bits::Bits;
use super::gamblers::interval;

/// What a gambler points at.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// Masks.
    Rows(Rows),
    /// A row of bits, and another one that should have nothing to do with it.
    Again {
        /// The earlier one.
        first: Bits,
        /// The later one, which is as long.
        second: Bits,
    },
    /// Parts of the masks, each with a rate of its own.
    Parts(Vec<Part>),
    /// How many blocks had how many elements kept.
    Counts {
        /// What a block is: a call, a row or a column.
        block: &'static str,
        /// How many elements a block has.
        size: usize,
        /// A number of kept elements, and how many blocks had it.
        seen: Vec<(u64, u64)>,
    },
}

/// Bits in rows, so that what goes together stands one below the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The rows, of one length but for the last.
    pub rows: Vec<Bits>,
    /// What a row is, in words.
    pub what: String,
    /// The columns that it is about, each time the first and how many; none if it is about all.
    pub marked: Vec<(usize, usize)>,
}

/// A part of the masks.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which one, in words.
    pub name: String,
    /// How many were kept.
    pub kept: u64,
    /// Of how many.
    pub trials: u64,
    /// The rates that are possible still, with 99.9 %, whenever one looks.
    pub interval: (f64, f64),
}

/// How wide a mask is drawn whose shape does not matter.
pub(super) const SQUARE: usize = 48;

/// Some of the numbers that went into a call, and what came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// By how much what comes through should be multiplied.
    pub scale: f64,
    /// What went in, and what came out.
    pub pairs: Vec<(f64, f64)>,
}

/// Wider rows are no picture on a telephone.
const WIDEST: usize = 64;

/// More rows show no more.
const MOST_ROWS: usize = 32;

impl Rows {
    /// A call in rows that begin `stride` elements apart; nothing of a call that is no longer than
    /// one of them.
    pub fn of_call(call: &Bits, stride: usize) -> Option<Rows> {
        let n = call.len();
        let width = stride.min(WIDEST);
        let starts = (0..n).step_by(stride.max(1)).take(MOST_ROWS);
        let rows = starts.map(|start| call.slice(start, width.min(n - start))).collect::<Vec<_>>();
        let what = match stride > width {
            true => format!(
                "the first {width} of {stride} elements of one call, the next {stride} below"
            ),
            false => format!("{width} elements of one call, the next {width} below"),
        };
        (width > 0 && rows.len() > 1).then_some(Rows { rows, what, marked: Vec::new() })
    }

    /// Successive calls one below the other, the latest last, in a window around `marked`; nothing if
    /// there are not two of them.
    pub fn of_calls(calls: &[Bits], marked: Option<(usize, usize)>) -> Option<Rows> {
        let n = calls.iter().map(Bits::len).min()?;
        let (place, length) = marked.unwrap_or((0, 0));
        let width = n.min(WIDEST);
        // With something on both sides, where there is something.
        let middle = (place + length / 2).saturating_sub(width / 2);
        let from = middle.min(n - width);
        let rows = calls.iter().map(|call| call.slice(from, width)).collect::<Vec<_>>();
        let marked = (length > 0 && length < width)
            .then(|| (place.saturating_sub(from), length))
            .into_iter()
            .collect();
        let last = (from + width).saturating_sub(1);
        let what = format!("elements {from} to {last} of a call, the next call below");
        (width > 0 && rows.len() > 1).then_some(Rows { rows, what, marked })
    }

    /// The same with one column in so many marked, from this one on; none where marks would hide the
    /// picture.
    pub fn marking_every(self, columns: usize, first: usize) -> Rows {
        let width = if columns < 4 { 0 } else { self.rows.first().map_or(0, Bits::len) };
        let marked = (first..width).step_by(columns.max(1)).map(|column| (column, 1)).collect();
        Rows { marked, ..self }
    }
}

impl Part {
    /// A part of which so many of so many were kept, of a rate that should be `keep`.
    pub fn new(name: String, kept: u64, trials: u64, keep: f64) -> Part {
        Part { name, kept, trials, interval: interval(kept, trials, keep) }
    }
}

/// The width of rows in which elements that are `lag` apart stand one below the other, and which are
/// neither needles nor ribbons.
pub(super) fn stride_for(lag: usize) -> usize {
    lag * 32usize.div_ceil(lag.max(1)).max(1)
}
