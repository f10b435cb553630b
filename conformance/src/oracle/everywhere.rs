use super::model::{
    AskedElement, Assumed, Exactness, WithElement, predict_one, predict_turns, with_element,
};
use super::{Choices, World};
use crate::implementation::interpreter::Observed;
use crate::wire::steps::config;
use crate::wire::{Dtype, FLAGS, Seen, Step};

/// Whether `program` runs to its end and leaves both flags true, and each turn of its repeats goes as the first,
/// whichever way at most `most` worlds of answers to its questions go. Refused numbers do not count, but where
/// threads wait for each other: the flags are read again after a program that ended early.
pub fn runs_everywhere(program: &[Step], exactness: Exactness, most: usize) -> bool {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    let program = [program, &FLAGS.map(config)].concat();
    with_element(dtype, exactness, Everywhere { program: &program, dtype, most })
}

struct Everywhere<'a> {
    program: &'a [Step],
    dtype: Dtype,
    most: usize,
}

impl WithElement for Everywhere<'_> {
    type Output = bool;

    fn run<E: AskedElement>(self) -> bool {
        let threads = |(_, step): &(usize, &Step)| matches!(step, Step::Threads { .. });
        let choices = match Step::numbered(self.program).iter().any(threads) {
            true => Choices::default(),
            false => Choices::default().without_refused_values(self.dtype),
        };
        let mut open = vec![World::new(&choices, self.dtype)];
        let mut tried = 0;
        while let Some(world) = open.pop() {
            tried += 1;
            let ((observed, ended), _) = predict_one::<E>(self.program, &world, Assumed::Whole(0));
            let on = |last: &&Observed<E>| matches!(last.seen, Seen::Config(true));
            let left = observed.iter().rev().take(2).filter(on).count();
            if tried > self.most
                || ended.is_some()
                || left < 2
                || !self.turns_are_alike::<E>(&world)
            {
                return false;
            }
            open.extend(world.take_open());
        }
        true
    }
}

impl Everywhere<'_> {
    /// Whether what is observed if each turn is run is what is observed if the first stands for all.
    fn turns_are_alike<E: AskedElement>(&self, world: &World) -> bool {
        let repeats = |(_, step): &(usize, &Step)| matches!(step, Step::Repeat { .. });
        if !Step::numbered(self.program).iter().any(repeats) {
            return true;
        }
        let ((foreseen, _), _) = predict_one::<E>(self.program, world, Assumed::All);
        let numbers = |observed: Vec<Observed<E>>| {
            let numbers = observed.into_iter().map(|Observed { at, seen, .. }| {
                let bits = |number: &E| number.number().to_bits();
                (at, seen.map(|x| x.array.iter().map(bits).collect::<Vec<_>>()))
            });
            numbers.collect::<Vec<_>>()
        };
        numbers(foreseen) == numbers(predict_turns::<E>(self.program, world))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Array;
    use crate::wire::steps::*;

    #[test]
    fn a_program_runs_whichever_way_its_questions_go() {
        let x = || variable("x", Array::full(Dtype::Float32, &[2], 1.0));
        let runs = |program: &[Step], most| runs_everywhere(program, Exactness::Must, most);
        let plain = [x(), train("y", "x", 0.5), value("y")];
        assert!(runs(&plain, 1) && !runs(&plain, 0));
        assert!(!runs(&[raise()], 9) && runs(&[catch(vec![raise()])], 9));
        // Both flags are on in the end, or it does not count.
        for flag in FLAGS {
            assert!(!runs(&[set(flag, false)], 9));
            assert!(runs(&[set(flag, false), set(flag, true)], 9));
            assert!(runs(&[using(flag, false, vec![config(flag)])], 9));
        }
        // Some refuse a ratio above 1; a program that catches it runs everywhere, in two worlds at least.
        let wrong = [x(), train("y", "x", 1.5)];
        assert!(!runs(&wrong, 99));
        let caught = [x(), catch(vec![train("y", "x", 1.5)])];
        assert!(runs(&caught, 2) && !runs(&caught, 1));
    }

    /// A turn finds what the turn before left: gradients, the mode of a layer, a name that is bound again.
    #[test]
    fn turns_go_as_the_first() {
        let x = [variable("x", Array::full(Dtype::Float32, &[2], 1.0))];
        let runs = |before: &[Step], body: Vec<Step>| {
            let program = [&x, before, &[repeat(2, body)]].concat();
            runs_everywhere(&program, Exactness::Must, 9)
        };
        let gone_back = [train("y", "x", 0.5), back("y"), grad("x")];
        assert!(!runs(&[], gone_back.to_vec()));
        assert!(runs(&[], [&gone_back[..], &[clear_grad("x")]].concat()));
        assert!(runs(&[], [&x[..], &gone_back[..]].concat()));
        let made = |train| [layer("l", 0.5), layer_mode("l", train)];
        let called = vec![apply("y", "x", "l"), value("y"), layer_mode("l", true)];
        assert!(!runs(&made(false), called.clone()));
        assert!(runs(&made(true), called));
        let again = vec![train("y", "y", 0.5), value("y")];
        assert!(!runs(&[train("y", "x", 0.5)], again));
    }
}
