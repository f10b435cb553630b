use crate::book::{choice_answers, choices};
use crate::wire::Dtype;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Which answers to the specification's questions are still possible, for each dtype.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    possible: BTreeMap<(&'static str, Dtype), Vec<&'static str>>,
    /// The answers that were seen to questions that each value may answer in a way of its own.
    seen: BTreeMap<(&'static str, Dtype), Vec<&'static str>>,
}

/// What a question is about: one value of several that may be answered differently, as the bits of it
/// say, or all of them.
type About = Option<u64>;

impl Choices {
    /// The answers to `question` that everything so far allows.
    pub fn possible(&self, question: &'static str, dtype: Dtype) -> Vec<&'static str> {
        let narrowed = self.possible.get(&(question, asked_for(question, dtype))).cloned();
        narrowed.unwrap_or_else(|| choice_answers(question).to_vec())
    }

    /// Keeps, for each question that the worlds answer, the answers that one of them gives. Of a
    /// question about one value of several nothing is learnt for other programs but what was seen.
    pub fn narrow(&mut self, dtype: Dtype, worlds: &[World]) {
        let mut given: BTreeMap<(&'static str, About), Vec<&'static str>> = BTreeMap::new();
        for world in worlds {
            for (asked, answer) in &world.asked().answers {
                let answers = given.entry(*asked).or_default();
                if !answers.contains(answer) {
                    answers.push(answer);
                }
            }
        }
        for ((question, about), mut answers) in given {
            // A question that only some of the worlds asked was irrelevant in the others.
            let asked = |world: &World| world.asked().answers.contains_key(&(question, about));
            // Where every answer remains, nothing was learnt.
            let learnt = answers.len() < choice_answers(question).len();
            if !learnt || !worlds.iter().all(asked) {
                continue;
            }
            let key = (question, asked_for(question, dtype));
            if about.is_some() {
                let seen = self.seen.entry(key).or_default();
                answers.retain(|answer| !seen.contains(answer));
                seen.extend(answers);
                seen.sort_unstable();
            } else {
                answers.sort_unstable();
                self.possible.insert(key, answers);
            }
        }
    }

    /// The same, of an implementation that refuses no `x` for what is in it.
    pub(super) fn without_refused_values(mut self, dtype: Dtype) -> Choices {
        for question in NONFINITE {
            self.allow(question, dtype, &["accepted".to_owned()]);
        }
        self
    }

    /// Leaves of the answers to a question only these.
    pub fn allow(&mut self, question: &str, dtype: Dtype, answers: &[String]) {
        let Some(choice) = choices().iter().find(|choice| choice.id == question) else { return };
        let possible = choice_answers(choice.id).iter().copied();
        let left = possible.filter(|answer| answers.iter().any(|left| left == answer)).collect();
        self.possible.insert((choice.id, asked_for(choice.id, dtype)), left);
    }

    /// The questions with the answers that are known to have been given: the only one that remains, or
    /// all that were seen of a question that each value may answer in a way of its own.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let decided = self.possible.iter().filter(|(_, left)| left.len() == 1);
        let given = decided.chain(&self.seen);
        given.flat_map(|((question, _), answers)| answers.iter().map(|&answer| (*question, answer)))
    }

    /// The questions that were asked, with the answers that remain.
    pub fn remaining(&self) -> impl Iterator<Item = (&'static str, Dtype, &[&'static str])> {
        let both = self.possible.iter().chain(&self.seen).collect::<BTreeMap<_, _>>();
        both.into_iter().map(|(&(question, dtype), left)| (question, dtype, left.as_slice()))
    }
}

/// The questions whether numbers that are not finite are refused: in train mode, in test mode, and on
/// the way back.
pub(super) const NONFINITE: [&str; 3] =
    ["nonfinite_input.train", "nonfinite_input.test", "nonfinite_gradient"];

/// The dtype that an answer is kept for. Flags have nothing to do with dtypes, so all of them share
/// that of programs without arrays.
fn asked_for(question: &str, dtype: Dtype) -> Dtype {
    let about_flags =
        choices().iter().any(|choice| choice.id == question && choice.chapter == "config");
    if about_flags { Dtype::Float32 } else { dtype }
}

/// One way to answer the questions that a program asks; made up as they are asked, by whichever
/// thread of the program asks first.
#[derive(Debug)]
pub struct World {
    choices: Choices,
    dtype: Dtype,
    asked: Mutex<AskedHere>,
}

#[derive(Debug, Default)]
struct AskedHere {
    answers: BTreeMap<(&'static str, About), &'static str>,
    open: Vec<World>,
}

impl World {
    /// A world in which nothing was asked yet.
    pub fn new(choices: &Choices, dtype: Dtype) -> World {
        World { choices: choices.clone(), dtype, asked: Mutex::default() }
    }

    fn asked(&self) -> MutexGuard<'_, AskedHere> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to `question` here. The first time, the first possible answer is taken, and the
    /// others are left as worlds of their own for [`World::take_open`].
    pub fn ask(&self, question: &str) -> &'static str {
        self.answer(question, None)
    }

