use crate::book::choices;
use crate::cli::plain::one_line;
use crate::report::saved::Report;
use std::collections::{BTreeMap, BTreeSet};

/// A question on which good implementations differ, and what each answers.
pub(super) struct ChoiceQuestion {
    pub(super) id: String,
    pub(super) chapter: String,
    /// The question in words.
    pub(super) text: String,
    /// The possible answers.
    pub(super) possible: String,
    /// For each column the answers.
    pub(super) cells: Vec<Vec<ChoiceAnswer>>,
}

/// An answer, and the dtypes that have it.
#[derive(PartialEq, Eq)]
pub(super) struct ChoiceAnswer {
    pub(super) words: String,
    /// Empty if all dtypes that were asked have it.
    pub(super) dtypes: Vec<String>,
}

impl ChoiceQuestion {
    /// The questions to which some report knows an answer, in the order of the book.
    pub(super) fn all(reports: &[Option<&Report>]) -> Vec<ChoiceQuestion> {
        let known = reports.iter().flatten().flat_map(|report| report.choices.keys());
        let mut known = known.map(String::as_str).collect::<BTreeSet<_>>();
        let mut questions = Vec::new();
        for choice in choices() {
            if known.remove(choice.id) {
                questions.push(ChoiceQuestion {
                    id: choice.id.to_owned(),
                    chapter: choice.chapter.to_owned(),
                    text: choice.question.clone(),
                    possible: choice.answers.join(" | "),
                    cells: answers(choice.id, reports),
                });
            }
        }
        questions.extend(known.into_iter().map(|id| ChoiceQuestion {
            id: one_line(id, 80),
            chapter: String::new(),
            text: "This version of the specification has no such question.".to_owned(),
            possible: String::new(),
            cells: answers(id, reports),
        }));
        questions
    }
}

fn answers(id: &str, reports: &[Option<&Report>]) -> Vec<Vec<ChoiceAnswer>> {
    let of = reports.iter().map(|report| report.and_then(|report| report.choices.get(id)));
    of.map(|known| known.map(grouped).unwrap_or_default()).collect()
}

/// Dtypes with the same answer stand together; where all have it, they need not be told.
fn grouped(by_dtype: &BTreeMap<String, Vec<String>>) -> Vec<ChoiceAnswer> {
    let mut grouped: Vec<ChoiceAnswer> = Vec::new();
    for (dtype, answers) in by_dtype {
        let words = one_line(&answers.join(" or "), 80);
        let dtype = one_line(dtype, 20);
        match grouped.iter_mut().find(|answer| answer.words == words) {
            Some(answer) => answer.dtypes.push(dtype),
            None => grouped.push(ChoiceAnswer { words, dtypes: vec![dtype] }),
        }
    }
    if let [only] = grouped.as_mut_slice() {
        only.dtypes.clear();
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dtypes_with_one_answer_stand_together() {
        let told = |answers: &[(&str, &str)]| {
            let answers =
                answers.iter().map(|&(dtype, answer)| (dtype.to_owned(), vec![answer.to_owned()]));
            let grouped = grouped(&answers.collect());
            grouped.into_iter().map(|answer| (answer.words, answer.dtypes)).collect::<Vec<_>>()
        };
        let both = told(&[("float16", "nan"), ("float32", "zero"), ("float64", "nan")]);
        let dtypes = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let nan = ("nan".to_owned(), dtypes(&["float16", "float64"]));
        assert_eq!(both, [nan, ("zero".to_owned(), dtypes(&["float32"]))]);
        let all = told(&[("float16", "nan"), ("float32", "nan")]);
        assert_eq!(all, [("nan".to_owned(), Vec::new())]);
    }
}
