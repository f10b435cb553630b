use crate::book::choices as questions;
use crate::cli::look::{Chapter, State, dotted, prose, scrolling};
use crate::cli::plain::{cut, one_line};
use crate::report::Verdict;
use crate::report::saved::{Report, Ruling};
use crate::view::counted;
use maud::{Markup, html};

/// How the rules of each chapter ended.
pub(super) fn overview(told: &Report) -> Markup {
    let chapters = Chapter::all(told);
    let states = Chapter::states(&chapters);
    let most = chapters.iter().map(|chapter| chapter.rulings.len()).max().unwrap_or(1);
    let table = html! {
        table.plain {
            thead {
                tr {
                    th scope="col" { "chapter" }
                    @for state in &states {
                        th.number scope="col" { span.verdict.(state.key()) { (state.symbol()) " " (state.word()) } }
                    }
                    th scope="col" { span.unseen { "as a picture" } }
                }
            }
            tbody {
                @for chapter in &chapters {
                    tr {
                        th scope="row" { a href={ "#chapter-" (chapter.name) } { (chapter.name) } }
                        @for &state in &states {
                            td.number { @match chapter.count(state) { 0 => "", count => (count) } }
                        }
                        td { (bar(chapter, &states, most)) }
                    }
                }
            }
        }
    };
    html! {
        section id="chapters" {
            h2 { "Chapters" }
            (scrolling("Chapters", &table))
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

/// Every rule and what its verdict rests on, chapter by chapter; chapters without a sour note are folded.
pub(super) fn all(told: &Report) -> Markup {
    let mut asleep = told.rules.iter().filter(|ruling| !ruling.was_selected()).peekable();
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
                    ul.rules { @for ruling in &chapter.rulings { (one(ruling)) } }
                }
            }
            @if asleep.peek().is_some() {
                p.source { (asleep.count()) " more rules were not selected." }
            }
        }
    }
}

fn one(ruling: &Ruling) -> Markup {
    let state = State::of(ruling);
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

fn rests_on(ruling: &Ruling) -> String {
    let evidence = one_line(&ruling.evidence, 400);
    let cases = match ruling.cases {
        0 => return evidence,
        cases => counted(cases, "program"),
    };
    if evidence.is_empty() { cases } else { format!("{cases}; {evidence}") }
}

/// What the implementation answers where good ones differ.
pub(super) fn choices(told: &Report) -> Markup {
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
                        dd { (answers(by_dtype)) }
                    }
                }
            }
        }
    }
}

/// The answers, with dtypes where not all of them have the same.
fn answers(by_dtype: &std::collections::BTreeMap<String, Vec<String>>) -> String {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for (dtype, answers) in by_dtype {
        let answers = answers.join(" or ");
        match said.iter_mut().find(|(other, _)| *other == answers) {
            Some((_, dtypes)) => dtypes.push(dtype),
            None => said.push((answers, vec![dtype])),
        }
    }
    let alone = said.len() == 1;
    let words = said.into_iter().map(|(answers, dtypes)| match alone {
        true => answers,
        false => format!("{answers} ({})", dtypes.join(", ")),
    });
    words.collect::<Vec<_>>().join("; ")
}
