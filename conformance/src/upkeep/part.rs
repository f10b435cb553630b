use crate::implementation::{Fault, Implementation};
use crate::wire::{Answer, FaultKind, Start, Step, needs};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// An implementation that claims a part of what it can: a right one may claim what it likes.
pub(super) struct PartOfClaims<I> {
    implementation: I,
    random: ChaCha20Rng,
    /// What it claimed, once it has been asked.
    claimed: Option<Start>,
}

impl<I> PartOfClaims<I> {
    /// Claims of `implementation`, of the name `name`, which are others with each seed.
    pub(super) fn new(implementation: I, name: &str, seed: u64) -> PartOfClaims<I> {
        let seed = BuildHasherDefault::<DefaultHasher>::default().hash_one((name, seed));
        let random = ChaCha20Rng::seed_from_u64(seed);
        PartOfClaims { implementation, random, claimed: None }
    }

    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        (self.random.next_u64() % n as u64) as usize
    }

    /// Few claims, or nearly all of them; dropout in both modes and of floats, without which there is no verdict.
    fn part(&mut self, mut start: Start) -> Start {
        let kept = [1, 3, 6, 7][self.below(4)];
        let core = |claimed: &str| ["train", "test"].contains(&claimed);
        start.capabilities.retain(|claimed| self.below(8) < kept || core(claimed));
        // The chapter's bits are told by uniforms that are given.
        if !start.claims("injected") {
            start.capabilities.retain(|claimed| claimed != "bitwise");
        }
        let floats = start.dtypes.iter().copied().filter(|dtype| dtype.is_float());
        let floats = floats.collect::<Vec<_>>();
        let dtype = floats[self.below(floats.len())];
        start.dtypes.retain(|&claimed| claimed == dtype || self.below(8) < kept);
        start.max_elements = start.max_elements.min([64, 1000, usize::MAX][self.below(3)]);
        let devices = 1 + self.below(start.devices.len());
        start.devices.truncate(devices);
        start
    }
}

impl<I: Implementation> Implementation for PartOfClaims<I> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        let start = self.implementation.start(entropy)?;
        let part = match self.claimed.take() {
            Some(claimed) => claimed,
            None => self.part(start),
        };
        self.claimed = Some(part.clone());
        Ok(part)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let claims = |need: &&str| self.claimed.as_ref().is_some_and(|start| start.claims(need));
        if let Some(need) = needs(program).into_iter().find(|need| !claims(need)) {
            let message = format!("{id} needs `{need}`, which is not claimed");
            return Err(Fault { kind: FaultKind::Protocol, message, stderr: Vec::new() });
        }
        self.implementation.run(id, program)
    }
}
