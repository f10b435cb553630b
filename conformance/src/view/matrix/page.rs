use super::{ChoiceQuestion, Column, Matrix, RuleRow, VerdictCell};
use crate::view::choices::ChoiceAnswer;
use crate::view::evidence::RulingEvidence;
use crate::view::html::{document, dotted, prose, scrolling};
use crate::view::page::{facts, program};
use crate::view::state::{LEGEND, State};
use crate::view::summary::Summary;
use crate::view::words::{counted, cut};
use maud::{Markup, html};

const SCRIPT: &str = include_str!("page.js");

/// One file that needs nothing else, and works without its script. `notes` is where deviations are explained.
pub fn matrix_to_page(matrix: &Matrix, notes: Option<&str>) -> String {
    let (implementations, rules) = (matrix.columns.len(), matrix.rows().count());
    let body = html! {
                header {
                    h1 { "Dropout and train/test mode, implementation by implementation" }
                    p {
                        "What the judge " code { "dezero-spec" } " " (env!("CARGO_PKG_VERSION"))
                        " saw of " (implementations) " implementations and " (rules) " rules. "
                        "A verdict leads to its evidence, a rule to its sentence."
                        @if let Some(url) = notes {
                            " " a href=(url) { "Every deviation is explained here." }
                        }
                    }
                    nav aria-label="Sections" {
                        a href="#implementations" { "Implementations" }
                        a href="#broken" { "Broken rules" }
                        a href="#matrix" { "All rules" }
                        a href="#choices" { "Choices" }
                        a href="#evidence" { "Evidence" }
                        a href="#sentences" { "Sentences" }
                    }
                }
                main {
                    (overview(matrix))
                    (broken(matrix))
                    (filter(matrix))
                    (grid(matrix))
                    (choices(matrix))
                    (evidence(matrix))
                    (sentences(matrix))
                }
                dialog id="dialog" aria-labelledby="dialog-title" {
                    div.bar {
                        h2 id="dialog-title" {}
                        button type="button" id="dialog-close" { "Close" }
                    }
                    div id="dialog-body" {}
                }
    };
    let title = format!("Dropout: {implementations} implementations, {rules} rules");
    document(&title, include_str!("page.css"), Some(SCRIPT), &body)
}

/// A row for each implementation.
fn overview(matrix: &Matrix) -> Markup {
    let columns = || matrix.columns.iter().map(|column| (column, column.report.map(Summary::of)));
    let reports = matrix.columns.iter().filter_map(|column| column.report.ok());
    let figures = reports.map(Summary::of).next().map(|one| one.figures).unwrap_or_default();
    let table = html! {
        table.plain {
            thead {
                tr {
                    th scope="col" { "implementation" }
                    th scope="col" { "verdict" }
                    @for (name, _) in &figures { th.number[is_number(name)] scope="col" { (name) } }
                }
            }
            tbody {
                @for (index, (column, summary)) in columns().enumerate() {
                    @let of = column.implementation;
                    tr data-column=(index) {
                        th scope="row" {
                            (column.label)
                            small { (cut(&of.version, 60)) " " (cut(&of.language, 60)) }
                        }
                        @match summary {
                            Ok(summary) => {
                                td { span.verdict.(summary.key) { (summary.signed()) } }
                                @for (name, figure) in &summary.figures {
                                    td.number[is_number(name)] { (figure) }
                                }
                            }
                            Err(why) => td colspan=(1 + figures.len()) {
                                span.verdict.absent { "· not judged" } " " (cut(why, 1000))
                            },
                        }
                    }
                }
            }
        }
    };
    html! {
        section id="implementations" {
            h2 { "Implementations" }
            (scrolling("Implementations", &table))
        }
    }
}

fn is_number(figure: &str) -> bool {
    !["date", "platform", "effort", "judge"].contains(&figure)
}

/// The rules that at least one implementation breaks, most often broken first.
fn broken(matrix: &Matrix) -> Markup {
    let broken = matrix.broken();
    html! {
        section id="broken" {
            h2 { "Broken rules, most often broken first" }
            @if broken.is_empty() {
                p { "None." }
            }
            ol.broken {
                @for row in broken {
                    li {
                        a data-open href={ "#rule-" (row.anchor) } { code { (dotted(&row.id)) } }
                        " " span.level { (row.level) } " "
                        @let cells = row.cells.iter().enumerate().zip(&matrix.columns);
                        @for ((index, cell), column) in cells.filter(|((_, cell), _)| cell.state.broken()) {
                            a.verdict.(cell.state.key()) data-open data-column=(index)
                                href={ "#evidence-" (index) "-" (row.anchor) } {
                                (cell.state.symbol()) " " (column.label)
                            }
                            " "
                        }
                    }
                }
            }
        }
    }
}

