//! Many reports side by side: implementations × rules, and implementations × questions.

mod markdown;
mod page;
mod terminal;

pub use markdown::matrix_to_markdown;
pub use page::matrix_to_page;
pub use terminal::print_matrix;

use super::choices::ChoiceAnswer;
use super::state::State;
use super::words::one_line;
use crate::book::{Rule, choices, rules};
use crate::report::ReportFile;
use crate::report::saved::{SavedReport, SavedRuling};
use crate::wire::ImplementationName;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Implementations × rules, and implementations × questions.
pub struct Matrix<'a> {
    /// In the order of the command line.
    pub(super) columns: Vec<Column<'a>>,
    /// By chapter, in the order of the book.
    pub(super) chapters: Vec<ChapterRows<'a>>,
    pub(super) questions: Vec<ChoiceQuestion>,
}

/// An implementation.
pub(super) struct Column<'a> {
    /// What it is called here; no two columns are called alike.
    pub(super) label: String,
    pub(super) implementation: &'a ImplementationName,
    /// Its report, or why there is none.
    pub(super) report: Result<&'a SavedReport, &'a str>,
    by_id: BTreeMap<&'a str, &'a SavedRuling>,
}

/// The rules of a chapter, most often broken first.
pub(super) struct ChapterRows<'a> {
    pub(super) name: &'a str,
    pub(super) rows: Vec<RuleRow<'a>>,
}

/// A rule.
pub(super) struct RuleRow<'a> {
    /// What links to it lead to; strangers' ids are not used for that.
    pub(super) anchor: String,
    pub(super) id: String,
    pub(super) level: String,
    /// The rule of today; none if only reports know it.
    pub(super) rule: Option<&'static Rule>,
    /// One for each column.
    pub(super) cells: Vec<VerdictCell<'a>>,
}

/// A rule and an implementation.
pub(super) struct VerdictCell<'a> {
    pub(super) state: State,
    pub(super) ruling: Option<&'a SavedRuling>,
}

/// Where rules stand that the specification does not have any more.
const GONE: &str = "not in this version";

impl<'a> Matrix<'a> {
    /// Joins these, in this order.
    pub fn of(saved: &'a [ReportFile]) -> Matrix<'a> {
        let columns = columns(saved);
        let mut chapters: Vec<ChapterRows> = Vec::new();
        for rule in rules() {
            let row = RuleRow::of(rule, &columns);
            match chapters.iter_mut().find(|chapter| chapter.name == rule.chapter) {
                Some(chapter) => chapter.rows.push(row),
                None => chapters.push(ChapterRows { name: rule.chapter, rows: vec![row] }),
            }
        }
        let gone = gone(&columns);
        if !gone.is_empty() {
            chapters.push(ChapterRows { name: GONE, rows: gone });
        }
        for chapter in &mut chapters {
            // Rules alike stay in the order of the book.
            chapter.rows.sort_by_key(|row| Reverse(row.broken()));
        }
        let reports = columns.iter().map(|column| column.report.ok()).collect::<Vec<_>>();
        let questions = ChoiceQuestion::all(&reports);
        Matrix { columns, chapters, questions }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &RuleRow<'a>> {
        self.chapters.iter().flat_map(|chapter| &chapter.rows)
    }

    /// The rules that at least one implementation breaks, most often broken first.
    pub(super) fn broken(&self) -> Vec<&RuleRow<'a>> {
        let mut broken = self.rows().filter(|row| row.broken() > 0).collect::<Vec<_>>();
        let level = |row: &RuleRow| row.rule.map(|rule| rule.level);
        broken.sort_by_key(|row| (Reverse(row.broken()), level(row)));
        broken
    }
}

impl<'a> Column<'a> {
    /// What its report says of a rule whose sentence has this hash today, if there is one today.
    fn cell(&self, id: &str, hash: Option<&str>) -> VerdictCell<'a> {
        let ruling = self.by_id.get(id).copied();
        let state = match ruling {
            Some(ruling) if hash == Some(&ruling.sha256) => {
                State::of(ruling, self.report.is_ok_and(|report| report.strict))
            }
            Some(ruling) => State::Stale(ruling.verdict),
            None if self.report.is_err() => State::Absent,
            None => State::Missing,
        };
        VerdictCell { state, ruling }
    }
}

