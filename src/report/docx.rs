//! The report as a Word document.
//!
//! docx-rs writes the document's body. What it looks like is a form: ours, whose styles and settings lie beside this file,
//! or that of a [`Template`] that an organisation has. What docx-rs has no words for (header rows, what a table is called
//! and what it shows, the frame around the table of contents, languages, footnote separators) is put in place in the finished
//! parts. The same report gives the same bytes.

mod clean;
mod form;
mod package;
mod refusal;
mod styles;
mod template;
mod xml;

use std::fmt::Write as _;

use docx_rs::{
    BreakType, Docx, FieldCharType, Footnote, Hyperlink, HyperlinkType, IndentLevel, InstrText, InstrToC, NumberingId,
    Paragraph, Run as Words, StructuredDataTag, TableCell, TableRow, WidthType,
};
use thiserror::Error;

use self::form::Form;
use self::package::{Part, Relation};
pub use self::refusal::TemplateError;
pub use self::template::Template;
use super::charts::Chart;
use super::columns::{ROWS_TOGETHER, widths};
use super::model::{Align, Block, Report, Run, Runs, Section, Table};

/// Why there is no document.
#[derive(Debug, Error)]
pub enum DocxError {
    /// A part could not be made.
    #[error("a part of the document is not text")]
    NotText(#[from] std::string::FromUtf8Error),
    /// The parts could not be joined to a file.
    #[error("the document could not be packed")]
    Packing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

const STYLES: &str = include_str!("docx/styles.xml");
const SETTINGS: &str = include_str!("docx/settings.xml");

/// The list definition for bullets. Each numbered list has one of its own after it, so that it begins at 1.
const BULLETS: usize = 1;

/// Writes the report as a DOCX file in our own form.
///
/// # Errors
/// [`DocxError`] when the parts can't be joined; the report itself can't be at fault.
pub fn to_docx(report: &Report) -> Result<Vec<u8>, DocxError> {
    in_form(report, Form::own())
}

/// Writes the report as a DOCX file in the form of an organisation's template.
///
/// # Errors
/// As [`to_docx`].
pub fn to_docx_in(report: &Report, template: &Template) -> Result<Vec<u8>, DocxError> {
    in_form(report, template.form.clone())
}

fn in_form(report: &Report, mut form: Form) -> Result<Vec<u8>, DocxError> {
    let mut body =
        Body { docx: Docx::new(), lists: BULLETS, bookmark: 0, tables: Vec::new(), text_width: form.text_width };
    body.front(report);
    for (nth, section) in report.sections.iter().enumerate() {
        body.section(section, nth == 0);
    }
    let Body { docx, lists, tables, .. } = body;
    if form.own_footer {
        let part = footer(report, &form);
        let id = form.add("footer", "word/ownFooter.xml", FOOTER_TYPE, part.into_bytes(), Vec::new());
        form.edges.push(("w:footerReference w:type=\"default\"".to_owned(), id));
    }
    let numberings = form.numberings(lists - BULLETS);
    form.add("numbering", "word/numbering.xml", NUMBERING_TYPE, numberings.into_bytes(), Vec::new());
    form.add("footnotes", "word/footnotes.xml", FOOTNOTES_TYPE, footnotes(report, &form).into_bytes(), Vec::new());

    for part in form
        .parts
        .iter_mut()
        .filter(|part| part.name.starts_with("word/header") || part.name.starts_with("word/footer"))
    {
        let text = String::from_utf8(std::mem::take(&mut part.bytes))?;
        part.bytes = text.replace(clean::TITLE, &escaped(&report.title)).into_bytes();
    }
    let document = finished(&String::from_utf8(docx.build().document)?, &tables, &form);
    let relations: Vec<Relation> = std::mem::take(&mut form.relations);
    let document =
        Part { name: "word/document.xml".into(), media_type: DOCUMENT_TYPE, bytes: document.into_bytes(), relations };
    package::pack(&document, &form.parts, &properties(report)).map_err(|error| DocxError::Packing(error.into()))
}

const DOCUMENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const FOOTER_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml";
const NUMBERING_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml";
const FOOTNOTES_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml";

struct Body {
    docx: Docx,
    lists: usize,
    bookmark: usize,
    /// What each table is called, and what it shows.
    tables: Vec<(String, String)>,
    /// In twentieths of a point.
    text_width: usize,
}

impl Body {
    fn add(&mut self, paragraph: Paragraph) {
        self.docx = std::mem::take(&mut self.docx).add_paragraph(paragraph);
    }

    /// What stands before the sections: the head, the title and the table of contents.
    fn front(&mut self, report: &Report) {
        for line in report.head() {
            self.add(Paragraph::new().style("Head").add_run(Words::new().add_text(line)));
        }
        self.add(Paragraph::new().style("Title").add_run(Words::new().add_text(report.title.as_str())));
        self.docx = std::mem::take(&mut self.docx).add_structured_data_tag(contents(report));
    }

    fn section(&mut self, section: &Section, first: bool) {
        self.bookmark += 1;
        self.add(
            Paragraph::new()
                .style(&format!("Heading{}", section.level))
                .page_break_before(first)
                .add_bookmark_start(self.bookmark, anchor(self.bookmark))
                .add_run(Words::new().add_text(section.heading.as_str()))
                .add_bookmark_end(self.bookmark),
        );
        for block in section.blocks() {
            match block {
                Block::Paragraph(runs) => self.add(filled("BodyText", runs)),
                Block::Bullets(items) => self.list(items, "ListBullet", BULLETS),
                Block::Numbered(items) => {
                    self.lists += 1;
                    self.list(items, "ListNumber", self.lists);
                }
                Block::Table(table) | Block::KeyFigures(table) => self.table(table, &table.caption),
                Block::Chart(Chart { alt, table, .. }) => self.table(table, alt),
            }
        }
    }

    fn list(&mut self, items: &[Runs], style: &str, list: usize) {
        for item in items {
            self.add(filled(style, item).numbering(NumberingId::new(list), IndentLevel::new(0)));
        }
    }

    /// A table; `shows` is told to those who don't see it.
    fn table(&mut self, table: &Table, shows: &str) {
        self.add(
            Paragraph::new().style("Caption").keep_next(true).add_run(Words::new().add_text(table.caption.as_str())),
        );
        let widths = widths(table, self.text_width);
        let cell =
            |width: usize, paragraph: Paragraph| TableCell::new().width(width, WidthType::Dxa).add_paragraph(paragraph);
        let columns = || widths.iter().copied().zip(&table.align);
        let header = columns().zip(&table.header).map(|((width, align), heading)| {
            let style = if *align == Align::Right { "TableHeadingNumber" } else { "TableHeading" };
            let heading = Words::new().add_text(heading.as_str());
            cell(width, Paragraph::new().style(style).keep_next(true).add_run(heading))
        });
        // docx-rs has no header rows: a height of nothing marks the row, see [`finished`].
        let mut rows = vec![TableRow::new(header.collect()).cant_split().row_height(0.0)];
        let last = table.rows.len();
        rows.extend((1..).zip(&table.rows).map(|(nth, row)| {
            // A short table, such as the one to sign in, isn't torn: each row stays with the one after it.
            let stays = last <= ROWS_TOGETHER && nth < last;
            let cells = columns().zip(row).map(|((width, align), runs)| {
                let paragraph = filled(if *align == Align::Right { "TableNumber" } else { "TableText" }, runs);
                cell(width, if stays { paragraph.keep_next(true) } else { paragraph })
            });
            TableRow::new(cells.collect()).cant_split()
        }));
        self.docx = std::mem::take(&mut self.docx).add_table(docx_rs::Table::new(rows).set_grid(widths));
        self.tables.push((table.caption.clone(), shows.to_owned()));
        self.add(Paragraph::new().style("AfterTable"));
    }
}

fn filled(style: &str, runs: &[Run]) -> Paragraph {
    runs.iter().fold(Paragraph::new().style(style), |paragraph, run| {
        paragraph.add_run(match run {
            Run::Footnote(number) => {
                let id = usize::try_from(*number).unwrap_or(usize::MAX);
                Words::new()
                    .style("FootnoteReference")
                    .add_footnote_reference(Footnote { id, content: vec![Paragraph::new()] })
            }
            Run::Strong(text) => lines(Words::new().style("Strong"), text),
            run => lines(Words::new(), run.words()),
        })
    })
}

fn lines(words: Words, text: &str) -> Words {
    text.split('\n').enumerate().fold(words, |words, (nth, line)| {
        let words = if nth == 0 { words } else { words.add_break(BreakType::TextWrapping) };
        words.add_text(line)
    })
}

fn anchor(bookmark: usize) -> String {
    format!("_Toc{bookmark:06}")
}

/// A field that Word brings up to date, with the headings in it from the start. Page numbers are Word's to count.
fn contents(report: &Report) -> StructuredDataTag {
    let heading = Paragraph::new().style("TOCHeading").add_run(Words::new().add_text("Innehåll"));
    let last = report.sections.len();
    report.sections.iter().enumerate().fold(StructuredDataTag::new().add_paragraph(heading), |tag, (nth, section)| {
        let mut entry = Paragraph::new().style(&format!("TOC{}", section.level));
        if nth == 0 {
            entry = entry.add_run(
                Words::new()
                    .add_field_char(FieldCharType::Begin, true)
                    .add_instr_text(InstrText::TOC(InstrToC::new().heading_styles_range(1, 3).hyperlink()))
                    .add_field_char(FieldCharType::Separate, false),
            );
        }
        let link = Hyperlink::new(anchor(nth + 1), HyperlinkType::Anchor)
            .add_run(Words::new().add_text(section.heading.as_str()));
        entry = entry.add_hyperlink(link);
        if nth + 1 == last {
            entry = entry.add_run(Words::new().add_field_char(FieldCharType::End, false));
        }
        tag.add_paragraph(entry)
    })
}

/// Our footer: the title, the registration number and the page.
fn footer(report: &Report, form: &Form) -> String {
    let text = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text));
    let field = |name: &str| format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>");
    format!(
        "{XML}<w:ftr {W}><w:p><w:pPr><w:pStyle w:val=\"{}\"/></w:pPr>{}<w:r><w:tab/></w:r>{}{}{}{}</w:p></w:ftr>",
        form.style("Footer"),
        text(&report.foot()),
        text("Sida "),
        field("PAGE"),
        text(" av "),
        field("NUMPAGES"),
    )
}

