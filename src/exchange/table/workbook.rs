//! Excel workbooks, by calamine, cell by cell, so that limits hold while reading.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::{CELLS_MAX, COLUMNS_MAX, Cell, FileError, Note, ROWS_MAX, Row, Sheet, UNPACKED_MAX, Workbook, cell_text};
use crate::register::{Date, DateTime};

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, FileError> {
    look_inside(bytes)?;
    let mut file: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|why| match why {
        XlsxError::Password => FileError::OldOrLocked,
        why => FileError::Damaged(why.to_string()),
    })?;
    let mut book = Workbook::default();
    let mut cells = 0;
    for name in file.sheet_names() {
        let (sheet, note) = read_sheet(&mut file, name, &mut cells)?;
        if !sheet.rows.is_empty() {
            book.sheets.push(sheet);
            book.notes.extend(note);
        }
    }
    Ok(book)
}

/// Unpacks every part once and throws it away: a workbook's own word for how much it holds is not to be trusted.
fn look_inside(bytes: &[u8]) -> Result<(), FileError> {
    let damaged = |why: &dyn std::fmt::Display| FileError::Damaged(why.to_string());
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|why| damaged(&why))?;
    let mut left = UNPACKED_MAX;
    let mut is_workbook = false;
    for index in 0..parts.len() {
        let mut part = parts.by_index(index).map_err(|why| damaged(&why))?;
        let name = part.name().map_err(|why| damaged(&why))?.to_lowercase();
        if name == "mimetype"
            || name == "xl/workbook.bin"
            || name == "word/document.xml"
            || name == "ppt/presentation.xml"
        {
            return Err(FileError::OtherWorkbook);
        }
        is_workbook |= name == "_rels/.rels";
        let mut start = Vec::new();
        let mut size = (&mut part).take(2_000).read_to_end(&mut start).map_err(|why| damaged(&why))? as u64;
        size += std::io::copy(&mut (&mut part).take(left.saturating_sub(size) + 1), &mut std::io::sink())
            .map_err(|why| damaged(&why))?;
        left = left.checked_sub(size).ok_or(FileError::Swells { max: UNPACKED_MAX })?;
        // The reader makes room for as many strings as the part says it has, before it has seen one.
        if name.ends_with("sharedstrings.xml") && size < promised(&start) {
            return Err(FileError::Damaged("more strings are promised than there is room for".into()));
        }
    }
    if is_workbook { Ok(()) } else { Err(FileError::OtherWorkbook) }
}

/// How many strings the table of strings says that it has.
fn promised(start: &[u8]) -> u64 {
    let start = String::from_utf8_lossy(start);
    let Some((_, rest)) = start.split_once("uniqueCount=") else { return 0 };
    let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) }
}

fn read_sheet(
    file: &mut Xlsx<Cursor<&[u8]>>,
    name: String,
    cells: &mut usize,
) -> Result<(Sheet, Option<Note>), FileError> {
    let mut sheet = Sheet { name, rows: Vec::new() };
    let mut formulas: Option<(usize, usize, usize)> = None;
    let (mut row, mut column) = (0, 0);
    let mut reader = match file.worksheet_cells_reader(&sheet.name) {
        Ok(reader) => reader,
        // A sheet that holds a diagram only.
        Err(XlsxError::NotAWorksheet(_)) => return Ok((sheet, None)),
        Err(why) => return Err(FileError::Unreadable { sheet: sheet.name, row, column, why: why.to_string() }),
    };
    loop {
        let record = match reader.next_cell_with_formula_metadata() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(why) => return Err(FileError::Unreadable { sheet: sheet.name, row, column, why: why.to_string() }),
        };
        row = record.pos.0 as usize + 1;
        column = record.pos.1 as usize;
        if record.formula.is_some() {
            let (count, ..) = formulas.get_or_insert((0, row, column));
            *count += 1;
        }
        let cell = cell(record.value, &sheet.name, row, column)?;
        if cell.is_empty() {
            continue;
        }
        if COLUMNS_MAX <= column {
            return Err(FileError::TooManyColumns { sheet: sheet.name, row, max: COLUMNS_MAX });
        }
        let place = match sheet.rows.last() {
            Some(last) if last.number == row => sheet.rows.len() - 1,
            Some(last) if row < last.number => match sheet.rows.binary_search_by_key(&row, |row| row.number) {
                Ok(place) => place,
                Err(place) => {
                    sheet.rows.insert(place, Row { number: row, cells: Vec::new() });
                    place
                }
            },
            _ => {
                sheet.rows.push(Row { number: row, cells: Vec::new() });
                sheet.rows.len() - 1
            }
        };
        if ROWS_MAX < sheet.rows.len() {
            return Err(FileError::TooManyRows { sheet: sheet.name, max: ROWS_MAX });
        }
        let Some(row) = sheet.rows.get_mut(place) else { continue };
        if row.cells.len() <= column {
            *cells += column + 1 - row.cells.len();
            if CELLS_MAX < *cells {
                return Err(FileError::TooManyCells { max: CELLS_MAX });
            }
            row.cells.resize(column + 1, Cell::Empty);
        }
        if let Some(held) = row.cells.get_mut(column) {
            *held = cell;
        }
    }
    let note = formulas.map(|(count, row, column)| Note::Formulas { sheet: sheet.name.clone(), count, row, column });
    Ok((sheet, note))
}

fn cell(value: DataRef<'_>, sheet: &str, row: usize, column: usize) -> Result<Cell, FileError> {
    Ok(match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(number as f64),
        DataRef::Float(number) => Cell::Number(number),
        DataRef::Bool(flag) => Cell::Flag(flag),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::Text(cell_text(&text, sheet, row, column)?)
        }
        DataRef::SharedString(text) => Cell::Text(cell_text(text, sheet, row, column)?),
        DataRef::DateTime(at) if at.is_duration() => Cell::Number(at.as_f64()),
        DataRef::DateTime(at) => moment(&at).unwrap_or(Cell::Number(at.as_f64())),
        DataRef::Error(why) => Cell::Error(why.to_string()),
    })
}

/// A serial date as a day, or a day and a time when it has one. Excel's own 29 February 1900 is none.
fn moment(at: &ExcelDateTime) -> Option<Cell> {
    if at.as_f64() < 1.0 {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let part = |number: u8| i8::try_from(number).ok();
    let date = Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()?;
    let at: DateTime = date.at(part(hour)?, part(minute)?, part(second)?, 0);
    // A time like 09:15 is no round number of days; the nearest second is what was meant.
    let at = if 500 <= milli { at.checked_add(jiff::Span::new().seconds(1)).ok()? } else { at };
    Some(if at == date.at(0, 0, 0, 0) { Cell::Date(date) } else { Cell::Moment(at) })
}
