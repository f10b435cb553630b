use dezero_spec::Progress;
use dezero_spec::kills::Judged;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error where that is a terminal, else nothing; it goes away when dropped.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// For the rules of one implementation.
    pub(super) fn of_rules() -> Bar {
        Bar::new(1, "{bar:24} {pos}/{len} {wide_msg}")
    }

    /// For so many implementations of the catalogue.
    pub(super) fn of_mutants(number: usize) -> Bar {
        Bar::new(number, "{bar:24} {pos}/{len}  {eta} left  {wide_msg}")
    }

    fn new(length: usize, template: &str) -> Bar {
        let style = ProgressStyle::with_template(template);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Bar(ProgressBar::new(length as u64).with_style(style))
    }

    pub(super) fn show(&self, progress: Progress) {
        self.0.set_length(progress.of as u64);
        self.0.set_position(progress.done as u64);
        self.0.set_message(match progress.rule {
            "" => "everything again, shuffled, and random programs",
            rule => rule,
        });
    }

    pub(super) fn done(&self, judged: &Judged) {
        self.0.set_message(judged.mutant.name);
        self.0.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