/// The body in its form. Marks are safe to look for: in people's texts every `<` and `"` is escaped.
fn finished(document: &str, tables: &[(String, String)], form: &Form) -> String {
    const TABLE: (&str, &str) = ("<w:tblPr>", "</w:tblPr>");
    const PAGE: (&str, &str) = ("<w:sectPr", "</w:sectPr>");
    const CONTENTS: (&str, &str) = ("<w:sdtPr>", "</w:sdtPr>");
    const STYLE: (&str, &str) = ("<w:pStyle w:val=\"", "\" />");
    const LETTERS: (&str, &str) = ("<w:rStyle w:val=\"", "\" />");
    const LIST: (&str, &str) = ("<w:numPr>", "</w:numPr>");
    let mut tables = tables.iter();
    let (look, width) = (if form.banded { BANDED } else { PLAIN }, form.text_width);
    let document = tidy(document).replace("<w:trHeight w:val=\"0\" w:hRule=\"atLeast\" />", "<w:tblHeader/>");
    let document = replaced(&document, TABLE, |_| {
        let (name, shows) = tables.next().map(|(name, shows)| (escaped(name), escaped(shows))).unwrap_or_default();
        format!(
            "<w:tblPr><w:tblStyle w:val=\"{}\"/><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblLayout \
             w:type=\"fixed\"/>{look}<w:tblCaption w:val=\"{name}\"/><w:tblDescription w:val=\"{shows}\"/></w:tblPr>",
            form.style("Tabell"),
        )
    });
    let document = replaced(&document, CONTENTS, |_| {
        "<w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj>\
         </w:sdtPr>"
            .to_owned()
    });
    let document = replaced(&document, LETTERS, |own| format!("<w:rStyle w:val=\"{}\" />", form.style(own)));
    let document = replaced(&document, LIST, |own| form.list(own));
    let document = replaced(&document, STYLE, |own| format!("<w:pStyle w:val=\"{}\" />", form.style(own)));
    let document = outlined(document, form);
    replaced(&document, PAGE, |_| {
        let edges = form.edges.iter().map(|(edge, id)| format!("<{edge} r:id=\"{id}\"/>"));
        format!("<w:sectPr>{}{}</w:sectPr>", edges.collect::<String>(), form.page)
    })
}

