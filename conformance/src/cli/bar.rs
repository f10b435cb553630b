use crate::run::Progress;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::thread;
use std::time::Duration;

/// A bar on standard error where that is a terminal, else nothing; it goes away when dropped.
pub(super) struct Bar(ProgressBar);

/// How finely a run is measured.
const WHOLE: f64 = 1000.0;

/// A run says how long it takes when this share of it is over.
const EARLY: f32 = 0.04;

impl Bar {
    /// For the rules of one implementation.
    pub(super) fn of_rules() -> Bar {
        let style = ProgressStyle::with_template("{bar:24} {percent:>3} %  {left}  {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(WHOLE as u64).with_style(style.with_key("left", left));
        // Also while a framework compiles a kernel. The bar panics if there is no room for its thread.
        let room = || thread::Builder::new().spawn(|| ()).is_ok_and(|it| it.join().is_ok());
        if !bar.is_hidden() && room() {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Bar(bar)
    }

    pub(super) fn show(&self, progress: Progress) {
        self.0.set_position((progress.share * WHOLE) as u64);
        self.0.set_message(progress.part.to_string());
    }
}

/// How long it will take still, if the rest goes on like what is over.
fn left(state: &ProgressState, out: &mut dyn Write) {
    let over = state.fraction();
    let words = match over < EARLY {
        true => "          ".to_owned(),
        false => format!("{} left", HumanDuration(state.elapsed().mul_f32((1.0 - over) / over))),
    };
    // An estimate that cannot be shown is nothing to fail for.
    let _ = out.write_str(&words);
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Part;
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    /// What a terminal shows of a bar.
    fn shown(bar: &Bar) -> InMemoryTerm {
        let terminal = InMemoryTerm::new(4, 80);
        bar.0.disable_steady_tick();
        bar.0.set_draw_target(ProgressDrawTarget::term_like_with_hz(
            Box::new(terminal.clone()),
            255,
        ));
        terminal
    }

    #[test]
    fn a_bar_says_how_far_a_run_is_and_what_is_asked() {
        let bar = Bar::of_rules();
        let terminal = shown(&bar);
        let share = |share| {
            bar.show(Progress { part: Part::Rule("mask.rate"), share });
            bar.0.force_draw();
            terminal.contents()
        };
        let early = share(0.03);
        assert!(early.contains("  3 %") && early.contains("mask.rate"), "{early}");
        assert!(!early.contains("left"), "{early}");
        for (over, percent) in [(0.04, "  4 %"), (0.75, " 75 %")] {
            let shown = share(over);
            assert!(shown.contains(percent) && shown.contains("seconds left"), "{shown}");
        }
        drop(bar);
        assert_eq!(terminal.contents(), "");
    }
}
