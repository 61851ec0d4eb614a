//! The report as a Word document.
//!
//! docx-rs writes the document's body and joins the package. The parts that never change (styles, settings) lie beside
//! this file, and what docx-rs has no words for (header rows, the frame around the table of contents, languages,
//! footnote separators) is put in place in the finished parts. The same report gives the same bytes.

use std::fmt::Write as _;
use std::io::Cursor;

use docx_rs::{
    BreakType, Docx, FieldCharType, Footer, Footnote, Hyperlink, HyperlinkType, IndentLevel, InstrText, InstrToC,
    NumPages, NumberingId, PageNum, Paragraph, Run as Words, StructuredDataTag, TableCell, TableRow, WidthType,
};
use thiserror::Error;

use super::charts::Chart;
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

/// The width of the text on an A4 page with margins of 25 mm, in twentieths of a point.
const TEXT_WIDTH: usize = 9_070;
/// The least width of a column of numbers.
const NUMBER_WIDTH: usize = 1_600;
/// What a letter of a column's heading may need.
const LETTER_WIDTH: usize = 130;
/// The list definition for bullets. Each numbered list has one of its own after it, so that it begins at 1.
const BULLETS: usize = 1;

/// Writes the report as a DOCX file.
///
/// # Errors
/// [`DocxError`] when the parts can't be joined; the report itself can't be at fault.
pub fn to_docx(report: &Report) -> Result<Vec<u8>, DocxError> {
    let mut body = Body { docx: Docx::new(), lists: BULLETS, bookmark: 0, captions: Vec::new() };
    body.front(report);
    for (nth, section) in report.sections.iter().enumerate() {
        body.section(section, nth == 0);
    }
    let Body { docx, lists, captions, .. } = body;
    let mut docx = docx.footer(footer(report));
    docx.document_rels.has_numberings = true;

    let mut parts = docx.build();
    parts.document = finished(&String::from_utf8(parts.document)?, &captions).into_bytes();
    for part in parts.footers.iter_mut() {
        *part = tidy(&String::from_utf8(std::mem::take(part))?).into_bytes();
    }
    parts.styles = STYLES.as_bytes().to_vec();
    parts.settings = SETTINGS.as_bytes().to_vec();
    parts.numberings = numberings(lists).into_bytes();
    parts.footnotes = footnotes(report).into_bytes();
    parts.doc_props.core = properties(report).into_bytes();

    let mut file = Cursor::new(Vec::new());
    parts.pack(&mut file).map_err(|error| DocxError::Packing(error.into()))?;
    Ok(file.into_inner())
}

struct Body {
    docx: Docx,
    lists: usize,
    bookmark: usize,
    captions: Vec<String>,
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
                Block::Table(table) | Block::KeyFigures(table) | Block::Chart(Chart { table, .. }) => self.table(table),
            }
        }
    }

    fn list(&mut self, items: &[Runs], style: &str, list: usize) {
        for item in items {
            self.add(filled(style, item).numbering(NumberingId::new(list), IndentLevel::new(0)));
        }
    }

    fn table(&mut self, table: &Table) {
        self.add(Paragraph::new().style("Caption").add_run(Words::new().add_text(table.caption.as_str())));
        let widths = widths(table);
        let cell =
            |width: usize, paragraph: Paragraph| TableCell::new().width(width, WidthType::Dxa).add_paragraph(paragraph);
        let columns = || widths.iter().copied().zip(&table.align);
        let header = columns().zip(&table.header).map(|((width, align), heading)| {
            let style = if *align == Align::Right { "TableHeadingNumber" } else { "TableHeading" };
            cell(width, Paragraph::new().style(style).add_run(Words::new().add_text(heading.as_str())))
        });
        // docx-rs has no header rows: a height of nothing marks the row, see [`finished`].
        let mut rows = vec![TableRow::new(header.collect()).cant_split().row_height(0.0)];
        rows.extend(table.rows.iter().map(|row| {
            let cells = columns().zip(row).map(|((width, align), runs)| {
                cell(width, filled(if *align == Align::Right { "TableNumber" } else { "TableText" }, runs))
            });
            TableRow::new(cells.collect()).cant_split()
        }));
        self.docx = std::mem::take(&mut self.docx).add_table(docx_rs::Table::new(rows).set_grid(widths));
        self.captions.push(table.caption.clone());
        self.add(Paragraph::new().style("AfterTable"));
    }
}

