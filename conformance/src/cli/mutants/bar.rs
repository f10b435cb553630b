use dezero_spec::kills::Judged;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error that says which implementations are done; nothing where that is no
/// terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(of: usize) -> Bar {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {eta} left  {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Bar(ProgressBar::new(of as u64).with_style(style))
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
