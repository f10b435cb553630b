use super::state::State;
use crate::report::saved::{Report, Ruling};

/// The rules of a chapter that were judged or should have been.
pub(crate) struct Chapter<'a> {
    pub(crate) name: &'a str,
    pub(crate) rulings: Vec<&'a Ruling>,
}

impl<'a> Chapter<'a> {
    /// All chapters of which a rule was selected, in the order of the book.
    pub(crate) fn all(report: &'a Report) -> Vec<Chapter<'a>> {
        let mut chapters: Vec<Chapter> = Vec::new();
        for ruling in report.rules.iter().filter(|ruling| ruling.was_selected()) {
            match chapters.last_mut().filter(|chapter| chapter.name == ruling.chapter) {
                Some(chapter) => chapter.rulings.push(ruling),
                None => chapters.push(Chapter { name: &ruling.chapter, rulings: vec![ruling] }),
            }
        }
        chapters
    }

    /// How many of its rules ended so.
    pub(crate) fn count(&self, state: State) -> usize {
        self.rulings.iter().filter(|ruling| State::of(ruling) == state).count()
    }

    /// In which ways rules ended, in any of the chapters, in the order of the legend.
    pub(crate) fn states(chapters: &[Chapter]) -> Vec<State> {
        let some = |state: &State| chapters.iter().any(|chapter| chapter.count(*state) > 0);
        State::judged().into_iter().filter(some).collect()
    }
}
