//! The page of a run: one file that needs nothing else, and no script.

mod charts;
mod course;
mod masks;
mod squares;

use super::choices::ChoiceAnswer;
use super::evidence::RulingEvidence;
use super::html::{
    LONGEST, code, column, document, dotted, numbers, pictures as picture_column, prose, table,
};
use super::state::{Chapter, State};
use super::summary::Summary;
use super::terminal::rests_on;
use super::words::{cut, named};
use crate::bet::{Exhibit, passages};
use crate::book::choices as questions;
use crate::report::saved::{SavedReport, SavedRuling};
use crate::report::{Conclusion, Report, Verdict};
use crate::session::Counterexample;
use crate::wire::{Array, Seen};
use maud::{Markup, html};

/// The page as HTML: what `told` says, and pictures of what only the run itself still knows.
pub fn to_page(report: &Report, told: &SavedReport) -> String {
    let name = named(&told.implementation);
    let summary = Summary::of(told);
    let wrong = wrong(told);
    let body = html! {
        header {
            h1 { (name) }
            p.banner {
                span.verdict.(summary.key) { (summary.signed()) } " " (meaning(told))
            }
            (figures(told, &summary))
            nav aria-label="Sections" {
                a href="#chapters" { "Chapters" }
                @if !wrong.is_empty() { a href="#broken" { "What is wrong" } }
                @if report.wager.bits > 0 { a href="#masks" { "Masks" } }
                a href="#rules" { "All rules" }
                @if !told.choices.is_empty() { a href="#choices" { "Choices" } }
            }
        }
        main {
            (chapters(told))
            (problems(told))
            @if !wrong.is_empty() {
                section id="broken" {
                    h2 { "What is wrong" }
                    @for (state, ruling) in wrong { (broken(report, ruling, state)) }
                }
            }
            (masks::section(report))
            (rules(told))
            (choices(told))
        }
        footer {
            p.source {
                "Written by " code { "dezero-spec" } " " (env!("CARGO_PKG_VERSION"))
                ", a judge of dropout and train/test mode. Seed " (told.seed)
                " draws the same programs again."
            }
        }
    };
    let title = format!("{}: {name}", summary.signed());
    document(&title, include_str!("page/page.css"), None, &body)
}

/// What the verdict says, in a sentence.
fn meaning(told: &SavedReport) -> &'static str {
    match told.verdict {
        Conclusion::Conforms => "It obeys every rule that binds it, as far as it was asked.",
        Conclusion::DoesNotConform if told.interrupted => {
            "It breaks rules, each with its evidence below; the run was ended early."
        }
        Conclusion::DoesNotConform if told.strict => {
            "It breaks rules that count; each has its evidence below."
        }
        Conclusion::DoesNotConform => "It breaks rules that bind it; each has its evidence below.",
        Conclusion::NoVerdict if told.interrupted => {
            "The run was ended early; what was judged until then is below."
        }
        Conclusion::NoVerdict => "Something stood in the way of a verdict.",
        Conclusion::KnownFailures => {
            "It breaks only rules that it is expected to break; what builds on those was not judged."
        }
        Conclusion::ExpectationsDoNotHold => {
            "It breaks nothing new, but its list of known failures is not up to date."
        }
        Conclusion::SelectedRulesPass => "Only some rules were asked, and it obeys those.",
    }
}

/// What was counted, and where it ran.
fn figures(told: &SavedReport, summary: &Summary) -> Markup {
    let dtypes = told.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>();
    let claims = told.capabilities.join(", ");
    let figures = summary.figures.iter().filter(|(_, figure)| figure != "0");
    html! {
        dl.figures {
            @for (name, figure) in figures {
                div { dt { (name) } dd { (figure) } }
            }
            div { dt { "dtypes" } dd { (dtypes.join(", ")) } }
        }
        details.claims {
            summary { (told.capabilities.len()) " capabilities claimed" }
            p { (cut(&claims, 4000)) }
        }
    }
}

/// How the rules of each chapter ended.
fn chapters(told: &SavedReport) -> Markup {
    let chapters = Chapter::all(told);
    let states = Chapter::states(&chapters);
    let most = chapters.iter().map(|chapter| chapter.rulings.len()).max().unwrap_or(1);
    let mut columns = vec![column("chapter")];
    columns.extend(states.iter().map(|state| {
        let head = html! { span.verdict.(state.key()) { (state.symbol()) " " (state.word()) } };
        numbers(head)
    }));
    columns.push(picture_column());
    let rows = chapters.iter().map(|chapter| {
        let name = html! { a href={ "#chapter-" (chapter.name) } { (chapter.name) } };
        let counts = states.iter().map(|&state| match chapter.count(state) {
            0 => html! {},
            count => html! { (count) },
        });
        std::iter::once(name).chain(counts).chain([bar(chapter, &states, most)]).collect()
    });
    html! {
        section id="chapters" {
            h2 { "Chapters" }
            (table("Chapters", &columns, rows))
        }
    }
}

