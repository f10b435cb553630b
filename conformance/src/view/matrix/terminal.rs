use super::Matrix;
use crate::report::Verdict;
use crate::view::state::{LEGEND, State};
use crate::view::summary::Summary;
use crate::view::words::{named, one_line};
use anstyle::Style;
use std::io::{self, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Prints the implementations, and the rules that not all of them obey.
///
/// # Errors
/// Those of writing.
pub fn print_matrix(matrix: &Matrix, out: &mut impl Write) -> io::Result<()> {
    for (index, column) in matrix.columns.iter().enumerate() {
        let words = match column.report {
            Ok(report) => {
                let summary = Summary::of(report);
                let figures = summary.figures.iter().take(4).filter(|(_, figure)| figure != "0");
                let figures = figures.map(|(name, figure)| format!("{figure} {name}"));
                let figures = figures.collect::<Vec<_>>().join(", ");
                format!("{}  {DIM}{figures}{DIM:#}", summary.signed())
            }
            Err(why) => format!("{DIM}not judged: {}{DIM:#}", one_line(why, 200)),
        };
        writeln!(out, "{:>3} {BOLD}{}{BOLD:#}  {words}", index + 1, named(column.implementation))?;
    }
    writeln!(out)?;
    let plain = |state| matches!(state, State::Judged(Verdict::Pass) | State::Absent);
    let ids = matrix.rows().map(|row| row.id.chars().count());
    let width = ids.max().unwrap_or(0);
    let (mut obeyed, mut used) = (0, Vec::new());
    for chapter in &matrix.chapters {
        let (good, bad): (Vec<_>, Vec<_>) =
            chapter.rows.iter().partition(|row| row.cells.iter().all(|cell| plain(cell.state)));
        obeyed += good.len();
        if bad.is_empty() {
            continue;
        }
        write!(out, "{BOLD}{:width$}{BOLD:#}", chapter.name)?;
        for index in 1..=matrix.columns.len() {
            write!(out, "{index:>3}")?;
        }
        writeln!(out)?;
        for row in bad {
            write!(out, "{:width$}", row.id)?;
            for cell in &row.cells {
                let (style, symbol) = (cell.state.style(), cell.state.symbol());
                write!(out, "  {style}{symbol}{style:#}")?;
                used.push(cell.state.key());
            }
            writeln!(out, "  {DIM}{}{DIM:#}", row.level)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{obeyed} rules are obeyed by all that were judged")?;
    let legend = LEGEND.iter().filter(|(key, ..)| used.contains(key) && *key != "absent");
    let legend = legend.map(|(key, symbol, ..)| format!("{symbol} {key}"));
    writeln!(out, "{DIM}{}{DIM:#}", legend.collect::<Vec<_>>().join("  "))?;
    writeln!(
        out,
        "{DIM}chapters in the order of the book, in each the most broken rule first{DIM:#}"
    )
}
