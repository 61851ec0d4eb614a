//! Text files: encoding and separator are found from the text itself.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{CELLS_MAX, COLUMNS_MAX, Cell, FileError, Note, ROWS_MAX, Row, Sheet, Workbook, cell_text};

const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, FileError> {
    let encoding = encoding(bytes)?;
    let (text, _, strange) = encoding.decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let start = text.trim_start();
    let starts = |tag: &str| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    if starts("<html") || starts("<!doctype html") || starts("<table") {
        return Err(FileError::NotATable("HTML".to_owned()));
    }
    if starts("<?xml") {
        return Err(FileError::NotATable("XML".to_owned()));
    }
    if text.contains('\0') {
        return Err(FileError::NotATable("binärt innehåll, binary content".to_owned()));
    }
    // Excel writes the separator on a line of its own when it is asked to.
    let (text, separator, lines_before) = match said_separator(text) {
        Some((separator, rest)) => (rest, separator, 1),
        None => (text, separator(text), 0),
    };
    quotes_close(text, separator).map_err(|line| FileError::UnclosedQuote { line: line + lines_before })?;
    let sheet = rows(text, separator, lines_before)?;
    let notes = if strange { vec![Note::StrangeSigns] } else { Vec::new() };
    Ok(Workbook { sheets: if sheet.rows.is_empty() { Vec::new() } else { vec![sheet] }, notes })
}

/// The encoding: by its mark, else by where the zeros are, else UTF-8 if it is that, else what Swedish Excel writes.
fn encoding(bytes: &[u8]) -> Result<&'static Encoding, FileError> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    let start = bytes.get(..4_096).unwrap_or(bytes);
    let zeros = |parity: usize| start.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let half = start.len() / 2;
    if 0 < even + odd {
        // Western text in UTF-16 has a zero in nearly every other place, and in no other.
        return if half < 2 * odd && even * 20 <= half {
            Ok(UTF_16LE)
        } else if half < 2 * even && odd * 20 <= half {
            Ok(UTF_16BE)
        } else {
            Err(FileError::NotATable("binärt innehåll, binary content".to_owned()))
        };
    }
    Ok(if mostly_utf8(bytes) { UTF_8 } else { WINDOWS_1252 })
}

/// Whether the bytes are UTF-8, but for a sign or two that something has broken.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|sign| !sign.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    // Å, ä and ö in Windows-1252 are all broken as UTF-8.
    broken * 4 <= sound
}

/// `sep=;` on the first line.
fn said_separator(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let said = line.trim_end_matches('\r').trim_matches('"');
    match said.get(..4)?.eq_ignore_ascii_case("sep=").then_some(said.as_bytes())? {
        [_, _, _, _, separator] => Some((*separator, rest)),
        _ => None,
    }
}

/// The separator that gives most lines the same number of columns.
fn separator(text: &str) -> u8 {
    let end = (0..=text.len().min(64_000)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let start = text.get(..end).unwrap_or(text);
    let mut best = (0, b';');
    for separator in SEPARATORS {
        let mut by_count = std::collections::BTreeMap::new();
        for count in counts(start, separator) {
            *by_count.entry(count).or_insert(0_usize) += 1;
        }
        by_count.remove(&1);
        // Many lines alike count for more than many columns.
        let score = by_count.iter().map(|(count, lines)| lines * lines * (count + 3)).max().unwrap_or(0);
        if best.0 < score {
            best = (score, separator);
        }
    }
    best.1
}

/// The number of columns of each line, by a separator.
fn counts(text: &str, separator: u8) -> impl Iterator<Item = usize> {
    let mut quoted = false;
    let mut counts = Vec::new();
    let mut count = 1;
    let mut empty = true;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if !empty {
                    counts.push(count);
                }
                (count, empty) = (1, true);
                continue;
            }
            byte if byte == separator && !quoted => count += 1,
            _ => {}
        }
        empty = false;
    }
    if !empty {
        counts.push(count);
    }
    counts.into_iter()
}

/// Whether every cell that begins with a quotation mark ends with one; else the line where the first doesn't.
fn quotes_close(text: &str, separator: u8) -> Result<(), usize> {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let mut at = At::Start;
    let (mut line, mut opened) = (1, 1);
    for byte in text.bytes() {
        let ends = byte == separator || byte == b'\n' || byte == b'\r';
        at = match (at, byte) {
            (At::Start, b'"') => {
                opened = line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            // A doubled mark is a mark within the cell.
            (At::Closed, b'"') => At::Quoted,
            (At::Closed, b' ') => At::Closed,
            (At::Closed, _) if !ends => return Err(opened),
            _ if ends => At::Start,
            _ => At::Plain,
        };
        line += usize::from(byte == b'\n');
    }
    if at == At::Quoted { Err(opened) } else { Ok(()) }
}

fn rows(text: &str, separator: u8, lines_before: usize) -> Result<Sheet, FileError> {
    let mut sheet = Sheet::default();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut cells_read = 0;
    let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 + lines_before };
    loop {
        let more = reader.read_record(&mut record).map_err(|why| {
            let row = why.position().map_or(0, |position| lines.number(position.byte()));
            FileError::Unreadable { sheet: String::new(), row, column: 0, why: why.to_string() }
        })?;
        if !more {
            return Ok(sheet);
        }
        let number = record.position().map_or(0, |position| lines.number(position.byte()));
        if record.iter().all(|text| text.trim().is_empty()) {
            continue;
        }
        let mut cells = Vec::with_capacity(record.len());
        for (column, text) in record.iter().enumerate() {
            let cell = if text.trim().is_empty() {
                Cell::Empty
            } else if COLUMNS_MAX <= column {
                return Err(FileError::TooManyColumns { sheet: String::new(), row: number, max: COLUMNS_MAX });
            } else {
                Cell::Text(cell_text(text, "", number, column)?)
            };
            if column < COLUMNS_MAX {
                cells.push(cell);
            }
        }
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        cells_read += cells.len();
        if CELLS_MAX < cells_read {
            return Err(FileError::TooManyCells { max: CELLS_MAX });
        }
        sheet.rows.push(Row { number, cells });
        if ROWS_MAX < sheet.rows.len() {
            return Err(FileError::TooManyRows { sheet: String::new(), max: ROWS_MAX });
        }
    }
}