/// The rules of a chapter as a row of squares.
fn bar(chapter: &Chapter, states: &[State], most: usize) -> Markup {
    let rules = states
        .iter()
        .flat_map(|&state| std::iter::repeat_n(state, chapter.count(state)).map(State::key));
    html! {
        svg.bar viewBox={ "0 0 " (8 * most) " 8" } width=(8 * most) height="8" aria-hidden="true" {
            @for (index, key) in rules.enumerate() {
                rect.(key) x=(8 * index) width="7" height="8" rx="1" {}
            }
        }
    }
}

/// The expectations that do not hold, and what to do about each.
fn problems(told: &SavedReport) -> Markup {
    let problems = &told.expectations.problems;
    if problems.is_empty() {
        return html! {};
    }
    html! {
        section id="expectations" {
            h2 { "Expectations that do not hold" }
            ul {
                @for problem in problems {
                    li { code { (cut(&problem.rule, 80)) } " " (cut(&problem.message, 1000)) }
                }
            }
        }
    }
}

/// The rules that are broken or open, the heaviest first.
fn wrong(told: &SavedReport) -> Vec<(State, &SavedRuling)> {
    let stated = told.by_weight().into_iter().map(|it| (State::of(it, told.strict), it));
    stated.filter(|(state, _)| state.needs_words()).collect()
}

/// A rule that is broken or open, with its evidence.
fn broken(report: &Report, ruling: &SavedRuling, state: State) -> Markup {
    let evidence = RulingEvidence::of(ruling, state);
    html! {
        article id={ "rule-" (ruling.id) } {
            h3 {
                span.verdict.(state.key()) { (state.symbol()) " " (state.word()) }
                " " (ruling.id) " " span.level { (ruling.level) }
            }
            p { (prose(ruling.sentence())) }
            (pictures(report, ruling))
            (facts(&evidence))
            @if let Some(replay) = evidence.replay {
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
            (program(&evidence))
        }
    }
}

/// The program and the facts.
pub(super) fn facts(evidence: &RulingEvidence) -> Markup {
    html! {
        @if !evidence.given.is_empty() {
            h4 { "Given" }
            (code(&evidence.given.join("\n")))
        }
        dl {
            @for fact in &evidence.facts {
                div { dt { (fact.label) } dd { (cut(&fact.text, LONGEST)) } }
            }
            @if let Some(count) = &evidence.judged_by {
                div { dt { "judged by" } dd { (count) } }
            }
        }
    }
}

/// The program as it was sent, folded.
pub(super) fn program(evidence: &RulingEvidence) -> Markup {
    html! {
        @if let Some(program) = evidence.program {
            details {
                summary { "The program as JSON" }
                (code(&format!("{program:#}")))
            }
        }
    }
}

/// What there is to be seen of a rule that fails.
fn pictures(report: &Report, told: &SavedRuling) -> Markup {
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
        @for exhibit in report.wager.exhibits.iter().filter(about) {
            (masks::exhibit(exhibit, report.seed, &mut seen))
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
    let Some(scale) = scale.filter(|&scale| charts::any_off(scale, &pairs)) else {
        return html! {};
    };
    charts::values("At the step that is marked", scale, &pairs)
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
        squares::elements(&arrays, at)
    }
}

/// Every rule and what its verdict rests on; chapters of which all is well are folded.
fn rules(told: &SavedReport) -> Markup {
    let unselected = told.rules.len() - told.selected().count();
    html! {
        section id="rules" {
            h2 { "All rules" }
            @for chapter in Chapter::all(told) {
                @let passes = chapter.count(State::Judged(Verdict::Pass));
                @let quiet = passes + chapter.count(State::Judged(Verdict::Unsupported));
                details.chapter id={ "chapter-" (chapter.name) } open[quiet < chapter.rulings.len()] {
                    summary {
                        h3 { (chapter.name) }
                        " " small { (passes) " of " (chapter.rulings.len()) " pass" }
                    }
                    ul.rules { @for (state, ruling) in &chapter.rulings { (rule(ruling, *state)) } }
                }
            }
            @if unselected > 0 {
                p.source { (unselected) " more rules were not selected." }
            }
        }
    }
}

fn rule(ruling: &SavedRuling, state: State) -> Markup {
    let (key, symbol, word) = (state.key(), state.symbol(), state.word());
    html! {
        li {
            span.verdict.(key) { span aria-hidden="true" { (symbol) } " " (word) }
            div {
                @if state.needs_words() {
                    a href={ "#rule-" (ruling.id) } { code { (dotted(&ruling.id)) } }
                } @else {
                    code { (dotted(&ruling.id)) }
                }
                " " span.level { (ruling.level) }
                p { (prose(ruling.sentence())) }
                p.source { (rests_on(ruling)) }
            }
        }
    }
}

/// What the implementation answers where good ones differ.
fn choices(told: &SavedReport) -> Markup {
    if told.choices.is_empty() {
        return html! {};
    }
    html! {
        section id="choices" {
            h2 { "Where good implementations differ" }
            p { "None of these answers is wrong." }
            dl.choices {
                @for (id, by_dtype) in &told.choices {
                    div {
                        dt {
                            code { (cut(id, 80)) }
                            @if let Some(choice) = questions().iter().find(|choice| choice.id == id) {
                                " " (prose(&choice.question))
                            }
                        }
                        dd { (ChoiceAnswer::joined(&ChoiceAnswer::grouped(by_dtype))) }
                    }
                }
            }
        }
    }
}