/// How a table shows its style: the first row, and the bands of a template's style.
const PLAIN: &str = "<w:tblLook w:val=\"0620\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" \
                     w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/>";
const BANDED: &str = "<w:tblLook w:val=\"0420\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" \
                      w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"1\"/>";

/// Says the outline level in each heading whose style doesn't, so that it comes into the contents.
fn outlined(document: String, form: &Form) -> String {
    let mut document = document;
    let mut any = false;
    for own in ["Heading1", "Heading2", "Heading3"] {
        let Some(level) = form.styles.get(own).and_then(|style| style.outline) else { continue };
        any = true;
        let mark = format!("<w:pStyle w:val=\"{}\" />", form.style(own));
        document = replaced(&document, (&mark, "</w:pPr>"), |inside| {
            format!("{mark}{inside}<w:outlineLvl w:val=\"{level}\"/></w:pPr>")
        });
    }
    if any { document.replacen("TOC \\o &quot;1-3&quot;", "TOC \\o &quot;1-3&quot; \\u", 1) } else { document }
}

/// Without the numbers that docx-rs counts for every paragraph it has ever made, and without empty properties.
fn tidy(part: &str) -> String {
    const PARAGRAPH: &str = " w14:paraId=\"";
    let mut pieces = part.split(PARAGRAPH);
    let mut tidied = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        tidied.push_str(piece.split_once('"').map_or(piece, |(_, after)| after));
    }
    // A column of the grid has no type, which docx-rs gives it.
    let tidied = tidied.replace("<w:rPr />", "").replace("<w:pPr></w:pPr>", "");
    replaced(&tidied, ("<w:gridCol w:w=\"", "/>"), |inside| {
        format!("<w:gridCol w:w=\"{}\"/>", inside.split('"').next().unwrap_or_default())
    })
}

