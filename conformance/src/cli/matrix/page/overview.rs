use crate::cli::look::{Summary, dotted, scrolling};
use crate::cli::matrix::joined::Matrix;
use crate::cli::plain::cut;
use maud::{Markup, html};

/// A row for each implementation.
pub(super) fn implementations(matrix: &Matrix) -> Markup {
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
                                td { span.verdict.(summary.key) { (summary.verdict) } }
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
pub(super) fn broken(matrix: &Matrix) -> Markup {
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