impl<'a> RuleRow<'a> {
    fn of(rule: &'static Rule, columns: &[Column<'a>]) -> RuleRow<'a> {
        let hash = rule.hash();
        let cells = columns.iter().map(|column| column.cell(rule.id, Some(&hash)));
        RuleRow {
            anchor: rule.id.to_owned(),
            id: rule.id.to_owned(),
            level: rule.level.to_string(),
            rule: Some(rule),
            cells: cells.collect(),
        }
    }

    /// How many implementations break it.
    pub(super) fn broken(&self) -> usize {
        self.cells.iter().filter(|cell| cell.state.broken()).count()
    }

    /// What it says.
    pub(super) fn sentence(&self) -> &str {
        self.rule
            .map_or("This version of the specification has no such rule.", |rule| &rule.sentence)
    }
}

/// Rules that only reports know. There is no sentence that they could be compared with.
fn gone<'a>(columns: &[Column<'a>]) -> Vec<RuleRow<'a>> {
    let mut unknown: BTreeMap<&str, &SavedRuling> = BTreeMap::new();
    for column in columns {
        let strange =
            column.by_id.iter().filter(|(id, _)| rules().iter().all(|rule| rule.id != **id));
        unknown.extend(strange);
    }
    let row = |(index, (id, any)): (usize, (&str, &SavedRuling))| RuleRow {
        anchor: format!("gone-{index}"),
        id: one_line(id, 80),
        level: any.level.to_string(),
        rule: None,
        cells: columns.iter().map(|column| column.cell(id, None)).collect(),
    };
    unknown.into_iter().enumerate().map(row).collect()
}

fn columns(saved: &[ReportFile]) -> Vec<Column<'_>> {
    let of = saved.iter().map(ReportFile::implementation).collect::<Vec<_>>();
    let mut labels: Vec<String> = Vec::new();
    for (index, one) in of.iter().enumerate() {
        // The version is told where the name is not enough, and the place where both are not.
        let namesake = of.iter().filter(|other| other.name == one.name).count() > 1;
        let label = label(one, namesake);
        let taken = labels.contains(&label);
        labels.push(if taken { format!("{label} [{}]", index + 1) } else { label });
    }
    let columns = saved.iter().zip(labels).map(|(saved, label)| {
        let report = match saved {
            ReportFile::Report(report) => Ok(report.as_ref()),
            ReportFile::NotRun(not_run) => Err(not_run.because.as_str()),
        };
        let rulings = report.into_iter().flat_map(|report| &report.rules);
        let by_id = rulings.map(|ruling| (ruling.id.as_str(), ruling)).collect();
        Column { label, implementation: saved.implementation(), report, by_id }
    });
    columns.collect()
}

fn label(implementation: &ImplementationName, with_version: bool) -> String {
    let ImplementationName { name, version, .. } = implementation;
    let name = if name.trim().is_empty() { "(no name)" } else { name };
    match with_version && !version.is_empty() {
        true => one_line(&format!("{name} {version}"), 60),
        false => one_line(name, 60),
    }
}

/// A question on which good implementations differ, and what each answers.
pub(super) struct ChoiceQuestion {
    pub(super) id: String,
    pub(super) chapter: String,
    /// The question in words.
    pub(super) text: String,
    /// The possible answers.
    pub(super) possible: String,
    /// For each report the answers.
    pub(super) cells: Vec<Vec<ChoiceAnswer>>,
}

impl ChoiceQuestion {
    /// The questions to which some report knows an answer, in the order of the book.
    pub(super) fn all(reports: &[Option<&SavedReport>]) -> Vec<ChoiceQuestion> {
        let known = reports.iter().flatten().flat_map(|report| report.choices.keys());
        let mut known = known.map(String::as_str).collect::<BTreeSet<_>>();
        let cells = |id: &str| {
            let of = reports.iter().map(|report| report.and_then(|report| report.choices.get(id)));
            of.map(|known| known.map(ChoiceAnswer::grouped).unwrap_or_default()).collect()
        };
        let mut questions = Vec::new();
        for choice in choices() {
            if known.remove(choice.id) {
                questions.push(ChoiceQuestion {
                    id: choice.id.to_owned(),
                    chapter: choice.chapter.to_owned(),
                    text: choice.question.clone(),
                    possible: choice.answers.join(" | "),
                    cells: cells(choice.id),
                });
            }
        }
        questions.extend(known.into_iter().map(|id| ChoiceQuestion {
            id: one_line(id, 80),
            chapter: String::new(),
            text: "This version of the specification has no such question.".to_owned(),
            possible: String::new(),
            cells: cells(id),
        }));
        questions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_name_and_where_that_is_not_enough_the_version() {
        let of = |name: &str, version: &str, with_version| {
            let (name, version) = (name.to_owned(), version.to_owned());
            label(&ImplementationName { name, version, ..Default::default() }, with_version)
        };
        assert_eq!([of("a", "1", false), of("a", "1", true)], ["a", "a 1"]);
        assert_eq!([of("a", "", true), of(" ", "", false)], ["a", "(no name)"]);
    }
}
