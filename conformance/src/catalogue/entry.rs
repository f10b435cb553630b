use super::{
    Kernel, backward_mask, bitwise, config, direct, dropout, gradient, layer, place, protocol,
    rate, ratio, repetition, restore, scale, scopes, seed, test_mode, threads,
};
use std::sync::LazyLock;

/// An implementation that is the reference but for one thing.
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// The class of defects it belongs to.
    pub class: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
    /// The real defect it is modelled on.
    pub source: &'static str,
    /// What a user would suffer.
    pub suffers: &'static str,
    /// What is wrong.
    pub kernel: fn() -> Box<dyn Kernel>,
    /// What becomes of its answers on their way, for adapters that are broken.
    pub spoil: fn(String) -> String,
}

/// An implementation that differs from the reference and is right.
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Why it is legal, and who does so.
    pub why: &'static str,
    /// The difference, as a mutant that breaks no rule.
    pub mutant: Mutant,
}

/// The mutants of a topic: `"name" class "rule"`, then `"where from" => "what a user suffers"`, then the
/// methods of the [`Kernel`] that differ. What the kernel remembers is a `struct State { … }` before the
/// methods. A broken adapter has `spoil: |line| …` in their place.
macro_rules! mutants {
    ($($name:literal $class:ident $rule:literal
       $source:literal => $suffers:literal { $($differs:tt)* })*) => {
        pub(super) fn mutants() -> Vec<Mutant> {
            vec![$(mutant!([$name, stringify!($class), $rule, $source, $suffers] $($differs)*)),*]
        }
    };
}

/// The legal variants of a topic: `"name" => "why it is legal, and who does so"`, then what differs, as in
/// `mutants!`.
macro_rules! variants {
    ($($name:literal => $why:literal { $($differs:tt)* })*) => {
        pub(super) fn variants() -> Vec<Variant> {
            vec![$(variant!($name, $why, { $($differs)* })),*]
        }
    };
}

macro_rules! variant {
    ($name:literal, $why:literal, { $($differs:tt)* }) => {
        Variant {
            name: $name,
            why: $why,
            mutant: mutant!([$name, "", "", "", ""] $($differs)*),
        }
    };
}

macro_rules! mutant {
    ($said:tt spoil: $spoil:expr) => {
        Mutant { spoil: $spoil, ..mutant!($said) }
    };
    ([$name:expr, $class:expr, $rule:expr, $source:expr, $suffers:expr]
     struct State { $($field:ident: $type:ty),* $(,)? } $($methods:tt)*) => {
        Mutant {
            name: $name,
            class: $class,
            rule: $rule,
            source: $source,
            suffers: $suffers,
            kernel: {
                #[derive(Default)]
                struct Overridden { $($field: $type),* }
                impl Kernel for Overridden { $($methods)* }
                || Box::new(Overridden::default())
            },
            spoil: |line| line,
        }
    };
    ($said:tt $($methods:tt)*) => {
        mutant!($said struct State {} $($methods)*)
    };
}

/// All wrong implementations.
pub fn mutants() -> &'static [Mutant] {
    static ALL: LazyLock<Vec<Mutant>> = LazyLock::new(|| {
        let topics = [
            protocol::mutants(),
            dropout::mutants(),
            scale::mutants(),
            ratio::mutants(),
            test_mode::mutants(),
            direct::mutants(),
            config::mutants(),
            restore::mutants(),
            scopes::mutants(),
            threads::mutants(),
            layer::mutants(),
            gradient::mutants(),
            backward_mask::mutants(),
            rate::mutants(),
            place::mutants(),
            repetition::mutants(),
            seed::mutants(),
            bitwise::mutants(),
        ];
        topics.into_iter().flatten().collect()
    });
    &ALL
}

/// All legal variants.
pub fn variants() -> &'static [Variant] {
    static ALL: LazyLock<Vec<Variant>> = LazyLock::new(super::variants::variants);
    &ALL
}

/// All wrong implementations, then all legal variants.
pub fn catalogue() -> impl Iterator<Item = &'static Mutant> {
    mutants().iter().chain(variants().iter().map(|variant| &variant.mutant))
}

/// The wrong implementation or the legal variant of this name.
pub fn mutant(name: &str) -> Option<&'static Mutant> {
    catalogue().find(|mutant| mutant.name == name)
}
