//! The report as plain text: one line for a heading, a paragraph, an item of a list or a row of a table.
//!
//! It holds the words and nothing else: no marks for lists, no numbers that a renderer counts, no references to
//! footnotes. So the page, the DOCX and this text can be held against each other.

use super::charts::Chart;
use super::model::{Block, Report, Runs, Table, words};

/// The text of a report. Cells of a row stand apart by tabs; footnotes come last.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut lines = report.head();
    lines.push(report.title.clone());
    for section in &report.sections {
        lines.push(section.heading.clone());
        section.blocks().for_each(|block| put(block, &mut lines));
    }
    lines.extend(report.sections.iter().flat_map(|section| &section.footnotes).map(|note| note.text.clone()));
    lines.join("\n")
}

fn put(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::Paragraph(runs) => lines.push(words(runs)),
        Block::Bullets(items) | Block::Numbered(items) => lines.extend(items.iter().map(|item| words(item))),
        Block::Table(table) | Block::KeyFigures(table) | Block::Chart(Chart { table, .. }) => {
            let Table { caption, header, rows, .. } = table;
            let row = |cells: &Vec<Runs>| cells.iter().map(|cell| words(cell)).collect::<Vec<_>>().join("\t");
            lines.push(caption.clone());
            lines.push(header.join("\t"));
            lines.extend(rows.iter().map(row));
        }
    }
}
