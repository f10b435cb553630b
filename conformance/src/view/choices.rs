//! What implementations answer where good ones differ.

use super::words::one_line;
use std::collections::BTreeMap;

/// An answer, and the dtypes that have it.
#[derive(PartialEq, Eq)]
pub(crate) struct ChoiceAnswer {
    pub(crate) words: String,
    /// Empty if all dtypes that were asked have it.
    pub(crate) dtypes: Vec<String>,
}

impl ChoiceAnswer {
    /// Dtypes with the same answer stand together; where all have it, they need not be told.
    pub(crate) fn grouped(by_dtype: &BTreeMap<String, Vec<String>>) -> Vec<ChoiceAnswer> {
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

    /// The answers of a question in a line: `zero; nan (float16, float32)`.
    pub(crate) fn joined(answers: &[ChoiceAnswer]) -> String {
        let words = answers.iter().map(|ChoiceAnswer { words, dtypes }| match dtypes.as_slice() {
            [] => words.clone(),
            dtypes => format!("{words} ({})", dtypes.join(", ")),
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dtypes_with_one_answer_stand_together() {
        let told = |answers: &[(&str, &str)]| {
            let answers =
                answers.iter().map(|&(dtype, answer)| (dtype.to_owned(), vec![answer.to_owned()]));
            ChoiceAnswer::joined(&ChoiceAnswer::grouped(&answers.collect()))
        };
        let both = told(&[("float16", "nan"), ("float32", "zero"), ("float64", "nan")]);
        assert_eq!(both, "nan (float16, float64); zero (float32)");
        assert_eq!(told(&[("float16", "nan"), ("float32", "nan")]), "nan");
    }
}
