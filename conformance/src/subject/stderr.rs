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
