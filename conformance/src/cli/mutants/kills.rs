use dezero_spec::kills::Judged;
use dezero_spec::mutants::Mutant;
use dezero_spec::rules::rules;
use std::collections::BTreeMap;

/// What a rule notices.
pub(super) struct Kills {
    /// The rule.
    pub(super) rule: &'static str,
    /// How many mutants were made to break it.
    pub(super) own: usize,
    /// How many break it.
    pub(super) all: usize,
    /// Those that no other rule notices.
    pub(super) alone: Vec<&'static str>,
}

/// What each rule notices, in the order of the book.
pub(super) fn kills(judged: &[Judged]) -> Vec<Kills> {
    let mut table = BTreeMap::<&str, Kills>::new();
    for rule in rules() {
        let rule = rule.id;
        table.insert(rule, Kills { rule, own: 0, all: 0, alone: vec![] });
    }
    for judged in judged {
        let Judged { mutant: Mutant { name, rule, .. }, broken, .. } = judged;
        if let Some(own) = table.get_mut(rule) {
            own.own += 1;
        }
        for rule in broken {
            let Some(kills) = table.get_mut(rule) else { continue };
            kills.all += 1;
            if broken.len() == 1 {
                kills.alone.push(name);
            }
        }
    }
    rules().iter().filter_map(|rule| table.remove(rule.id)).collect()
}