/// Every part from `open` to `close` in another form.
fn replaced(document: &str, (open, close): (&str, &str), mut form: impl FnMut(&str) -> String) -> String {
    let mut pieces = document.split(open);
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (inside, after) = piece.split_once(close).unwrap_or(("", piece));
        whole.push_str(&form(inside));
        whole.push_str(after);
    }
    whole
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn footnotes(report: &Report, form: &Form) -> String {
    let (text, reference) = (form.style("FootnoteText"), form.style("FootnoteReference"));
    let mut part = format!(
        "{XML}<w:footnotes {W}><w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p>\
         </w:footnote><w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/>\
         </w:r></w:p></w:footnote>"
    );
    for note in report.sections.iter().flat_map(|section| &section.footnotes) {
        let _ = write!(
            part,
            "<w:footnote w:id=\"{}\"><w:p><w:pPr><w:pStyle w:val=\"{text}\"/></w:pPr><w:r><w:rPr>\
             <w:rStyle w:val=\"{reference}\"/></w:rPr><w:footnoteRef/></w:r><w:r>\
             <w:t xml:space=\"preserve\"> {}</w:t></w:r></w:p></w:footnote>",
            note.number,
            escaped(&note.text)
        );
    }
    part.push_str("</w:footnotes>");
    part
}

fn properties(report: &Report) -> String {
    let day = report.day();
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>\
         <dc:identifier>{}</dc:identifier><dc:language>{}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{day}T00:00:00Z</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{day}T00:00:00Z</dcterms:modified></cp:coreProperties>",
        escaped(&report.title),
        escaped(report.author()),
        escaped(&report.dnr),
        report.language,
    )
}