/// What is shown. Without a script all of it is, and the form is not.
fn filter(matrix: &Matrix) -> Markup {
    html! {
        form id="filter" hidden aria-label="What is shown" {
            label { "Text" input type="search" name="text" placeholder="rule, sentence or answer"; }
            label {
                "Verdict"
                select name="verdict" {
                    option value="" { "any" }
                    option value="broken" { "fail or error" }
                    @for (key, symbol, _, _) in LEGEND.iter().filter(|(key, ..)| *key != "absent") {
                        option value=(key) { (symbol) " " (key) }
                    }
                }
            }
            label {
                "Chapter"
                select name="chapter" {
                    option value="" { "all" }
                    @for chapter in &matrix.chapters { option { (chapter.name) } }
                }
            }
            label.check { input type="checkbox" name="differences"; "only differences" }
            button type="reset" { "Show all" }
            details {
                summary { "Implementations" }
                fieldset {
                    legend { "Shown" }
                    button type="button" data-check="all" { "all" }
                    button type="button" data-check="none" { "none" }
                    @for column in &matrix.columns {
                        label.check {
                            input type="checkbox" name="column" checked;
                            (column.label)
                        }
                    }
                }
            }
            output {}
        }
    }
}

/// The head of a grid: what its rows are, and the implementations.
fn grid_head(matrix: &Matrix, rows: &str) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (rows) }
                @for column in &matrix.columns {
                    th scope="col" { div { (column.label) } }
                }
            }
        }
    }
}

/// Rules × implementations.
fn grid(matrix: &Matrix) -> Markup {
    let table = html! {
        table.grid data-filtered="rules" {
            (grid_head(matrix, "rule"))
            @for chapter in &matrix.chapters {
                tbody data-chapter=(chapter.name) {
                    tr.chapter {
                        th scope="rowgroup" colspan=(1 + matrix.columns.len()) {
                            span { (chapter.name) }
                        }
                    }
                    @for row in &chapter.rows { (rule(row)) }
                }
            }
        }
    };
    html! {
        section id="matrix" {
            h2 { "All rules" }
            p {
                "Chapters come in the order of the specification; in each the rule comes first that \
                 most implementations break. Implementations come as they were given. "
                span.keys { "Arrow keys go from verdict to verdict." }
            }
            details.legend {
                summary { "What the signs mean" }
                dl {
                    @for (key, symbol, word, meaning) in LEGEND.iter().filter(|(key, ..)| *key != "absent") {
                        div {
                            dt { span.verdict.(*key) { (symbol) @if *word != "–" { " " (word) } } }
                            dd { (meaning) }
                        }
                    }
                    div { dt { "empty" } dd { "the implementation was not judged" } }
                }
            }
            (scrolling("Rules and implementations", &table))
        }
    }
}

fn rule(row: &RuleRow) -> Markup {
    html! {
        tr data-text={ (row.id) " " (row.level) " " (row.sentence()) } {
            th scope="row" {
                a data-open href={ "#rule-" (row.anchor) } { (dotted(&row.id)) }
                " " span.level { (row.level) }
            }
            @for (index, cell) in row.cells.iter().enumerate() {
                td data-value=(compared(cell)) data-key=(cell.state.key()) {
                    (verdict(index, cell, row))
                }
            }
        }
    }
}

/// What is compared where only differences are shown; nothing if nothing is known.
fn compared(cell: &VerdictCell) -> String {
    match cell.state {
        State::Absent | State::Missing => String::new(),
        state => state.word(),
    }
}

/// Passes are reached with the arrow keys alone, or a keyboard would go through thousands.
fn verdict(index: usize, cell: &VerdictCell, row: &RuleRow) -> Markup {
    let (state, symbol, word) = (cell.state, cell.state.symbol(), cell.state.word());
    let anchor = &row.anchor;
    html! {
        @match state {
            State::Absent => {}
            State::Missing => span.verdict.missing title="the report is older than the rule" { (symbol) },
            _ if state.needs_words() => {
                a.verdict.(state.key()) data-open href={ "#evidence-" (index) "-" (anchor) } {
                    span aria-hidden="true" { (symbol) } " " (word)
                }
            }
            // Only what needs words has a word that is seen, and stands out.
            _ => a.verdict.(state.key()) data-open tabindex="-1" href={ "#answer-" (index) "-" (anchor) } {
                span aria-hidden="true" { (symbol) } span.unseen { " " (word) }
            },
        }
    }
}

