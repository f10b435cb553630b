use super::exhibit::exhibit;
use super::picture;
use crate::bet::{Exhibit, passages};
use crate::cli::look::{RulingEvidence, State, prose};
use crate::report::{Report, Verdict, saved};
use crate::session::Counterexample;
use crate::wire::{Array, Seen};
use maud::{Markup, html};

fn wrong(told: &saved::Report) -> impl Iterator<Item = &saved::Ruling> {
    told.by_weight().into_iter().filter(|ruling| State::of(ruling).needs_words())
}

/// Whether there is anything but passes to be told of.
pub(super) fn any(told: &saved::Report) -> bool {
    wrong(told).next().is_some()
}

/// Each rule that is broken or open, with its evidence, the heaviest first.
pub(super) fn section(report: &Report, told: &saved::Report) -> Markup {
    if !any(told) {
        return html! {};
    }
    html! {
        section id="broken" {
            h2 { "What is wrong" }
            @for ruling in wrong(told) { (one(report, ruling)) }
        }
    }
}

fn one(report: &Report, ruling: &saved::Ruling) -> Markup {
    let state = State::of(ruling);
    let evidence = RulingEvidence::of(ruling, state);
    html! {
        article id={ "rule-" (ruling.id) } {
            h3 {
                span.verdict.(state.key()) { (state.symbol()) " " (state.word()) }
                " " (ruling.id) " " span.level { (ruling.level) }
            }
            p { (prose(ruling.sentence())) }
            (pictures(report, ruling))
            (evidence.shown())
            @if let Some(replay) = &evidence.replay {
                h4 { "See it again" }
                div.command { code { (replay) } }
            }
            @if let Some(rule) = ruling.rule() {
                @if !rule.why.is_empty() {
                    details {
                        summary { "Why there is such a rule" }
                        @for paragraph in rule.why.split("\n\n") { p { (prose(paragraph)) } }
                        p.source { "spec/" (rule.chapter) ".md, line " (rule.line) }
                    }
                }
            }
            (evidence.folded())
        }
    }
}

/// What there is to be seen of it.
fn pictures(report: &Report, told: &saved::Ruling) -> Markup {
    let ruling = report.rulings.iter().find(|ruling| ruling.rule.id == told.id);
    let Some(ruling) = ruling.filter(|ruling| ruling.verdict == Verdict::Fail) else {
        return html! {};
    };
    if let Some(counterexample) = &ruling.counterexample {
        return html! {
            div.pictures {
                (came_out(counterexample))
                (element_by_element(counterexample))
            }
        };
    }
    let about = |exhibit: &&Exhibit| exhibit.standing.rule == ruling.rule.id;
    let mut seen = Vec::new();
    html! {
        @for one in report.wager.exhibits.iter().filter(about) {
            (exhibit(one, report.seed, &mut seen))
        }
    }
}

/// What came out against what went in, at the step that showed the fault.
fn came_out(counterexample: &Counterexample) -> Markup {
    let read = passages(&counterexample.program, &counterexample.answer);
    let mut pairs = Vec::new();
    let mut scale = None;
    for (passage, observation) in read.iter().zip(&counterexample.answer.observations) {
        if let (Some(passage), Seen::Array(Some(array))) = (passage, &observation.seen)
            && observation.at == counterexample.mismatch.at
            && passage.went_in.len() == array.values.len()
        {
            scale = scale.or(Some(passage.scale));
            pairs.extend(passage.went_in.iter().copied().zip(array.values.iter().copied()));
        }
    }
    // A wrong rounding, or a wrong mask, is nothing that one sees there.
    let Some(scale) = scale.filter(|&scale| picture::any_off(scale, &pairs)) else {
        return html! {};
    };
    picture::values("At the step that is marked", scale, &pairs)
}

/// The arrays that were observed up to the fault, one below the other.
fn element_by_element(counterexample: &Counterexample) -> Markup {
    let at = counterexample.mismatch.at;
    let observations = counterexample.answer.observations.iter();
    let arrays = observations.filter_map(|observation| match &observation.seen {
        Seen::Array(Some(array)) if observation.at <= at => Some((observation.at, array)),
        _ => None,
    });
    let arrays = arrays.collect::<Vec<(usize, &Array)>>();
    // One alone says no more than the picture beside it.
    if arrays.len() < 2 {
        html! {}
    } else {
        picture::elements(&arrays, at)
    }
}
