//! The report's model as a page shows it: blocks, tables, charts and runs of words.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::device;
use crate::register::{Choose, Date};
use crate::report::drawing::{Drawing, Shape, points};
use crate::report::{Align, Block, Chart, Figure, Report, Run, Section, Table};
use crate::ui::pages::past;
use crate::ui::parts::number;

/// Where the lists behind a report's figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lists {
    /// The report's year.
    pub year: i16,
    /// The day that the figures are of, when the register has gone on since.
    pub day: Option<Date>,
}

impl Lists {
    /// The lists of a report.
    pub fn of(report: &Report) -> Self {
        Self { year: report.year, day: Some(report.as_of).filter(|day| *day < device::today()) }
    }

    fn address(self, figure: Figure) -> String {
        match self.day {
            Some(day) => past::list_address(day, figure, self.year),
            None => number::address(&figure.list(self.year)),
        }
    }
}

/// A section's blocks and its notes.
pub fn section(section: &Section, lists: Lists) -> impl IntoView + use<> {
    let notes = section
        .footnotes
        .iter()
        .map(|note| {
            let number = note.number;
            view! {
                <p class="paper__note" id=format!("note-{number}")>
                    <sup><a href=format!("#noted-{number}")>{number}</a></sup> " " {note.text.clone()}
                </p>
            }
        })
        .collect_view();
    view! {
        {section.blocks().map(|block| said(block, lists)).collect_view()}
        {notes}
    }
}

fn said(block: &Block, lists: Lists) -> AnyView {
    let items = |items: &[Vec<Run>]| items.iter().map(|item| view! { <li>{run(item, lists)}</li> }).collect_view();
    match block {
        Block::Paragraph(words) => view! { <p>{run(words, lists)}</p> }.into_any(),
        Block::Bullets(all) => view! { <ul>{items(all)}</ul> }.into_any(),
        Block::Numbered(all) => view! { <ol>{items(all)}</ol> }.into_any(),
        Block::Table(one) => table(one, lists, "paper__table"),
        Block::KeyFigures(one) => table(one, lists, "paper__table paper__table--key"),
        Block::Chart(one) => chart(one, lists),
    }
}

fn chart(chart: &Chart, lists: Lists) -> AnyView {
    view! {
        <figure class="paper__chart">
            {drawn(&chart.drawing, chart.alt.clone())}
            {table(&chart.table, lists, "paper__table")}
        </figure>
    }
    .into_any()
}

/// A drawing in the colours of the page.
fn drawn(drawing: &Drawing, alt: String) -> AnyView {
    let shape = |shape: &Shape| match shape {
        Shape::Bar { x, y, width, height, tone } => {
            view! { <rect x=*x y=*y width=*width height=*height class=tone.class() /> }.into_any()
        }
        Shape::Area { corners, tone } => view! { <polygon points=points(corners) class=tone.class() /> }.into_any(),
        Shape::Line { from, to } => view! { <line x1=from.0 y1=from.1 x2=to.0 y2=to.1 /> }.into_any(),
        Shape::Words { x, y, anchor, strong, tone, text } => view! {
            <text x=*x y=*y text-anchor=anchor.name() font-weight=strong.then_some("600") class=tone.class()>
                {text.clone()}
            </text>
        }
        .into_any(),
    };
    view! {
        <svg class="chart" viewBox=format!("0 0 {} {}", drawing.width, drawing.height) role="img" aria-label=alt>
            {drawing.shapes.iter().map(shape).collect_view()}
        </svg>
    }
    .into_any()
}

fn table(table: &Table, lists: Lists, class: &'static str) -> AnyView {
    let right = |column: usize| (table.align.get(column) == Some(&Align::Right)).then_some("right");
    let row = |cells: &Vec<Vec<Run>>| {
        let cells = cells.iter().enumerate().map(|(column, cell)| match column {
            0 => view! { <th scope="row">{run(cell, lists)}</th> }.into_any(),
            _ => view! { <td class=right(column)>{run(cell, lists)}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    view! {
        <div class="paper__wrap">
            <table class=class>
                <caption>{table.caption.clone()}</caption>
                <thead>
                    <tr>
                        {table.header.iter().enumerate().map(|(column, name)| view! {
                            <th scope="col" class=right(column)>{name.clone()}</th>
                        }).collect_view()}
                    </tr>
                </thead>
                <tbody>{table.rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn run(runs: &[Run], lists: Lists) -> AnyView {
    let one = |run: &Run| match run {
        Run::Text(text) => lines(text),
        Run::Strong(text) => view! { <strong>{lines(text)}</strong> }.into_any(),
        Run::Figure { figure, value } => {
            let (key, value) = (figure.key(), value.clone());
            view! { <A href=lists.address(*figure) attr:class="live" attr:data-figure=key>{value}</A> }.into_any()
        }
        Run::Withheld(withheld) => view! { <span class="withheld">{withheld.shown.clone()}</span> }.into_any(),
        Run::Footnote(number) => view! {
            <sup><a id=format!("noted-{number}") href=format!("#note-{number}")>{*number}</a></sup>
        }
        .into_any(),
    };
    runs.iter().map(one).collect_view().into_any()
}

fn lines(text: &str) -> AnyView {
    let lines = text.split('\n').enumerate().map(|(nth, line)| {
        view! {
            {(0 < nth).then(|| view! { <br /> })}
            {line.to_owned()}
        }
    });
    lines.collect_view().into_any()
}