/// Questions × implementations.
fn choices(matrix: &Matrix) -> Markup {
    let table = html! {
        table.grid data-filtered="questions" {
            (grid_head(matrix, "question"))
            tbody {
                @for one in &matrix.questions { (question(one)) }
            }
        }
    };
    html! {
        section id="choices" {
            h2 { "Where good implementations differ" }
            @if matrix.questions.is_empty() {
                p { "No report knows an answer." }
            } @else {
                p { "None of these answers is wrong. An empty cell says that nothing was learnt." }
                (scrolling("Questions and implementations", &table))
            }
        }
    }
}

fn question(of: &ChoiceQuestion) -> Markup {
    let ChoiceQuestion { id, chapter, text, possible, cells } = of;
    let answers =
        cells.iter().map(|answers| ChoiceAnswer::joined(answers)).collect::<Vec<_>>().join(" ");
    html! {
        tr data-chapter=(chapter) data-text={ (id) " " (text) " " (answers) } {
            th scope="row" {
                details {
                    summary { (dotted(id)) }
                    p { (prose(text)) }
                    @if !possible.is_empty() { p { "Answers: " (possible) } }
                }
            }
            @for answers in cells {
                td data-value=(ChoiceAnswer::joined(answers)) {
                    @for ChoiceAnswer { words, dtypes } in answers {
                        span.answer {
                            (words)
                            @if !dtypes.is_empty() { small { (dtypes.join(", ")) } }
                        }
                    }
                }
            }
        }
    }
}

/// Why a verdict is not a pass. With the script this opens over the table.
fn evidence(matrix: &Matrix) -> Markup {
    html! {
        section id="evidence" {
            h2 { "Evidence" }
            @for row in matrix.rows() {
                @for (index, (cell, column)) in row.cells.iter().zip(&matrix.columns).enumerate() {
                    @if cell.state.needs_words() { (ruling(index, cell, column, row)) }
                }
            }
        }
    }
}

fn ruling(index: usize, cell: &VerdictCell, column: &Column, row: &RuleRow) -> Markup {
    let state = cell.state;
    let Some(ruled) = cell.ruling else { return html! {} };
    let evidence = RulingEvidence::of(ruled, state);
    html! {
        article id={ "evidence-" (index) "-" (row.anchor) } data-column=(index) {
            h3 { (row.id) ", " (column.label) }
            p {
                span.verdict.(state.key()) { (state.symbol()) " " (state.word()) }
                " " span.level { (row.level) } " " (prose(row.sentence()))
            }
            (facts(&evidence))
            @if let Some(replay) = evidence.replay {
                h4 { "See it again" }
                div.command {
                    code { (replay) }
                    button type="button" data-copy hidden aria-live="polite" { "Copy" }
                }
            }
            (program(&evidence))
        }
    }
}

/// What each rule says, and what became of it everywhere.
fn sentences(matrix: &Matrix) -> Markup {
    html! {
        section id="sentences" {
            h2 { "What the rules say" }
            @for row in matrix.rows() {
                article id={ "rule-" (row.anchor) } {
                    h3 { (row.id) }
                    p { span.level { (row.level) } " " (prose(row.sentence())) }
                    @if let Some(rule) = row.rule {
                        @for paragraph in rule.why.split("\n\n").filter(|why| !why.is_empty()) {
                            p { (prose(paragraph)) }
                        }
                        p.source { "spec/" (rule.chapter) ".md, line " (rule.line) }
                    }
                    details {
                        summary { "Implementation by implementation" }
                        ul { (answers(matrix, row)) }
                    }
                }
            }
        }
    }
}

fn answers(matrix: &Matrix, row: &RuleRow) -> Markup {
    html! {
        @for (index, (cell, column)) in row.cells.iter().zip(&matrix.columns).enumerate() {
            @if cell.state != State::Absent {
                li id={ "answer-" (index) "-" (row.anchor) } data-column=(index) {
                    (column.label) ": "
                    span.verdict.(cell.state.key()) { (cell.state.symbol()) " " (cell.state.word()) }
                    (words(cell))
                }
            }
        }
    }
}

/// What there is to be said of a verdict in half a line.
fn words(cell: &VerdictCell) -> Markup {
    let Some(ruling) = cell.ruling else { return html! {} };
    html! {
        @match ruling.cases {
            0 => {}
            cases => { " " (counted(cases, "program")) }
        }
        @if !ruling.evidence.is_empty() { " – " (cut(&ruling.evidence, 500)) }
    }
}