/// The line that a row begins on. The reader says where it began to look for the row, before any blank lines.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn number(&mut self, from: u64) -> usize {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at) {
            let breaks = matches!(byte, b'\n' | b'\r');
            if from <= self.at && !breaks {
                break;
            }
            self.at += 1;
            // A carriage return and a line feed end one line together.
            let together = *byte == b'\r' && self.bytes.get(self.at) == Some(&b'\n');
            self.line += usize::from(breaks && !together);
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let book = read(bytes).unwrap();
        book.sheets[0].rows.iter().map(|row| row.cells.iter().map(Cell::text).collect()).collect()
    }

    #[test]
    fn encodings_and_separators_are_found() {
        let text = "Namn;Ägare\nLön, frånvaro;Chef HR\n";
        let expected = vec![vec!["Namn", "Ägare"], vec!["Lön, frånvaro", "Chef HR"]];
        let utf16 = |little: bool, marked: bool| {
            let mark = if marked { "\u{feff}" } else { "" };
            format!("{mark}{text}")
                .encode_utf16()
                .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect::<Vec<u8>>()
        };
        let windows = WINDOWS_1252.encode(text).0.into_owned();
        for (name, bytes) in [
            ("utf-8", text.as_bytes().to_vec()),
            ("utf-8 with a mark", format!("\u{feff}{text}").into_bytes()),
            ("windows-1252", windows),
            ("utf-16 le", utf16(true, true)),
            ("utf-16 be", utf16(false, true)),
            ("utf-16 le without a mark", utf16(true, false)),
            ("utf-16 be without a mark", utf16(false, false)),
            ("crlf", text.replace('\n', "\r\n").into_bytes()),
            ("cr", text.replace('\n', "\r").into_bytes()),
            ("tabs", text.replace(';', "\t").into_bytes()),
            ("bars", text.replace(';', "|").into_bytes()),
            ("commas", "Namn,Ägare\n\"Lön, frånvaro\",Chef HR\n".as_bytes().to_vec()),
            ("said", format!("sep=;\n{text}").into_bytes()),
            ("blank lines", text.replace('\n', "\n;\n\n").into_bytes()),
        ] {
            assert_eq!(cells(&bytes), expected, "{name}");
        }
    }

    #[test]
    fn a_sign_cut_in_two_does_not_spoil_the_others() {
        let text = "Namn;Ägare\nLön;Åsa Öberg\n";
        let mut bytes = text.as_bytes().to_vec();
        bytes.push("å".as_bytes()[0]);
        let book = read(&bytes).unwrap();
        assert_eq!(book.notes, [Note::StrangeSigns]);
        assert_eq!(book.sheets[0].rows[1].cells[1], Cell::Text("Åsa Öberg".into()));
    }

    #[test]
    fn commas_in_the_text_do_not_outvote_the_separator() {
        let text = "Lista, uttag 2024, alla\n\nNamn;Syfte\nA;ett, två, tre\nB;ett, två, tre\nC;ett\n";
        assert_eq!(separator(text), b';');
    }

    #[test]
    fn rows_are_numbered_by_the_lines_of_the_file() {
        let text = "Title\n\nName;Note\nA;\"two\nlines\"\nB;x\n";
        for (text, expected) in [
            (text.to_owned(), [1, 3, 4, 6]),
            (text.replace('\n', "\r\n"), [1, 3, 4, 6]),
            (text.replace('\n', "\r"), [1, 3, 4, 6]),
            (format!("sep=;\n{text}"), [2, 4, 5, 7]),
        ] {
            let book = read(text.as_bytes()).unwrap();
            let numbers: Vec<_> = book.sheets[0].rows.iter().map(|row| row.number).collect();
            assert_eq!(numbers, expected, "{text:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_never_closes_is_named_by_its_line() {
        for (text, line) in [
            ("a;b\n1;\"två\n3;4\n", Some(2)),
            ("a;b\n1;\"två\n\"tre\";4\n", Some(2)),
            ("a;b\n1;\"två\"\n3;4\n", None),
            ("a;b\n1;\"tv\"\"å\"\n", None),
            ("a;b\n1;skärm 5\"\n", None),
        ] {
            assert_eq!(quotes_close(text, b';').err(), line, "{text:?}");
        }
    }

    #[test]
    fn a_cell_of_two_megabytes_is_named() {
        let text = format!("Namn;Syfte\nA;{}\n", "x".repeat(2_000_000));
        let expected = FileError::CellTooLong {
            sheet: String::new(),
            row: 2,
            column: 1,
            length: 2_000_000,
            max: super::super::CELL_MAX,
        };
        assert_eq!(read(text.as_bytes()), Err(expected));
    }
}