/// How wide each column is: numbers take what they and the longest word above them need, words share the rest.
fn widths(table: &Table) -> Vec<usize> {
    let needed = |heading: &String| {
        let longest = heading.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
        NUMBER_WIDTH.max((longest + 2) * LETTER_WIDTH)
    };
    let numbers: Vec<Option<usize>> = table
        .align
        .iter()
        .zip(&table.header)
        .map(|(align, heading)| (*align == Align::Right).then(|| needed(heading)))
        .collect();
    let words = numbers.iter().filter(|width| width.is_none()).count().max(1);
    let rest = TEXT_WIDTH.saturating_sub(numbers.iter().flatten().sum()) / words;
    numbers.into_iter().map(|width| width.unwrap_or(rest)).collect()
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

fn footer(report: &Report) -> Footer {
    let dnr = if report.dnr.is_empty() { String::new() } else { format!(" · Dnr: {}", report.dnr) };
    Footer::new().add_paragraph(
        Paragraph::new()
            .style("Footer")
            .add_run(Words::new().add_text(format!("{}{dnr}", report.title)))
            .add_run(Words::new().add_tab().add_text("Sida "))
            .add_page_num(PageNum::new())
            .add_run(Words::new().add_text(" av "))
            .add_num_pages(NumPages::new()),
    )
}

/// Marks are safe to look for: in people's texts every `<` and `"` is escaped.
fn finished(document: &str, captions: &[String]) -> String {
    const TABLE: (&str, &str) = ("<w:tblPr>", "</w:tblPr>");
    const PAGE: (&str, &str) = ("<w:sectPr", "</w:sectPr>");
    const CONTENTS: (&str, &str) = ("<w:sdtPr>", "</w:sdtPr>");
    let mut captions = captions.iter();
    let document = tidy(document).replace("<w:trHeight w:val=\"0\" w:hRule=\"atLeast\" />", "<w:tblHeader/>");
    let document = replaced(&document, TABLE, |_| {
        let caption = escaped(captions.next().map_or("", String::as_str));
        format!(
            "<w:tblPr><w:tblStyle w:val=\"Tabell\"/><w:tblW w:w=\"{TEXT_WIDTH}\" w:type=\"dxa\"/>\
             <w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" \
             w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/>\
             <w:tblCaption w:val=\"{caption}\"/></w:tblPr>"
        )
    });
    let document = replaced(&document, CONTENTS, |_| {
        "<w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj>\
         </w:sdtPr>"
            .to_owned()
    });
    replaced(&document, PAGE, |page| {
        let footer = page
            .split_once("<w:footerReference ")
            .and_then(|(_, after)| after.split_once("/>"))
            .map(|(reference, _)| format!("<w:footerReference {reference}/>"))
            .unwrap_or_default();
        format!(
            "<w:sectPr>{footer}<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1418\" w:right=\"1418\" \
             w:bottom=\"1418\" w:left=\"1418\" w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/></w:sectPr>"
        )
    })
}

/// Without the numbers that docx-rs counts for every paragraph it has ever made, and without empty properties.
fn tidy(part: &str) -> String {
    const PARAGRAPH: &str = " w14:paraId=\"";
    let mut pieces = part.split(PARAGRAPH);
    let mut tidied = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        tidied.push_str(piece.split_once('"').map_or(piece, |(_, after)| after));
    }
    tidied.replace("<w:rPr />", "").replace("<w:pPr></w:pPr>", "")
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

fn numberings(lists: usize) -> String {
    let level = |format: &str, text: &str| {
        format!(
            "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/>\
             <w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"425\" w:hanging=\"425\"/></w:pPr></w:lvl>"
        )
    };
    let mut part = format!(
        "{XML}<w:numbering {W}><w:abstractNum w:abstractNumId=\"1\"><w:multiLevelType w:val=\"singleLevel\"/>{}\
         </w:abstractNum><w:abstractNum w:abstractNumId=\"2\"><w:multiLevelType w:val=\"singleLevel\"/>{}\
         </w:abstractNum><w:num w:numId=\"{BULLETS}\"><w:abstractNumId w:val=\"1\"/></w:num>",
        level("bullet", "•"),
        level("decimal", "%1."),
    );
    for list in BULLETS + 1..=lists {
        let _ = write!(
            part,
            "<w:num w:numId=\"{list}\"><w:abstractNumId w:val=\"2\"/><w:lvlOverride w:ilvl=\"0\">\
             <w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
        );
    }
    part.push_str("</w:numbering>");
    part
}

fn footnotes(report: &Report) -> String {
    let mut part = format!(
        "{XML}<w:footnotes {W}><w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p>\
         </w:footnote><w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/>\
         </w:r></w:p></w:footnote>"
    );
    for note in report.sections.iter().flat_map(|section| &section.footnotes) {
        let _ = write!(
            part,
            "<w:footnote w:id=\"{}\"><w:p><w:pPr><w:pStyle w:val=\"FootnoteText\"/></w:pPr><w:r><w:rPr>\
             <w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r><w:r>\
             <w:t xml:space=\"preserve\"> {}</w:t></w:r></w:p></w:footnote>",
            note.number,
            escaped(&note.text)
        );
    }
    part.push_str("</w:footnotes>");
    part
}

fn properties(report: &Report) -> String {
    let day = report.date.unwrap_or(report.as_of);
    let creator = if report.organisation.is_empty() { "Klassrum" } else { &report.organisation };
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>\
         <dc:identifier>{}</dc:identifier><dc:language>{}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{day}T00:00:00Z</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{day}T00:00:00Z</dcterms:modified></cp:coreProperties>",
        escaped(&report.title),
        escaped(creator),
        escaped(&report.dnr),
        report.language,
    )
}