    /// The answer to `question` for one value. Another value may have another answer, here and in
    /// other programs.
    pub fn ask_about(&self, question: &str, value: f64) -> &'static str {
        self.answer(question, Some(value.to_bits()))
    }

    fn answer(&self, question: &str, about: About) -> &'static str {
        let mut asked = self.asked();
        let (question, _) = crate::book::choice(question);
        if let Some(answer) = asked.answers.get(&(question, about)) {
            return answer;
        }
        let possible = self.choices.possible(question, self.dtype);
        for &other in &possible[1..] {
            let mut answers = asked.answers.clone();
            answers.insert((question, about), other);
            let open = Vec::new();
            let other = Mutex::new(AskedHere { answers, open });
            asked.open.push(World {
                choices: self.choices.clone(),
                dtype: self.dtype,
                asked: other,
            });
        }
        asked.answers.insert((question, about), possible[0]);
        possible[0]
    }

    /// The dtype of the program.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The questions that were asked here, with the answers given; nothing if a question has several
    /// answers here, for several values.
    pub fn answers(&self) -> Option<BTreeMap<&'static str, &'static str>> {
        let mut answers = BTreeMap::new();
        for (&(question, _), &answer) in &self.asked().answers {
            if answers.insert(question, answer).is_some_and(|other| other != answer) {
                return None;
            }
        }
        Some(answers)
    }

    /// The questions that were asked here about one value of several.
    pub fn about_values(&self) -> BTreeSet<&'static str> {
        let asked = self.asked();
        let about_values = asked.answers.keys().filter(|(_, about)| about.is_some());
        about_values.map(|&(question, _)| question).collect()
    }

    /// The worlds that differ from this one in one answer that was asked for here.
    pub fn take_open(&self) -> Vec<World> {
        std::mem::take(&mut self.asked().open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = "ratio_one";

    #[test]
    fn an_unanswered_question_has_every_answer() {
        let choices = Choices::default();
        let possible = choices.possible(QUESTION, Dtype::Float32);
        assert_eq!(possible, choice_answers(QUESTION));
        assert_eq!(choices.remaining().count(), 0);
    }

    /// Of what is allowed, answers that the specification does not know are nothing.
    #[test]
    fn what_is_allowed_is_kept_for_its_dtype() {
        let mut choices = Choices::default();
        let zero = ["zero".to_owned(), "soup".to_owned()];
        choices.allow(QUESTION, Dtype::Float32, &zero);
        choices.allow("soup", Dtype::Float32, &zero);
        assert_eq!(choices.possible(QUESTION, Dtype::Float32), ["zero"]);
        assert_eq!(choices.possible(QUESTION, Dtype::Float64), choice_answers(QUESTION));
        let remaining = choices.remaining().collect::<Vec<_>>();
        assert_eq!(remaining, [(QUESTION, Dtype::Float32, ["zero"].as_slice())]);
    }

    /// A framework has one answer about its flags, for all dtypes.
    #[test]
    fn flags_have_no_dtype() {
        let mut choices = Choices::default();
        choices.allow("mode_scope", Dtype::Float64, &["process".to_owned()]);
        assert_eq!(choices.possible("mode_scope", Dtype::Bfloat16), ["process"]);
        let world = World::new(&choices, Dtype::Float16);
        assert_eq!(world.ask("mode_scope"), "process");
    }

    /// A world answers the same again, and leaves one world for each other answer.
    #[test]
    fn a_world_leaves_the_other_worlds_open() {
        let world = World::new(&Choices::default(), Dtype::Float16);
        let answers = choice_answers(QUESTION);
        assert_eq!((world.ask(QUESTION), world.ask(QUESTION)), (answers[0], answers[0]));
        let given = world.answers().unwrap();
        assert_eq!(given.into_iter().collect::<Vec<_>>(), [(QUESTION, answers[0])]);
        let open = world.take_open();
        let others = open.iter().map(|other| other.ask(QUESTION)).collect::<Vec<_>>();
        assert_eq!(others, answers[1..]);
        assert!(open.iter().all(|other| other.dtype() == Dtype::Float16));
        assert!(world.take_open().is_empty());
        assert!(open.iter().all(|other| other.take_open().is_empty()));
    }

    /// What one value is answered with says nothing of another one; what was seen is kept.
    #[test]
    fn each_value_may_have_an_answer_of_its_own() {
        let (question, dtype) = ("invalid_ratio.test", Dtype::Float32);
        let mut choices = Choices::default();
        for (value, answer) in [(-0.1, "error"), (1.1, "accepted")] {
            let world = World::new(&choices, dtype);
            assert_eq!(world.ask_about(question, value), "error");
            assert_eq!(world.ask_about(question, 7.0), "error");
            let mut worlds = world.take_open();
            worlds.push(world);
            worlds.retain(|world| world.ask_about(question, value) == answer);
            choices.narrow(dtype, &worlds);
            assert_eq!(choices.possible(question, dtype), choice_answers(question));
        }
        let seen = choices.remaining().collect::<Vec<_>>();
        assert_eq!(seen, [(question, dtype, ["accepted", "error"].as_slice())]);
    }

    /// The worlds that explain what was seen leave their answers, where all of them were asked.
    #[test]
    fn worlds_narrow_what_is_possible() {
        let (dtype, other) = (Dtype::Float32, "dropped_nonfinite.forward");
        let worlds = |choices: &Choices, answers: &[&str]| {
            let first = World::new(choices, dtype);
            first.ask(QUESTION);
            let mut all = first.take_open();
            all.push(first);
            all.retain(|world| answers.contains(&world.ask(QUESTION)));
            all
        };
        let mut choices = Choices::default();
        choices.narrow(dtype, &worlds(&Choices::default(), choice_answers(QUESTION)));
        assert_eq!(choices.remaining().count(), 0, "nothing was learnt");
        let two = worlds(&Choices::default(), &["nan", "zero"]);
        two[0].ask(other);
        choices.narrow(dtype, &two);
        assert_eq!(choices.possible(QUESTION, dtype), ["nan", "zero"]);
        assert_eq!(choices.possible(other, dtype), choice_answers(other), "one world did not ask");
        let one = worlds(&choices, &["zero"]);
        one[0].ask(other);
        choices.narrow(dtype, &one);
        assert_eq!(choices.possible(QUESTION, dtype), ["zero"]);
        assert_eq!(choices.possible(other, dtype).len(), 1);
    }
}
