//! The report's annexes as a workbook.
//!
//! Text is text: a cell that begins with `=`, `+`, `-` or `@` is marked so that Excel leaves it alone, also when somebody
//! edits it. What doesn't fit a cell goes on in a sheet of its own. The same report gives the same bytes.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use thiserror::Error;

use super::annexes::{Cell, Column, Sheet, annexes};
use super::model::Report;
use crate::register::{Date, Register};

/// Why there is no workbook.
#[derive(Debug, Error)]
#[error("the workbook could not be made")]
pub struct XlsxError(#[from] rust_xlsxwriter::XlsxError);

/// How much text a cell takes, in UTF-16 units, less what the reference to the rest needs.
const CELL: usize = 32_000;
const LONG: &str = "Långa texter";
/// What stands at the head of each printed page: the lists hold what the report leaves out.
const MARKING: &str = "Kan innehålla uppgifter som omfattas av sekretess";

/// Writes the annexes of a report as an XLSX file.
///
/// # Errors
/// [`XlsxError`] when there are more rows than a sheet takes, a million.
pub fn to_xlsx(register: &Register, report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(report)?);
    let style = Style::new();
    let mut long = Long::default();
    for sheet in annexes(register, report) {
        let worksheet = workbook.add_worksheet();
        fill(worksheet, &sheet, report, &style, &mut long)?;
    }
    if !long.rows.is_empty() {
        let columns = ["Blad", "Rad", "Kolumn", "Del", "Text"]
            .map(|heading| Column { heading: heading.to_owned(), width: if heading == "Text" { 110 } else { 16 } });
        let sheet = Sheet { name: LONG, columns: columns.to_vec(), rows: std::mem::take(&mut long.rows) };
        fill(workbook.add_worksheet(), &sheet, report, &style, &mut long)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The texts that are longer than a cell.
#[derive(Default)]
struct Long {
    rows: Vec<Vec<Cell>>,
}

impl Long {
    /// What a cell holds of a text; the rest is put aside.
    fn keep<'a>(&mut self, text: &'a str, sheet: &str, row: u32, column: &str) -> Cow<'a, str> {
        let mut parts = parts(text).into_iter();
        let first = parts.next().unwrap_or_default();
        let rest: Vec<_> = parts.collect();
        if rest.is_empty() {
            return Cow::Borrowed(first);
        }
        let begins = self.rows.len() + 2;
        for (nth, part) in (2_u32..).zip(rest) {
            self.rows.push(vec![
                Cell::Text(sheet.to_owned()),
                Cell::Number(row + 1),
                Cell::Text(column.to_owned()),
                Cell::Number(nth),
                Cell::Text(part.to_owned()),
            ]);
        }
        Cow::Owned(format!("{first} […] Fortsätter på bladet {LONG}, rad {begins}."))
    }
}

/// A text in parts that each fit a cell.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut units) = (0, 0);
    for (at, letter) in text.char_indices() {
        if CELL < units + letter.len_utf16() {
            parts.extend(text.get(from..at));
            (from, units) = (at, 0);
        }
        units += letter.len_utf16();
    }
    parts.extend(text.get(from..));
    parts
}

struct Style {
    heading: Format,
    text: Format,
    guarded: Format,
    number: Format,
    date: Format,
    moment: Format,
}

impl Style {
    fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::Top);
        let text = cell.clone().set_text_wrap();
        Self {
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(0x00F4_F1EA)
                .set_border_bottom(FormatBorder::Thin),
            guarded: text.clone().set_quote_prefix(),
            text,
            number: cell.clone().set_num_format("#,##0"),
            date: cell.clone().set_num_format("yyyy-mm-dd"),
            moment: cell.set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

fn fill(
    worksheet: &mut Worksheet,
    sheet: &Sheet,
    report: &Report,
    style: &Style,
    long: &mut Long,
) -> Result<(), rust_xlsxwriter::XlsxError> {
    worksheet.set_name(sheet.name)?;
    for (at, column) in (0_u16..).zip(&sheet.columns) {
        worksheet.set_column_width(at, f64::from(column.width))?;
        worksheet.write_string_with_format(0, at, &column.heading, &style.heading)?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (at, (cell, column)) in (0_u16..).zip(cells.iter().zip(&sheet.columns)) {
            match cell {
                Cell::Empty => {}
                Cell::Number(count) => {
                    worksheet.write_number_with_format(row, at, *count, &style.number)?;
                }
                Cell::Date(day) => match excel_day(*day) {
                    Some(when) => {
                        worksheet.write_datetime_with_format(row, at, &when, &style.date)?;
                    }
                    // Excel's days begin with 1900.
                    None => {
                        worksheet.write_string_with_format(row, at, day.to_string(), &style.text)?;
                    }
                },
                Cell::Moment(moment) => {
                    let (hour, minute) = (u16::try_from(moment.hour()), u8::try_from(moment.minute()));
                    let when = excel_day(moment.date()).zip(hour.ok().zip(minute.ok()));
                    match when.and_then(|(day, (hour, minute))| day.and_hms(hour, minute, 0.0).ok()) {
                        Some(when) => worksheet.write_datetime_with_format(row, at, &when, &style.moment)?,
                        None => worksheet.write_string_with_format(row, at, moment.to_string(), &style.text)?,
                    };
                }
                Cell::Text(text) => {
                    let kept = long.keep(text, sheet.name, row, &column.heading);
                    let format = if kept.starts_with(['=', '+', '-', '@']) { &style.guarded } else { &style.text };
                    worksheet.write_string_with_format(row, at, kept, format)?;
                }
            }
        }
    }
    let last = (u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX), last_column(sheet));
    worksheet.autofilter(0, 0, last.0, last.1)?;
    worksheet.set_freeze_panes(1, 0)?;
    worksheet.set_repeat_rows(0, 0)?;
    worksheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    worksheet.set_header(format!("&C{MARKING}"));
    worksheet.set_footer(format!("&L{}&RSida &P av &N", in_footer(report)));
    Ok(())
}

fn last_column(sheet: &Sheet) -> u16 {
    u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

fn excel_day(day: Date) -> Option<ExcelDateTime> {
    let month = u8::try_from(day.month()).ok()?;
    ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, month, u8::try_from(day.day()).ok()?).ok()
}

/// What a footer may hold of people's words: `&` begins a command there, and it takes 255 characters in all.
fn in_footer(report: &Report) -> String {
    let dnr = if report.dnr.is_empty() { String::new() } else { format!(" · Dnr: {}", report.dnr) };
    format!("{}{dnr}", report.title).chars().take(100).collect::<String>().replace('&', "&&")
}

fn properties(report: &Report) -> Result<DocProperties, rust_xlsxwriter::XlsxError> {
    let day = report.day();
    let when = excel_day(day).map_or_else(|| ExcelDateTime::from_ymd(1900, 1, 1), Ok)?;
    let short = |text: &str| text.chars().take(200).collect::<String>();
    Ok(DocProperties::new()
        .set_title(format!("Bilagor till {}", report.title))
        .set_subject(short(&report.dnr))
        .set_author(short(report.author()))
        .set_creation_datetime(&when))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_parted_and_nothing_of_it_is_lost() {
        let text = "å🏫".repeat(40_000);
        let parts = parts(&text);
        assert_eq!(parts.concat(), text);
        assert!(2 < parts.len());
        assert!(parts.iter().all(|part| part.encode_utf16().count() <= CELL));
        assert_eq!(super::parts(""), [""]);
    }
}
