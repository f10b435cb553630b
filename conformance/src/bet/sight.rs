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
    Parts(Vec<MaskPart>),
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
pub struct MaskPart {
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

impl MaskPart {
    /// A part of which so many of so many were kept, of a rate that should be `keep`.
    pub fn new(name: String, kept: u64, trials: u64, keep: f64) -> MaskPart {
        MaskPart { name, kept, trials, interval: interval(kept, trials, keep) }
    }
}

/// The width of rows in which elements that are `lag` apart stand one below the other, and which are
/// neither needles nor ribbons.
pub(super) fn stride_for(lag: usize) -> usize {
    lag * 32usize.div_ceil(lag.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits in which no row is like another one.
    fn call(n: usize) -> Bits {
        Bits::of((0..n).map(|index| index * index % 7 < 3))
    }

    fn lengths(rows: &Rows) -> Vec<usize> {
        rows.rows.iter().map(Bits::len).collect()
    }

    #[test]
    fn a_call_is_shown_in_rows() {
        let rows = Rows::of_call(&call(7), 3).unwrap();
        assert_eq!(rows.what, "3 elements of one call, the next 3 below");
        let expected = [call(7).slice(0, 3), call(7).slice(3, 3), call(7).slice(6, 1)];
        assert_eq!(rows, Rows { rows: expected.to_vec(), marked: vec![], what: rows.what.clone() });
        // Of what is wider than a telephone the first elements, and no more than fill its height.
        let rows = Rows::of_call(&call(250), 100).unwrap();
        assert_eq!(rows.what, "the first 64 of 100 elements of one call, the next 100 below");
        assert_eq!(
            rows.rows,
            [0, 100, 200].map(|start| call(250).slice(start, 64.min(250 - start)))
        );
        let rows = Rows::of_call(&call(200), 64).unwrap();
        assert_eq!(rows.what, "64 elements of one call, the next 64 below");
        assert_eq!(lengths(&Rows::of_call(&call(200), 2).unwrap()), [2; 32]);
        // One row is no picture, and neither are rows of nothing.
        assert_eq!(Rows::of_call(&call(3), 3), None);
        assert!(Rows::of_call(&call(4), 3).is_some() && Rows::of_call(&call(2), 1).is_some());
        assert_eq!(Rows::of_call(&call(4), 0), None);
    }

    #[test]
    fn calls_are_shown_around_what_is_marked() {
        let calls = [call(200), call(220).slice(20, 200), call(240).slice(40, 200)];
        let shown = |marked| {
            let Rows { rows, what, marked } = Rows::of_calls(&calls, marked).unwrap();
            let from = what.split(' ').nth(1).unwrap().parse::<usize>().unwrap();
            assert_eq!(
                what,
                format!("elements {from} to {} of a call, the next call below", from + 63)
            );
            assert_eq!(rows, calls.each_ref().map(|call| call.slice(from, 64)));
            (from, marked)
        };
        assert_eq!(shown(None), (0, vec![]));
        assert_eq!(shown(Some((100, 1))), (68, vec![(32, 1)]));
        assert_eq!(shown(Some((100, 10))), (73, vec![(27, 10)]));
        assert_eq!(shown(Some((190, 10))), (136, vec![(54, 10)]));
        assert_eq!(shown(Some((2, 3))), (0, vec![(2, 3)]));
        assert_eq!(shown(Some((10, 63))).1, [(1, 63)]);
        // A mark over the whole width would hide the picture.
        assert_eq!(shown(Some((10, 64))).1, []);
        let short = Rows::of_calls(&[call(10), call(12)], Some((9, 1))).unwrap();
        assert_eq!((lengths(&short), short.marked), (vec![10, 10], vec![(9, 1)]));
        assert_eq!(lengths(&Rows::of_calls(&[call(1), call(1)], None).unwrap()), [1, 1]);
        assert_eq!(Rows::of_calls(&[call(10)], None), None);
        assert_eq!(Rows::of_calls(&[call(0), call(0)], None), None);
        assert_eq!(Rows::of_calls(&[], None), None);
    }

    #[test]
    fn one_column_in_so_many_is_marked() {
        let rows = || Rows::of_call(&call(20), 10).unwrap();
        assert_eq!(rows().marking_every(4, 1).marked, [(1, 1), (5, 1), (9, 1)]);
        assert_eq!(rows().marking_every(4, 1).rows, rows().rows);
        assert_eq!(rows().marking_every(3, 1).marked, []);
        assert_eq!(rows().marking_every(0, 0).marked, []);
    }

    #[test]
    fn rows_are_neither_needles_nor_ribbons() {
        let widths = [(0, 0), (1, 32), (3, 33), (16, 32), (31, 62), (32, 32), (33, 33), (100, 100)];
        for (lag, width) in widths {
            assert_eq!(stride_for(lag), width);
        }
    }
}
