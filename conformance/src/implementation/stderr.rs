use std::collections::VecDeque;

/// How many lines of standard error are kept for the report, from its end and from its beginning:
/// some languages say first what was wrong, others last.
const STDERR_LINES: usize = 20;

/// The beginning and the end of standard error.
#[derive(Default)]
pub(super) struct Stderr {
    first: Vec<String>,
    last: VecDeque<String>,
    between: usize,
}

impl Stderr {
    pub(super) fn push(&mut self, line: String) {
        if self.first.len() < STDERR_LINES {
            self.first.push(line);
            return;
        }
        if self.last.len() == STDERR_LINES {
            self.last.pop_front();
            self.between += 1;
        }
        self.last.push_back(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let cut = (self.between > 0).then(|| format!("… {} more lines", self.between));
        self.first.iter().cloned().chain(cut).chain(self.last.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let after = |lines: usize| {
            let mut stderr = Stderr::default();
            (0..lines).for_each(|line| stderr.push(line.to_string()));
            stderr.lines()
        };
        let all = |lines: std::ops::Range<usize>| lines.map(|line| line.to_string());
        for few in [0, 1, 19, 20, 21, 39, 40] {
            assert_eq!(after(few), all(0..few).collect::<Vec<_>>());
        }
        for (many, cut) in [(41, "… 1 more lines"), (57, "… 17 more lines")] {
            let cut = std::iter::once(cut.to_owned());
            let expected = all(0..20).chain(cut).chain(all(many - 20..many));
            assert_eq!(after(many), expected.collect::<Vec<_>>());
        }
    }
}
